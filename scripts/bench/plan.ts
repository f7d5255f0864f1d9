import type { LoadPortInfo } from "./load_port/info.ts";

/** Whose program is measured. */
export type ClientName = "ours" | PeerName;

/** Whose program ours is compared with; `agent` is socks-proxy-agent. */
export type PeerName = "bare" | "stem" | "txtorcon" | "socks" | "agent" | "curl";

/** What runs it. */
export type RuntimeName = "Deno" | "Bun" | "Node" | "Python" | "C";

/** What a client is asked to do. */
export interface Job {
  /** What is done, as the clients call it; the same kind of work has the same name everywhere. */
  readonly mode: string;
  /** What is done, in words. */
  readonly label: string;
  /** How many events, replies or commands are measured. */
  readonly count: number;
  /** How many come before unmeasured; none in Python, which compiles nothing as it runs. */
  readonly warmup: number;
  /** What the client's checksum must be. */
  readonly checksum: number;
  /** Measured once only, since it takes so long. */
  readonly once?: boolean;
  /** What the client is told of it besides. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** One line of a table: who does what. */
export interface Row extends Job {
  readonly client: ClientName;
  readonly runtime: RuntimeName;
}

/** One table of the report. */
export interface Table {
  readonly title: string;
  /** What rates are in, after `scale`. */
  readonly unit: string;
  /** One unit's share of a count. */
  readonly scale: number;
  /** Its rows are no rates but amounts, of which less is better. */
  readonly amount?: boolean;
  /** Whom the rows are compared with, in the order of the columns. */
  readonly peers: readonly PeerName[];
  /** The mode of the peers that a row is compared with where they have none of its own mode. */
  readonly baseline?: string;
  readonly rows: readonly Row[];
}

/** The peers of the tables of the control port. */
const CONTROL_PEERS = ["txtorcon", "stem", "bare"] as const;

/** The names of the tables of the control port, as the command line takes them. */
export type ControlTableName = "events" | "status" | "commands";

/** All that is measured on the load port. The checksums follow from what it sends. */
export function planControl(info: LoadPortInfo): Readonly<Record<ControlTableName, Table>> {
  return { events: eventsTable(info), status: statusTable(info), commands: commandsTable() };
}

function eventsTable(info: LoadPortInfo): Table {
  const { blockEvents, blockChecksum, blockCircuitIds, blockBytes } = info;
  const job = (mode: string, label: string, blocks: number, warmup: number, each: number): Job => ({
    mode,
    label,
    count: blocks * blockEvents,
    warmup: warmup * blockEvents,
    checksum: blocks * each,
  });
  const bytes = Math.round(blockBytes / blockEvents);
  return {
    title: `CIRC and STREAM events, ${bytes} bytes each`,
    unit: "thousand/s",
    scale: 1 / 1000,
    peers: CONTROL_PEERS,
    baseline: "events",
    rows: [
      ...onScripts("ours", job("events", "listener, all fields read", 15, 4, blockChecksum)),
      ...onScripts(
        "ours",
        job("events-iterated", "iterator, all fields read", 15, 4, blockChecksum),
      ),
      ...onScripts("ours", job("events-ids", "listener, ids read", 20, 4, blockCircuitIds)),
      ...onScripts("bare", job("events", "line feeds counted", 40, 4, blockEvents)),
      ...onScripts("bare", job("events-text", "lines as strings", 40, 4, blockEvents)),
      onPython("txtorcon", job("events", "tracked by TorState", 3, 0, blockEvents)),
      onPython("txtorcon", job("events-text", "listener, text unparsed", 10, 0, blockEvents)),
      onPython("stem", job("events", "listener, all fields read", 1, 0, blockChecksum)),
    ],
  };
}

function statusTable(info: LoadPortInfo): Table {
  const job = (mode: string, label: string, count: number, warmup: number, each: number): Job => ({
    mode,
    label,
    count,
    warmup,
    checksum: count * each,
  });
  const text = info.statusCharacters;
  return {
    title: `GETINFO ns/all, ${info.relays} relays in ${info.statusBytes} bytes`,
    unit: "MB/s",
    scale: info.statusBytes / 1e6,
    peers: CONTROL_PEERS,
    baseline: "status",
    rows: [
      ...onScripts("ours", job("status", "text", 20, 5, text)),
      ...onScripts("ours", job("status-lines", "iterated lines", 20, 5, text)),
      ...onScripts("ours", job("status-parsed", "parsed relays", 8, 4, info.relays)),
      ...onScripts("bare", job("status", "line feeds counted", 40, 10, 1)),
      { ...onPython("txtorcon", job("status", "text", 1, 0, text)), once: true },
      onPython("txtorcon", job("status-parsed", "parsed relays of TorState", 3, 0, info.relays)),
      onPython("stem", job("status", "text", 8, 0, text)),
      onPython("stem", job("status-parsed", "parsed relays", 3, 0, info.relays)),
    ],
  };
}

function commandsTable(): Table {
  const sequential = (count: number, warmup: number): Job => ({
    mode: "sequential",
    label: "one after the other",
    count,
    warmup,
    checksum: count,
  });
  const pipelined = (count: number, warmup: number): Job => ({
    ...sequential(count, warmup),
    mode: "pipelined",
    label: "all at once",
  });
  return {
    title: "GETINFO version",
    unit: "thousand/s",
    scale: 1 / 1000,
    peers: CONTROL_PEERS,
    baseline: "sequential",
    rows: [
      ...onScripts("ours", sequential(10_000, 2_000)),
      ...onScripts("ours", pipelined(50_000, 20_000)),
      ...onScripts("bare", sequential(10_000, 2_000)),
      ...onScripts("bare", pipelined(100_000, 50_000)),
      onPython("txtorcon", sequential(5_000, 0)),
      onPython("txtorcon", { ...pipelined(5_000, 0), label: "all at once (txtorcon queues them)" }),
      onPython("stem", sequential(3_000, 0)),
    ],
  };
}

/** One row for each runtime of ours. */
export function onScripts(client: ClientName, job: Job): Row[] {
  return (["Deno", "Bun", "Node"] as const).map((runtime) => ({ client, runtime, ...job }));
}

/** A row of a peer that Python runs. */
export function onPython(client: ClientName, job: Job): Row {
  return { client, runtime: "Python", ...job };
}
