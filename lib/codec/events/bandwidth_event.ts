import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import { parseCount } from "./numbers.ts";
import type { CircuitId, ConnId, StreamId } from "./identifiers.ts";
import { parseIsoTime } from "./iso_time.ts";

/** How many bytes Tor read and wrote in the last second (control-spec, section 4.1.4). */
export interface BwEvent extends EventBase {
  /** The event's name. */
  readonly type: "BW";
  /** Bytes read. */
  readonly read: number;
  /** Bytes written. */
  readonly written: number;
}

/** How many bytes an application moved over a stream in about a second (section 4.1.13). */
export interface StreamBwEvent extends EventBase {
  /** The event's name. */
  readonly type: "STREAM_BW";
  /** The stream. */
  readonly streamId: StreamId;
  /** Bytes that the application wrote, and Tor read. */
  readonly written: number;
  /** Bytes that the application read, and Tor wrote. */
  readonly read: number;
  /** When Tor made the event. */
  readonly time: Date | undefined;
}

/** What a connection carries (control-spec, section 4.1.21: `ConnType`). */
export type ConnType = "OR" | "DIR" | "EXIT" | (string & Record<never, never>);

/**
 * How many bytes a connection of Tor's moved in about a second (control-spec, section 4.1.21); only
 * in test networks.
 */
export interface ConnBwEvent extends EventBase {
  /** The event's name. */
  readonly type: "CONN_BW";
  /** The connection. */
  readonly connId: ConnId;
  /** What the connection carries. */
  readonly connType: ConnType | undefined;
  /** Bytes read. */
  readonly read: number;
  /** Bytes written. */
  readonly written: number;
}

/** How many bytes a circuit moved in about a second (control-spec, section 4.1.22). */
export interface CircBwEvent extends EventBase {
  /** The event's name. */
  readonly type: "CIRC_BW";
  /** The circuit. */
  readonly circuitId: CircuitId;
  /** Bytes read, with relay headers, be they valid or not. */
  readonly read: number;
  /** Bytes written, with relay headers. */
  readonly written: number;
  /** When Tor made the event. */
  readonly time: Date | undefined;
  /** Bytes of valid payload that were read. */
  readonly deliveredRead: number | undefined;
  /** Unused bytes in the valid cells that were read. */
  readonly overheadRead: number | undefined;
  /** Bytes of payload that were written. */
  readonly deliveredWritten: number | undefined;
  /** Unused bytes in the cells that were written. */
  readonly overheadWritten: number | undefined;
  /** Whether the circuit is in slow start; only with congestion control, as the next three. */
  readonly slowStart: boolean | undefined;
  /** The congestion window, in cells. */
  readonly cwnd: number | undefined;
  /** The smoothed round-trip time, in milliseconds. */
  readonly rtt: number | undefined;
  /** The least round-trip time, in milliseconds. */
  readonly minRtt: number | undefined;
}

/** A bucket of tokens that limits bandwidth (control-spec, section 4.1.24: `BucketName`). */
export type BucketName = "GLOBAL" | "RELAY" | "ORCONN" | (string & Record<never, never>);

/** An empty bucket of tokens was refilled (section 4.1.24); gone from Tor 0.4.9. */
export interface TbEmptyEvent extends EventBase {
  /** The event's name. */
  readonly type: "TB_EMPTY";
  /** The bucket. */
  readonly bucketName: BucketName;
  /** The connection whose bucket it is, for `ORCONN`. */
  readonly connId: ConnId | undefined;
  /** How long there was nothing to read with, in milliseconds. */
  readonly read: number | undefined;
  /** How long there was nothing to write with, in milliseconds. */
  readonly written: number | undefined;
  /** How long ago the last refill was, in milliseconds. */
  readonly last: number | undefined;
}

/** Parses `BW ...`; `undefined` where a number is missing. */
export function parseBwEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): BwEvent | undefined {
  const args = new EventArguments(text, 3);
  const read = args.parsedWord((word) => parseCount(word));
  const written = args.parsedWord((word) => parseCount(word));
  if (read === undefined || written === undefined) return undefined;
  return { type: "BW", read, written, ...args.left(data, rest) };
}

/** Parses `STREAM_BW ...`; `undefined` where a number is missing. */
export function parseStreamBwEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): StreamBwEvent | undefined {
  const args = new EventArguments(text, 10);
  const streamId = args.parsedWord((word) => parseCount(word));
  const written = args.parsedWord((word) => parseCount(word));
  const read = args.parsedWord((word) => parseCount(word));
  if (streamId === undefined || written === undefined || read === undefined) {
    return undefined;
  }
  return {
    type: "STREAM_BW",
    streamId,
    written,
    read,
    time: args.parsedWord(parseIsoTime),
    ...args.left(data, rest),
  };
}

/** Parses `CONN_BW ...`; `undefined` where a number is missing. */
export function parseConnBwEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): ConnBwEvent | undefined {
  const args = new EventArguments(text, 8);
  const connId = args.count("ID");
  const connType = args.value("TYPE");
  const read = args.count("READ");
  const written = args.count("WRITTEN");
  if (connId === undefined || read === undefined || written === undefined) {
    return undefined;
  }
  return { type: "CONN_BW", connId, connType, read, written, ...args.left(data, rest) };
}

/** Parses `CIRC_BW ...`; `undefined` where one of the first numbers is missing. */
export function parseCircBwEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): CircBwEvent | undefined {
  const args = new EventArguments(text, 8);
  const circuitId = args.count("ID");
  const read = args.count("READ");
  const written = args.count("WRITTEN");
  if (circuitId === undefined || read === undefined || written === undefined) {
    return undefined;
  }
  return {
    type: "CIRC_BW",
    circuitId,
    read,
    written,
    time: args.time("TIME"),
    deliveredRead: args.count("DELIVERED_READ"),
    overheadRead: args.count("OVERHEAD_READ"),
    deliveredWritten: args.count("DELIVERED_WRITTEN"),
    overheadWritten: args.count("OVERHEAD_WRITTEN"),
    slowStart: args.parsed(
      "SS",
      (value) => value === "1" ? true : value === "0" ? false : undefined,
    ),
    cwnd: args.count("CWND"),
    rtt: args.count("RTT"),
    minRtt: args.count("MIN_RTT"),
    ...args.left(data, rest),
  };
}

/** Parses `TB_EMPTY ...`; `undefined` where the bucket's name is missing. */
export function parseTbEmptyEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): TbEmptyEvent | undefined {
  const args = new EventArguments(text, 9);
  const bucketName = args.word();
  if (bucketName === undefined) return undefined;
  return {
    type: "TB_EMPTY",
    bucketName,
    connId: args.count("ID"),
    read: args.count("READ"),
    written: args.count("WRITTEN"),
    last: args.count("LAST"),
    ...args.left(data, rest),
  };
}
