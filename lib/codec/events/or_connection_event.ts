import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import { parseHostPort } from "./host_port.ts";
import type { ConnId } from "./identifiers.ts";
import { parseServerSpec, type ServerSpec } from "./long_name.ts";

/** What became of a connection to a relay (control-spec, section 4.1.3: `ORStatus`). */
export type OrStatus =
  | "NEW"
  | "LAUNCHED"
  | "CONNECTED"
  | "FAILED"
  | "CLOSED"
  | (string & Record<never, never>);

/** Why a connection to a relay ended (control-spec, section 4.1.3: `Reason`). */
export type OrConnReason =
  | "MISC"
  | "DONE"
  | "CONNECTREFUSED"
  | "IDENTITY"
  | "CONNECTRESET"
  | "TIMEOUT"
  | "NOROUTE"
  | "IOERROR"
  | "RESOURCELIMIT"
  | "PT_MISSING"
  | "TLS_ERROR"
  | (string & Record<never, never>);

/** A connection to a relay was made or ended (control-spec, section 4.1.3). */
export interface OrConnEvent extends EventBase {
  /** The event's name. */
  readonly type: "ORCONN";
  /** The relay as Tor wrote it: a `LongName`, a nickname or `address:port`. */
  readonly target: string;
  /** The relay by name, where the target is one. */
  readonly server: ServerSpec | undefined;
  /** The relay's address where the target is `address:port`, an IPv6 address without brackets. */
  readonly address: string | undefined;
  /** The relay's port where the target is `address:port`. */
  readonly port: number | undefined;
  /** What became of the connection. */
  readonly status: OrStatus;
  /** Why the connection failed or was closed. */
  readonly reason: OrConnReason | undefined;
  /** How many circuits it carried, built or not, when it failed or was closed. */
  readonly nCircs: number | undefined;
  /** The connection. */
  readonly connId: ConnId | undefined;
}

/** Parses `ORCONN ...`; `undefined` where it has no target or no status. */
export function parseOrConnEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): OrConnEvent | undefined {
  return parseOrConn(new EventArguments(text, 7), data, rest);
}

/**
 * Parses one line of `GETINFO orconn-status` (control-spec, section 3.9).
 *
 * @param text The line, such as `$9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1 CONNECTED`.
 * @returns What the line tells, as the event that would have told it; `undefined` where it has no
 * target or no status.
 *
 * @example Read the status of a connection
 * ```ts
 * import { parseOrConnStatusLine } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const connection = parseOrConnStatusLine(
 *   "$9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1 CONNECTED",
 * );
 * assert.equal(connection?.server?.nickname, "moria1");
 * assert.equal(connection?.status, "CONNECTED");
 * ```
 */
export function parseOrConnStatusLine(text: string): OrConnEvent | undefined {
  return parseOrConn(new EventArguments(text, 0), undefined, []);
}

function parseOrConn(
  args: EventArguments,
  data: string | undefined,
  rest: readonly MessageLine[],
): OrConnEvent | undefined {
  const target = args.word();
  const status = args.word();
  if (target === undefined || status === undefined) return undefined;
  const server = parseServerSpec(target);
  const hostPort = server === undefined ? parseHostPort(target) : undefined;
  return {
    type: "ORCONN",
    target,
    server,
    address: hostPort?.address,
    port: hostPort?.port,
    status,
    reason: args.value("REASON"),
    nCircs: args.count("NCIRCS"),
    connId: args.count("ID"),
    ...args.left(data, rest),
  };
}
