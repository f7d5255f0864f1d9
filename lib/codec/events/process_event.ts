import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";

/** Our own server descriptor changed (control-spec, section 4.1.9). */
export interface DescChangedEvent extends EventBase {
  /** The event's name. */
  readonly type: "DESCCHANGED";
}

/** A signal that Tor has acted on (control-spec, section 4.1.17: `Signal`). */
export type EventSignal =
  | "RELOAD"
  | "DUMP"
  | "DEBUG"
  | "NEWNYM"
  | "CLEARDNSCACHE"
  | (string & Record<never, never>);

/** Tor has acted on a signal (control-spec, section 4.1.17). */
export interface SignalEvent extends EventBase {
  /** The event's name. */
  readonly type: "SIGNAL";
  /** The signal. */
  readonly signal: EventSignal;
}

/** Whether the network seems reachable (control-spec, section 4.1.27: `Status`). */
export type NetworkLivenessStatus = "UP" | "DOWN" | (string & Record<never, never>);

/** The network became reachable or unreachable (control-spec, section 4.1.27). */
export interface NetworkLivenessEvent extends EventBase {
  /** The event's name. */
  readonly type: "NETWORK_LIVENESS";
  /** Whether the network seems reachable now. */
  readonly status: NetworkLivenessStatus;
}

/** Parses `DESCCHANGED`. */
export function parseDescChangedEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): DescChangedEvent {
  return { type: "DESCCHANGED", ...new EventArguments(text, 12).left(data, rest) };
}

/** Parses `SIGNAL ...`; `undefined` where the signal is missing. */
export function parseSignalEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): SignalEvent | undefined {
  const args = new EventArguments(text, 7);
  const signal = args.word();
  if (signal === undefined) return undefined;
  return { type: "SIGNAL", signal, ...args.left(data, rest) };
}

/** Parses `NETWORK_LIVENESS ...`; `undefined` where the status is missing. */
export function parseNetworkLivenessEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): NetworkLivenessEvent | undefined {
  const args = new EventArguments(text, 17);
  const status = args.word();
  if (status === undefined) return undefined;
  return { type: "NETWORK_LIVENESS", status, ...args.left(data, rest) };
}
