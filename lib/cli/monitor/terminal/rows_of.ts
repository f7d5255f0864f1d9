import type { MonitorSnapshot } from "../snapshot.ts";
import { circuitRows, type RowOptions } from "./circuit_rows.ts";
import { logRows } from "./log_rows.ts";
import type { Row } from "./row.ts";
import { streamRows } from "./stream_rows.ts";
import { listOf, type Pane } from "./view_state.ts";

/** The rows of a view's list. */
export function rowsOf(pane: Pane, snapshot: MonitorSnapshot, options: RowOptions): Row[] {
  switch (listOf(pane)) {
    case "circuits":
      return circuitRows(snapshot, options);
    case "streams":
      return streamRows(snapshot);
    case "log":
      return logRows(snapshot);
  }
}
