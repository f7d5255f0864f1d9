/**
 * The events of Tor's control protocol (control-spec, section 4.1): their types and their parser.
 *
 * @module
 */
export type { AddrMapError, AddrMapEvent } from "./address_map_event.ts";
export type { AuthDirAction, AuthDirNewDescsEvent } from "./authdir_newdescs_event.ts";
export type {
  BucketName,
  BwEvent,
  CircBwEvent,
  ConnBwEvent,
  ConnType,
  StreamBwEvent,
  TbEmptyEvent,
} from "./bandwidth_event.ts";
export type { BuildTimeoutSetEvent, BuildTimeoutType } from "./build_timeout_set_event.ts";
export type { CellStatsEvent } from "./cell_stats_event.ts";
export { type CircEvent, type CircMinorEvent, parseCircuitStatusLine } from "./circuit_event.ts";
export type { CircuitFields, HsPow, OldCircuitFields } from "./circuit_fields.ts";
export type {
  BuildFlag,
  CircMinorStatus,
  CircPurpose,
  CircReason,
  CircStatus,
  HsState,
} from "./circuit_words.ts";
export type { ClientsSeenEvent } from "./clients_seen_event.ts";
export type { ConfChange, ConfChangedEvent } from "./conf_changed_event.ts";
export type { EventBase } from "./event.ts";
export type { EventMap, EventName, TorEvent } from "./event_map.ts";
export { EVENT_NAMES, isEventName } from "./event_names.ts";
export { type HostPort, parseHostPort } from "./host_port.ts";
export type {
  HsAuthType,
  HsDescAction,
  HsDescContentEvent,
  HsDescEvent,
  HsDescReason,
} from "./hs_desc_event.ts";
export { type HsDescriptor, parseHsDescriptor } from "./hs_descriptor.ts";
export type { CircuitId, ConnId, Fingerprint, QueueId, StreamId } from "./identifiers.ts";
export { parseIsoTime } from "./iso_time.ts";
export type { LogEvent, LogSeverity } from "./log_event.ts";
export { type LongName, parseLongName, parseServerSpec, type ServerSpec } from "./long_name.ts";
export type { NewConsensusEvent, NsEvent, RouterStatusFields } from "./network_status_event.ts";
export {
  type OrConnEvent,
  type OrConnReason,
  type OrStatus,
  parseOrConnStatusLine,
} from "./or_connection_event.ts";
export { parseEvent } from "./parse_event.ts";
export type {
  DescChangedEvent,
  EventSignal,
  NetworkLivenessEvent,
  NetworkLivenessStatus,
  SignalEvent,
} from "./process_event.ts";
export type { GuardEvent, GuardStatus, GuardType, NewDescEvent } from "./relay_event.ts";
export type {
  NoStatusArguments,
  ReachabilityArguments,
  StatusClientActions,
  StatusGeneralActions,
  StatusServerActions,
  StatusSeverity,
} from "./status_actions.ts";
export {
  type BootstrapStatus,
  parseBootstrapPhase,
  type StatusClientEvent,
  type StatusFields,
  type StatusGeneralEvent,
  type StatusOf,
  type StatusServerEvent,
  type UnknownStatus,
} from "./status_event.ts";
export { parseStreamStatusLine, type StreamEvent } from "./stream_event.ts";
export type { StreamFields } from "./stream_fields.ts";
export type {
  ClientProtocol,
  IsoField,
  StreamPurpose,
  StreamReason,
  StreamSource,
  StreamStatus,
} from "./stream_words.ts";
export type {
  PtLogEvent,
  PtLogSeverity,
  PtStatusEvent,
  TransportLaunchedEvent,
  TransportType,
} from "./transport_event.ts";
export type { UnknownEvent } from "./unknown_event.ts";
export {
  parseRouterStatuses,
  type ParseRouterStatusesOptions,
  type RouterFlag,
  type RouterStatus,
} from "../router_status.ts";
