import type { MonitorSnapshot } from "../../lib/cli/monitor/snapshot.ts";

/** What becomes of data that is sent as JSON. */
export type Wire<T> = T extends Date ? string
  : T extends readonly (infer E)[] ? readonly Wire<E>[]
  : T extends object ? { readonly [K in keyof T]: Wire<T[K]> }
  : T;

/** All that the monitor tells at first. */
export type Snapshot = Wire<MonitorSnapshot>;
/** What Tor is. */
export type Status = Snapshot["status"];
/** One second. */
export type Sample = Snapshot["bandwidth"][number];
/** One circuit. */
export type Circuit = Snapshot["circuits"][number];
/** One relay of a circuit. */
export type Relay = Circuit["path"][number];
/** One stream. */
export type Stream = Snapshot["streams"][number];
/** One line of the log. */
export type Line = Snapshot["log"][number];
