import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import { parseCount } from "./numbers.ts";

/** Which side a pluggable transport works for (control-spec, section 4.1.20: `Type`). */
export type TransportType = "client" | "server" | (string & Record<never, never>);

/** A pluggable transport was launched (control-spec, section 4.1.20). */
export interface TransportLaunchedEvent extends EventBase {
  /** The event's name. */
  readonly type: "TRANSPORT_LAUNCHED";
  /** Which side it works for. */
  readonly transportType: TransportType;
  /** Its name, such as `obfs4`. */
  readonly name: string;
  /** The IP address on which it listens. */
  readonly transportAddress: string;
  /** The TCP port on which it listens. */
  readonly port: number;
}

/** How grave a transport's log message is (pt-spec, section 3.3.4: `SEVERITY`). */
export type PtLogSeverity =
  | "error"
  | "warning"
  | "notice"
  | "info"
  | "debug"
  | (string & Record<never, never>);

/** A pluggable transport logged a message (control-spec, section 4.1.28). */
export interface PtLogEvent extends EventBase {
  /** The event's name. */
  readonly type: "PT_LOG";
  /** The path of the transport's program. */
  readonly pt: string;
  /** How grave the message is. */
  readonly severity: PtLogSeverity | undefined;
  /** The message. */
  readonly message: string | undefined;
}

/**
 * A pluggable transport told its status (control-spec, section 4.1.29). What it tells besides its
 * name is free, and in `extra`.
 */
export interface PtStatusEvent extends EventBase {
  /** The event's name. */
  readonly type: "PT_STATUS";
  /** The path of the transport's program. */
  readonly pt: string;
  /** The transport's name or protocol, such as `obfs4`. */
  readonly transport: string | undefined;
}

/** Parses `TRANSPORT_LAUNCHED ...`; `undefined` where a word is missing. */
export function parseTransportLaunchedEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): TransportLaunchedEvent | undefined {
  const args = new EventArguments(text, 19);
  const transportType = args.word();
  const name = args.word();
  const transportAddress = args.word();
  const port = args.parsedWord((word) => parseCount(word));
  if (
    transportType === undefined || name === undefined || transportAddress === undefined ||
    port === undefined
  ) {
    return undefined;
  }
  return {
    type: "TRANSPORT_LAUNCHED",
    transportType,
    name,
    transportAddress,
    port,
    ...args.left(data, rest),
  };
}

/** Parses `PT_LOG ...`; `undefined` where the program is missing. */
export function parsePtLogEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): PtLogEvent | undefined {
  const args = new EventArguments(text, 7);
  const pt = args.value("PT");
  if (pt === undefined) return undefined;
  return {
    type: "PT_LOG",
    pt,
    severity: args.value("SEVERITY"),
    message: args.value("MESSAGE"),
    ...args.left(data, rest),
  };
}

/** Parses `PT_STATUS ...`; `undefined` where the program is missing. */
export function parsePtStatusEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): PtStatusEvent | undefined {
  const args = new EventArguments(text, 10);
  const pt = args.value("PT");
  if (pt === undefined) return undefined;
  return { type: "PT_STATUS", pt, transport: args.value("TRANSPORT"), ...args.left(data, rest) };
}
