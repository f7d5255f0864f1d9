import type { LoadPortInfo } from "./load_port/info.ts";
import { type Job, onPython, onScripts, type Table } from "./plan.ts";

/** The names of the tables of a whole state, as the command line takes them. */
export type StateTableName = "state" | "tracking" | "memory" | "pauses";

/** What is measured of a state that is kept, on the load port. stem has none that keeps itself. */
export function planState(info: LoadPortInfo): Readonly<Record<StateTableName, Table>> {
  return {
    state: stateTable(info),
    tracking: trackingTable(info),
    memory: memoryTable(info),
    pauses: pausesTable(info),
  };
}

function stateTable({ relays }: LoadPortInfo): Table {
  const job = (mode: string, label: string, count: number, warmup: number): Job => ({
    mode,
    label,
    count,
    warmup,
    checksum: count * relays,
  });
  return {
    title: `a full state of a Tor with ${relays} relays`,
    unit: "/s",
    scale: 1,
    peers: ["txtorcon", "stem"],
    baseline: "state",
    rows: [
      ...onScripts("ours", job("state", "TorState, as the program runs", 20, 15)),
      ...onScripts("ours", job("state-first", "the first of a process", 1, 0)),
      ...onScripts("ours", job("state-maps", "and all maps of relays looked at", 10, 5)),
      ...onScripts("ours", job("state-read", "and all attributes of all relays read", 6, 5)),
      onPython("txtorcon", job("state", "TorState", 3, 0)),
      onPython("stem", job("state", "relays, circuits, streams as lists", 2, 0)),
    ],
  };
}

function trackingTable({ blockEvents }: LoadPortInfo): Table {
  const job = (mode: string, label: string, blocks: number, warmup: number): Job => ({
    mode,
    label,
    count: blocks * blockEvents,
    warmup: warmup * blockEvents,
    checksum: blocks * blockEvents,
  });
  return {
    title: "CIRC and STREAM events tracked by TorState (stem tracks nothing)",
    unit: "thousand/s",
    scale: 1 / 1000,
    peers: ["txtorcon"],
    baseline: "tracking",
    rows: [
      ...onScripts("ours", job("tracking", "circuits and streams kept", 15, 4)),
      ...onScripts("ours", job("tracking-read", "and read by listeners", 10, 4)),
      onPython("txtorcon", job("tracking", "circuits and streams kept", 2, 0)),
    ],
  };
}

function memoryTable({ relays }: LoadPortInfo): Table {
  const job = { ...single("memory", "the process with it, less without", relays), once: true };
  return {
    title: `memory of a state of ${relays} relays in all its maps`,
    unit: "MB",
    scale: 1e-6,
    amount: true,
    peers: ["txtorcon", "stem"],
    rows: [...onScripts("ours", job), onPython("txtorcon", job), onPython("stem", job)],
  };
}

function pausesTable({ relays }: LoadPortInfo): Table {
  const state = single("pause-state", "while the process's first state is read", relays);
  const consensus = single("pause-consensus", "while a new consensus comes in", relays);
  return {
    title: `the longest pause of the event loop, with ${relays} relays (stem has none)`,
    unit: "ms",
    scale: 1000,
    amount: true,
    peers: ["txtorcon"],
    rows: [
      ...onScripts("ours", state),
      onPython("txtorcon", state),
      ...onScripts("ours", consensus),
      onPython("txtorcon", consensus),
    ],
  };
}

function single(mode: string, label: string, checksum: number): Job {
  return { mode, label, count: 1, warmup: 0, checksum };
}
