import type { MonitorListener } from "../../lib/cli/monitor/monitor.ts";
import type { MonitorSnapshot } from "../../lib/cli/monitor/snapshot.ts";
import type { ChangesSource } from "../../lib/cli/monitor/unread_changes.ts";
import { type Deferred, deferred } from "../../lib/util/deferred.ts";

/** A monitor that tells what a test has it tell. */
export interface ScriptedMonitor {
  readonly source: ChangesSource;
  /** Who listens. */
  readonly told: Set<MonitorListener>;
  /** Its end. */
  readonly end: Deferred<void>;
}

/** Makes a monitor of a Tor that does nothing. */
export function scriptedMonitor(): ScriptedMonitor {
  const told = new Set<MonitorListener>();
  const end = deferred<void>();
  const addListener = (listener: MonitorListener) => {
    told.add(listener);
    return () => told.delete(listener);
  };
  return { source: { snapshot: () => NOTHING, addListener, ended: end.promise }, told, end };
}

const NOTHING: MonitorSnapshot = {
  status: {
    version: undefined,
    control: "",
    pid: undefined,
    started: undefined,
    bootstrap: undefined,
    network: undefined,
    bytesRead: undefined,
    bytesWritten: undefined,
  },
  bandwidth: [],
  circuits: [],
  streams: [],
  log: [],
};
