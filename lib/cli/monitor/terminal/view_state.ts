import type { MonitorSnapshot } from "../snapshot.ts";
import { type ListState, newList } from "./list_state.ts";
import type { RowItem } from "./row.ts";

/** The views, in the order of their tabs. */
export const PANES = ["overview", "circuits", "streams", "log"] as const;

/** One of the views. */
export type Pane = typeof PANES[number];

/** For how long a column of the graph stands, in seconds. */
export const INTERVALS = [1, 5, 30, 60] as const;

/** What lies over the view. */
export type Overlay =
  | { readonly kind: "help"; readonly top: number }
  | { readonly kind: "details"; readonly item: RowItem; readonly top: number }
  | { readonly kind: "confirm"; readonly item: Extract<RowItem, { id: number }> };

/** What the user looks at. */
export interface ViewState {
  readonly pane: Pane;
  /** The seconds of a column of the graph. */
  readonly interval: number;
  /** The list of circuits, which the overview and the view of circuits share. */
  readonly circuits: ListState;
  readonly streams: ListState;
  readonly log: ListState;
  readonly overlay: Overlay | undefined;
  /** What is shown while it is paused. */
  readonly paused: MonitorSnapshot | undefined;
  /** What was last said at the foot, until the next key. */
  readonly message: string | undefined;
}

/** What is looked at first. */
export const FIRST_VIEW: ViewState = {
  pane: "overview",
  interval: INTERVALS[0],
  circuits: newList({ follows: false }),
  streams: newList({ follows: false }),
  log: newList({ follows: true }),
  overlay: undefined,
  paused: undefined,
  message: undefined,
};

/** Which of its lists a view shows. */
export function listOf(pane: Pane): "circuits" | "streams" | "log" {
  return pane === "overview" ? "circuits" : pane;
}
