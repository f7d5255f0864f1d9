import type { LogLine } from "../snapshot.ts";
import type { Line } from "./line.ts";

/** What a row tells of. */
export type RowItem =
  | { readonly kind: "circuit"; readonly id: number }
  | { readonly kind: "stream"; readonly id: number }
  | { readonly kind: "log"; readonly line: LogLine };

/** A line of a list that can be selected. */
export interface Row {
  readonly item: RowItem;
  /** Makes the line: of a long list only what is in sight is made. */
  line(): Line;
}

/** Whether two rows tell of the same. */
export function isSameItem(a: RowItem, b: RowItem): boolean {
  if (a.kind === "log") return b.kind === "log" && a.line === b.line;
  return a.kind === b.kind && a.id === b.id;
}
