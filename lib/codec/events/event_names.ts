import type { EventName } from "./event_map.ts";

/** A record, so that the compiler tells where a name is missing. */
const NAMES: Readonly<Record<EventName, true>> = {
  CIRC: true,
  CIRC_MINOR: true,
  STREAM: true,
  ORCONN: true,
  BW: true,
  DEBUG: true,
  INFO: true,
  NOTICE: true,
  WARN: true,
  ERR: true,
  NEWDESC: true,
  ADDRMAP: true,
  AUTHDIR_NEWDESCS: true,
  DESCCHANGED: true,
  STATUS_GENERAL: true,
  STATUS_CLIENT: true,
  STATUS_SERVER: true,
  GUARD: true,
  NS: true,
  STREAM_BW: true,
  CLIENTS_SEEN: true,
  NEWCONSENSUS: true,
  BUILDTIMEOUT_SET: true,
  SIGNAL: true,
  CONF_CHANGED: true,
  CIRC_BW: true,
  CONN_BW: true,
  CELL_STATS: true,
  TB_EMPTY: true,
  TRANSPORT_LAUNCHED: true,
  HS_DESC: true,
  HS_DESC_CONTENT: true,
  NETWORK_LIVENESS: true,
  PT_LOG: true,
  PT_STATUS: true,
};

/** The names of all events of control-spec, section 4.1. A Tor may know fewer, or more. */
export const EVENT_NAMES: readonly EventName[] = Object.freeze(Object.keys(NAMES) as EventName[]);

/**
 * Whether control-spec has an event of this name, and so this library a parser.
 *
 * @example Tell names apart
 * ```ts
 * import { isEventName } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * assert.ok(isEventName("CIRC"));
 * assert.ok(!isEventName("NEW_EVENT"));
 * ```
 */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(NAMES, name);
}
