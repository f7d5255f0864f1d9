import { isSameItem, type Row, type RowItem } from "./row.ts";

/** Where one is in a list. */
export interface ListState {
  /** What is selected; `undefined` before the list had a row. */
  readonly selected: RowItem | undefined;
  /** Which row that was last. */
  readonly index: number;
  /** The first row that is shown. */
  readonly top: number;
  /** Whether the selection is to stay on the last row when more come. */
  readonly follows: boolean;
}

/** The beginning of a list, or its end, which it follows. */
export function newList({ follows }: { follows: boolean }): ListState {
  return { selected: undefined, index: 0, top: 0, follows };
}

/**
 * The list after its rows have changed, or its height: what is selected stays so wherever it is now, and
 * stays in sight. Where it is gone, what has come in its place is selected.
 */
export function settleList(list: ListState, rows: readonly Row[], height: number): ListState {
  const { selected } = list;
  const last = Math.max(0, rows.length - 1);
  const found = selected === undefined
    ? -1
    : rows.findIndex(({ item }) => isSameItem(item, selected));
  const index = list.follows ? last : found >= 0 ? found : Math.min(list.index, last);
  const most = Math.max(0, rows.length - height);
  const top = Math.min(most, Math.max(Math.min(list.top, index), index - Math.max(1, height) + 1));
  return { ...list, selected: rows[index]?.item, index, top };
}

/** The list with another row selected, so many rows on; whoever reaches the end of a log follows it. */
export function moveList(
  list: ListState,
  rows: readonly Row[],
  { by, canFollow }: { by: number; canFollow: boolean },
): ListState {
  const last = Math.max(0, rows.length - 1);
  const index = Math.max(0, Math.min(last, list.index + by));
  return {
    ...list,
    selected: rows[index]?.item,
    index,
    follows: canFollow && index === last,
  };
}
