import type { CircuitFacts } from "../commands/circuits.ts";
import type { StreamFacts } from "../commands/streams.ts";

/** What went through Tor in one second, in bytes. */
export interface BandwidthSample {
  /** When the second ended, in milliseconds since 1970. */
  readonly time: number;
  /** What came in. */
  readonly read: number;
  /** What went out. */
  readonly written: number;
}

/** One line of Tor's log, or of the monitor's own. */
export interface LogLine {
  /** When it came, in milliseconds since 1970. */
  readonly time: number;
  /** How much it matters; `"torcon"` is the monitor's own. */
  readonly severity: "debug" | "info" | "notice" | "warn" | "err" | "torcon";
  /** The text, as Tor has given it: harmless only when it is made so. */
  readonly text: string;
}

/** How far Tor is on its way into the network. */
export interface MonitorBootstrap {
  /** 0 to 100; at 100 Tor can build circuits. */
  readonly percent: number;
  /** What Tor does next. */
  readonly summary: string;
  /** The problem, where there is one. */
  readonly warning: string | undefined;
}

/** What Tor is and how far it is. */
export interface MonitorStatus {
  /** Tor's version. */
  readonly version: string | undefined;
  /** The address of its control port. */
  readonly control: string;
  /** Its process. */
  readonly pid: number | undefined;
  /** When it was started, in milliseconds since 1970. */
  readonly started: number | undefined;
  /** How far it is, in percent, what it does, and the problem that it has. */
  readonly bootstrap: MonitorBootstrap | undefined;
  /** Whether Tor reaches the network: `"up"`, `"down"`. */
  readonly network: string | undefined;
  /** Bytes that came in since it was started. */
  readonly bytesRead: number | undefined;
  /** Bytes that went out since it was started. */
  readonly bytesWritten: number | undefined;
}

/** What is told of one relay besides what a circuit's path has of it. */
export interface RelayDetails {
  /** Where it is reached, as the consensus has it. */
  readonly address: string | undefined;
  /** What the authorities say of it. */
  readonly flags: readonly string[];
  /** Its weight in path selection, in kilobytes a second. */
  readonly bandwidth: number | undefined;
}

/** What a monitor shows at one moment: plain data, which may be sent as JSON. */
export interface MonitorSnapshot {
  /** What Tor is. */
  readonly status: MonitorStatus;
  /** The last seconds, the oldest first. */
  readonly bandwidth: readonly BandwidthSample[];
  /** The circuits, by their numbers. */
  readonly circuits: readonly CircuitFacts[];
  /** The streams, by their numbers. */
  readonly streams: readonly StreamFacts[];
  /** The last lines of the log, the oldest first. */
  readonly log: readonly LogLine[];
}
