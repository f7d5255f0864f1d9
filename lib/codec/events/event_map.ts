import type { AddrMapEvent } from "./address_map_event.ts";
import type { AuthDirNewDescsEvent } from "./authdir_newdescs_event.ts";
import type {
  BwEvent,
  CircBwEvent,
  ConnBwEvent,
  StreamBwEvent,
  TbEmptyEvent,
} from "./bandwidth_event.ts";
import type { BuildTimeoutSetEvent } from "./build_timeout_set_event.ts";
import type { CellStatsEvent } from "./cell_stats_event.ts";
import type { CircEvent, CircMinorEvent } from "./circuit_event.ts";
import type { ClientsSeenEvent } from "./clients_seen_event.ts";
import type { ConfChangedEvent } from "./conf_changed_event.ts";
import type { HsDescContentEvent, HsDescEvent } from "./hs_desc_event.ts";
import type { LogEvent } from "./log_event.ts";
import type { NewConsensusEvent, NsEvent } from "./network_status_event.ts";
import type { OrConnEvent } from "./or_connection_event.ts";
import type { DescChangedEvent, NetworkLivenessEvent, SignalEvent } from "./process_event.ts";
import type { GuardEvent, NewDescEvent } from "./relay_event.ts";
import type { StatusClientEvent, StatusGeneralEvent, StatusServerEvent } from "./status_event.ts";
import type { StreamEvent } from "./stream_event.ts";
import type { PtLogEvent, PtStatusEvent, TransportLaunchedEvent } from "./transport_event.ts";
import type { UnknownEvent } from "./unknown_event.ts";

/** The events of control-spec (section 4.1) by the names that SETEVENTS takes. */
export interface EventMap {
  /** A circuit was launched, extended, built, or closed. */
  CIRC: CircEvent;
  /** A circuit's purpose changed, or it was put to another use. */
  CIRC_MINOR: CircMinorEvent;
  /** A stream was asked for, attached, opened or closed. */
  STREAM: StreamEvent;
  /** A connection to a relay was made or ended. */
  ORCONN: OrConnEvent;
  /** How many bytes Tor moved in the last second. */
  BW: BwEvent;
  /** A log message for those who look for faults in Tor. */
  DEBUG: LogEvent;
  /** A log message that matters to few. */
  INFO: LogEvent;
  /** A log message that matters to users. */
  NOTICE: LogEvent;
  /** A log message that tells of a problem. */
  WARN: LogEvent;
  /** A log message that tells of a failure. */
  ERR: LogEvent;
  /** New server descriptors have come. */
  NEWDESC: NewDescEvent;
  /** An address was mapped to another, or a RESOLVE command was answered. */
  ADDRMAP: AddrMapEvent;
  /** A relay gave a directory authority its descriptor. */
  AUTHDIR_NEWDESCS: AuthDirNewDescsEvent;
  /** Our own server descriptor changed. */
  DESCCHANGED: DescChangedEvent;
  /** Something happened to Tor as a whole. */
  STATUS_GENERAL: StatusGeneralEvent;
  /** Something happened to Tor as a client. */
  STATUS_CLIENT: StatusClientEvent;
  /** Something happened to Tor as a relay. */
  STATUS_SERVER: StatusServerEvent;
  /** The set of guards changed. */
  GUARD: GuardEvent;
  /** Tor's view of some relays changed. */
  NS: NsEvent;
  /** How many bytes an application moved over a stream in about a second. */
  STREAM_BW: StreamBwEvent;
  /** From which countries clients came lately. */
  CLIENTS_SEEN: ClientsSeenEvent;
  /** A new consensus has come. */
  NEWCONSENSUS: NewConsensusEvent;
  /** Tor set how long it waits for a circuit to be built. */
  BUILDTIMEOUT_SET: BuildTimeoutSetEvent;
  /** Tor has acted on a signal. */
  SIGNAL: SignalEvent;
  /** Options of Tor's configuration changed. */
  CONF_CHANGED: ConfChangedEvent;
  /** How many bytes a circuit moved in about a second. */
  CIRC_BW: CircBwEvent;
  /** How many bytes a connection of Tor's moved in about a second. */
  CONN_BW: ConnBwEvent;
  /** How many cells a circuit moved in about a second. */
  CELL_STATS: CellStatsEvent;
  /** An empty bucket of tokens was refilled. */
  TB_EMPTY: TbEmptyEvent;
  /** A pluggable transport was launched. */
  TRANSPORT_LAUNCHED: TransportLaunchedEvent;
  /** An onion service's descriptor was fetched, uploaded or made. */
  HS_DESC: HsDescEvent;
  /** An onion service's descriptor was fetched, or could not be. */
  HS_DESC_CONTENT: HsDescContentEvent;
  /** The network became reachable or unreachable. */
  NETWORK_LIVENESS: NetworkLivenessEvent;
  /** A pluggable transport logged a message. */
  PT_LOG: PtLogEvent;
  /** A pluggable transport told its status. */
  PT_STATUS: PtStatusEvent;
}

/** The name of an event, as SETEVENTS takes it; Tor refuses those that its version does not have. */
export type EventName = keyof EventMap;

/** Any event; `type` tells which. */
export type TorEvent = EventMap[EventName] | UnknownEvent;
