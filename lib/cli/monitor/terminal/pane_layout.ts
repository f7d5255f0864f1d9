import type { Size } from "./line.ts";
import type { Pane } from "./view_state.ts";

/** The least that a view is drawn in. */
const LEAST: Size = { columns: 30, rows: 8 };

/** How the rows of the screen are shared. */
export interface PaneLayout {
  /** The rows of the graphs, with title and axis; 0 for none. */
  readonly graph: number;
  /** The rows of the list, without its head. */
  readonly height: number;
  /** The lines of the log at the end; 0 for none. */
  readonly log: number;
}

/** The rows of the header, the tabs, the head of the list and the foot. */
export const FRAME: number = 5;

/** How a view shares the screen; `undefined` where that is too small for any. */
export function paneLayout(pane: Pane, { columns, rows }: Size): PaneLayout | undefined {
  if (columns < LEAST.columns || rows < LEAST.rows) return undefined;
  const room = rows - FRAME;
  if (pane === "log") return { graph: 0, height: room + 1, log: 0 };
  if (pane !== "overview") return { graph: 0, height: room, log: 0 };
  // Without columns enough there is nothing to see in a graph.
  const graph = columns < 50 || room < 12 ? 0 : Math.min(14, Math.floor(room * 0.4));
  const log = room < 10 ? 0 : Math.min(10, Math.floor(room / 5));
  return { graph, log, height: room - graph - (log === 0 ? 0 : log + 1) };
}
