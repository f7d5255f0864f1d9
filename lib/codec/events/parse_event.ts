import type { MessageLine } from "../message.ts";
import { parseAddrMapEvent } from "./address_map_event.ts";
import { parseAuthDirNewDescsEvent } from "./authdir_newdescs_event.ts";
import {
  parseBwEvent,
  parseCircBwEvent,
  parseConnBwEvent,
  parseStreamBwEvent,
  parseTbEmptyEvent,
} from "./bandwidth_event.ts";
import { parseBuildTimeoutSetEvent } from "./build_timeout_set_event.ts";
import { parseCellStatsEvent } from "./cell_stats_event.ts";
import { parseCircEvent, parseCircMinorEvent } from "./circuit_event.ts";
import { parseClientsSeenEvent } from "./clients_seen_event.ts";
import { parseConfChangedEvent } from "./conf_changed_event.ts";
import type { TorEvent } from "./event_map.ts";
import { parseHsDescContentEvent, parseHsDescEvent } from "./hs_desc_event.ts";
import { parseLogEvent } from "./log_event.ts";
import { parseNewConsensusEvent, parseNsEvent } from "./network_status_event.ts";
import { parseOrConnEvent } from "./or_connection_event.ts";
import {
  parseDescChangedEvent,
  parseNetworkLivenessEvent,
  parseSignalEvent,
} from "./process_event.ts";
import { parseGuardEvent, parseNewDescEvent } from "./relay_event.ts";
import {
  parseStatusClientEvent,
  parseStatusGeneralEvent,
  parseStatusServerEvent,
} from "./status_event.ts";
import { parseStreamEvent } from "./stream_event.ts";
import {
  parsePtLogEvent,
  parsePtStatusEvent,
  parseTransportLaunchedEvent,
} from "./transport_event.ts";
import { unknownEvent } from "./unknown_event.ts";

/**
 * Parses an asynchronous event (control-spec, section 4.1). It never throws: an event that is not
 * known or is malformed comes out with the type `unknown`, and what is not recognised in a known one
 * is in its `extra` and `extraArguments`.
 *
 * @param text The event's first line, without `650` and the separator after it.
 * @param data The data block after the first line: its lines joined by `"\n"`, dots unstuffed.
 * @param rest The further lines, without the final `OK`.
 * @returns The event; `type` tells which it is.
 *
 * @example Read what became of a circuit
 * ```ts
 * import { parseEvent } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const event = parseEvent(
 *   "CIRC 7 BUILT $66972AEBAE3817FCB98E86F1299384730775AB5A~n02r PURPOSE=GENERAL",
 * );
 * assert.ok(event.type === "CIRC");
 * assert.equal(event.circuitId, 7);
 * assert.equal(event.status, "BUILT");
 * assert.equal(event.path[0]?.nickname, "n02r");
 * ```
 */
export function parseEvent(
  text: string,
  data?: string,
  rest: readonly MessageLine[] = NO_LINES,
): TorEvent {
  return parseKnownEvent(text, data, rest) ?? unknownEvent(text, data, rest);
}

const NO_LINES: readonly MessageLine[] = Object.freeze([]);

function parseKnownEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): TorEvent | undefined {
  const space = text.indexOf(" ");
  const keyword = space < 0 ? text : text.slice(0, space);
  switch (keyword) {
    case "CIRC":
      return parseCircEvent(text, data, rest);
    case "STREAM":
      return parseStreamEvent(text, data, rest);
    case "CIRC_MINOR":
      return parseCircMinorEvent(text, data, rest);
    case "ORCONN":
      return parseOrConnEvent(text, data, rest);
    case "BW":
      return parseBwEvent(text, data, rest);
    case "DEBUG":
    case "INFO":
    case "NOTICE":
    case "WARN":
    case "ERR":
      return parseLogEvent(keyword, text, data, rest);
    case "NEWDESC":
      return parseNewDescEvent(text, data, rest);
    case "ADDRMAP":
      return parseAddrMapEvent(text, data, rest);
    case "AUTHDIR_NEWDESCS":
      return parseAuthDirNewDescsEvent(text, data, rest);
    case "DESCCHANGED":
      return parseDescChangedEvent(text, data, rest);
    case "STATUS_GENERAL":
      return parseStatusGeneralEvent(text, data, rest);
    case "STATUS_CLIENT":
      return parseStatusClientEvent(text, data, rest);
    case "STATUS_SERVER":
    case "STATUS_SEVER":
      return parseStatusServerEvent(text, data, rest);
    case "GUARD":
      return parseGuardEvent(text, data, rest);
    case "NS":
      return parseNsEvent(text, data, rest);
    case "STREAM_BW":
      return parseStreamBwEvent(text, data, rest);
    case "CLIENTS_SEEN":
      return parseClientsSeenEvent(text, data, rest);
    case "NEWCONSENSUS":
      return parseNewConsensusEvent(text, data, rest);
    case "BUILDTIMEOUT_SET":
      return parseBuildTimeoutSetEvent(text, data, rest);
    case "SIGNAL":
      return parseSignalEvent(text, data, rest);
    case "CONF_CHANGED":
      return parseConfChangedEvent(text, data, rest);
    case "CIRC_BW":
      return parseCircBwEvent(text, data, rest);
    case "CONN_BW":
      return parseConnBwEvent(text, data, rest);
    case "CELL_STATS":
      return parseCellStatsEvent(text, data, rest);
    case "TB_EMPTY":
      return parseTbEmptyEvent(text, data, rest);
    case "TRANSPORT_LAUNCHED":
      return parseTransportLaunchedEvent(text, data, rest);
    case "HS_DESC":
      return parseHsDescEvent(text, data, rest);
    case "HS_DESC_CONTENT":
      return parseHsDescContentEvent(text, data, rest);
    case "NETWORK_LIVENESS":
      return parseNetworkLivenessEvent(text, data, rest);
    case "PT_LOG":
      return parsePtLogEvent(text, data, rest);
    case "PT_STATUS":
      return parsePtStatusEvent(text, data, rest);
    default:
      return undefined;
  }
}
