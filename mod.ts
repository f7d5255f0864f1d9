/**
 * A Tor controller for Deno, Bun and Node: launch a Tor or join a running one, speak its whole control
 * protocol, typed to the last field, see and change what it does, connect through it, and run onion
 * services on it.
 *
 * Begin with {@linkcode connect} or {@linkcode launch}: both give a {@linkcode Tor}, and from that is had
 *
 * - what connects through it: {@linkcode TorConnections}, with `fetch`, streams, agents and names;
 * - what it does, live: {@linkcode TorState}, with {@linkcode Circuit}, {@linkcode Stream} and
 *   {@linkcode Router}; circuits of one's own: {@linkcode CircuitBuilder};
 * - its options: {@linkcode TorConfig}; all that it can tell: {@linkcode InfoTree};
 * - onion services: {@linkcode OnionService}, {@linkcode OnionListener}, {@linkcode OnionServer};
 * - every command and event of control-spec: {@linkcode ControlConnection}, {@linkcode EventMap}.
 *
 * Errors are {@linkcode TorError}s. What is promised of safety, and what cannot be, is on the page
 * `docs/security.md`.
 *
 * @example Follow the circuits of a running Tor
 * ```ts
 * import { connect } from "@torcon/torcon";
 *
 * export async function followCircuits(): Promise<void> {
 *   await using tor = await connect();
 *   console.log(`Tor ${tor.version}`);
 *   for await (const { circuitId, status, path } of tor.control.events("CIRC")) {
 *     console.log(circuitId, status, path.map((relay) => relay.nickname).join(" > "));
 *   }
 * }
 * ```
 *
 * @module
 */
export { clientFromString } from "./lib/tor/client_from_string.ts";
export { connect, type ConnectOptions } from "./lib/tor/connect.ts";
export {
  type ConnectionDefaults,
  TorConnections,
  type TorConnectionsOptions,
  type TorFetch,
  type TorFetchInit,
  type TorHttpAgentOptions,
} from "./lib/tor/connections.ts";
export { getGlobalTor } from "./lib/tor/get_global_tor.ts";
export { launch, type TorLaunchOptions } from "./lib/tor/launch.ts";
export type { NewIdentity, NewIdentityOptions } from "./lib/tor/new_identity.ts";
export {
  OnionListener,
  type OnionListenerParts,
  type OnionListenOptions,
} from "./lib/tor/onion_listener.ts";
export {
  type OnionHandler,
  type OnionHandlerObject,
  type OnionRequestInfo,
  OnionServer,
  type ServeOnionOptions,
  type ShutdownOptions,
} from "./lib/tor/onion_server.ts";
export { TorServers } from "./lib/tor/onion_servers.ts";
export {
  type OnionServiceKind,
  type OnionServicesOptions,
  TorOnions,
} from "./lib/tor/onion_services.ts";
export { serverFromString } from "./lib/tor/server_from_string.ts";
export type { StreamTlsOptions, StreamViaOptions } from "./lib/tor/stream_via.ts";
export { Tor, type TorSetupOptions } from "./lib/tor/tor.ts";
export {
  TorClientEndpoint,
  type TorClientEndpointOptions,
  type TorClientTarget,
} from "./lib/tor/tor_client_endpoint.ts";
export {
  TorServerEndpoint,
  type TorServerEndpointOptions,
  type TorServerListenOptions,
  type TorServerTarget,
} from "./lib/tor/tor_server_endpoint.ts";
export { TorVersion } from "./lib/tor/tor_version.ts";

export type { BootstrapOptions, BootstrapPhase, BootstrapWarning } from "./lib/launch/bootstrap.ts";
export type { Bridge, BridgeOptions, PluggableTransport } from "./lib/launch/bridges.ts";
export { DEFAULT_LAUNCH_TIMEOUT, type LaunchOptions } from "./lib/launch/launch_options.ts";
export { LaunchedTor, type QuitOptions } from "./lib/launch/launched_tor.ts";
export {
  type EndOptions,
  type GuardOptions,
  TorProcess,
  type TorProcessOptions,
} from "./lib/launch/tor_process.ts";
export type { Torrc, TorrcValue } from "./lib/launch/torrc.ts";

export type {
  CheckReachableOptions,
  OnionDialer,
  OnionReachability,
} from "./lib/onion/check_reachable.ts";
export {
  EphemeralOnionService,
  type OnionServiceOptions,
} from "./lib/onion/ephemeral_onion_service.ts";
export {
  FilesystemOnionService,
  type FilesystemOnionServiceContext,
  type FilesystemOnionServiceOptions,
} from "./lib/onion/filesystem_onion_service.ts";
export { OnionAddress } from "./lib/onion/onion_address.ts";
export {
  OnionAuthentication,
  type OnionAuthenticationOptions,
} from "./lib/onion/onion_authentication.ts";
export { OnionClient, type OnionClients } from "./lib/onion/onion_client.ts";
export { type OnionClientAuth, OnionClientKey } from "./lib/onion/onion_client_key.ts";
export { OnionClientPublicKey } from "./lib/onion/onion_client_public_key.ts";
export {
  type OnionPortLike,
  type OnionPortsLike,
  type OnionPortsOptions,
  type OnionPortTarget,
  parseOnionPorts,
} from "./lib/onion/onion_ports.ts";
export {
  OnionService,
  type OnionServiceContext,
  type OnionServiceFacts,
  type RemoveClientOptions,
} from "./lib/onion/onion_service.ts";
export {
  OnionServiceDirectory,
  type OnionServiceDirectoryOptions,
} from "./lib/onion/onion_service_directory.ts";
export { OnionServiceKey } from "./lib/onion/onion_service_key.ts";
export {
  type AwaitUploads,
  DEFAULT_PUBLISH_TIMEOUT,
  type OnionProgress,
  type PublishOptions,
} from "./lib/onion/publication.ts";

export {
  AddressMap,
  type AddressMapListener,
  type MappedAddress,
} from "./lib/state/address_map.ts";
export { type AttachDecision, type Attacher, DO_NOT_ATTACH } from "./lib/state/attacher.ts";
export {
  Circuit,
  type CircuitContext,
  type CircuitEnd,
  type CircuitListener,
  type CloseCircuitOptions,
} from "./lib/state/circuit.ts";
export { CircuitAttributes } from "./lib/state/circuit_attributes.ts";
export {
  CircuitBuilder,
  type CircuitBuilderOptions,
  type CircuitBuilderState,
  DEFAULT_ATTEMPT_TIMEOUT,
} from "./lib/state/circuit_builder.ts";
export type {
  CircuitAgentOptions,
  CircuitConnections,
  CircuitFetchInit,
  CircuitStreamOptions,
  ConnectBy,
  StreamBinder,
} from "./lib/state/circuit_connections.ts";
export {
  CircuitPool,
  type CircuitPoolOptions,
  type CircuitSource,
} from "./lib/state/circuit_pool.ts";
export type { CircuitStream } from "./lib/state/circuit_stream.ts";
export { Consensus, type ConsensusChange, type ConsensusOptions } from "./lib/state/consensus.ts";
export type { EntryGuard, EntryGuardStatus } from "./lib/state/entry_guards.ts";
export type { GeoIpLookup, GeoIpReader, GeoIpSource, RouterLocation } from "./lib/state/geoip.ts";
export type { Listeners } from "./lib/state/listener_set.ts";
export type { LocalProcess } from "./lib/state/local_process.ts";
export type { OnionooDetails, OnionooOptions, OnionooPorts } from "./lib/state/onionoo.ts";
export type { PathState } from "./lib/state/path_facts.ts";
export {
  type ExitChoice,
  type ExitRequirements,
  type GuardChoice,
  LONG_LIVED_PORTS,
  type MiddleChoice,
  type PathOptions,
} from "./lib/state/path_plan.ts";
export type { RandomSource } from "./lib/state/path_random.ts";
export { PriorityAttacher, type PriorityOptions } from "./lib/state/priority_attacher.ts";
export { Router } from "./lib/state/router.ts";
export { type AcceptsPortOptions, RouterAttributes } from "./lib/state/router_attributes.ts";
export type {
  InfoSource,
  LineSource,
  RouterContext,
  RouterFetch,
} from "./lib/state/router_context.ts";
export {
  Stream,
  type StreamContext,
  type StreamEnd,
  type StreamListener,
} from "./lib/state/stream.ts";
export { StreamAttributes } from "./lib/state/stream_attributes.ts";
export type {
  BuildCircuitOptions,
  StateOptions,
  TorStateOptions,
} from "./lib/state/state_options.ts";
export { StateRelays, type StateRelaysOptions } from "./lib/state/state_relays.ts";
export { TorState } from "./lib/state/tor_state.ts";

export { ConfigSaveError } from "./lib/config/config_save_error.ts";
export { ConfigValues } from "./lib/config/config_values.ts";
export { DEFAULT_VALUE, type DefaultValue } from "./lib/config/default_value.ts";
export type {
  HiddenServiceSettings,
  HiddenServiceValue,
} from "./lib/config/hidden_service_settings.ts";
export type {
  InfoBranch,
  InfoKey,
  InfoNode,
  InfoPart,
  InfoPrefix,
} from "./lib/config/info_node.ts";
export type { InfoTree } from "./lib/config/info_tree.ts";
export type { OptionListener } from "./lib/config/live_config.ts";
export type { OptionValue } from "./lib/config/live_option.ts";
export { type AttributeSource, OptionAttributes } from "./lib/config/option_attributes.ts";
export type { OptionChangedEvent } from "./lib/config/option_changed_event.ts";
export { readInfoTree } from "./lib/config/read_info_tree.ts";
export { TorConfig, type TorConfigOptions, type TorConfigValues } from "./lib/config/tor_config.ts";
export type { OptionAmount, OptionList, TorOptions } from "./lib/config/tor_options.ts";

export type { Fetch, FetchInit } from "./lib/http/http_client.ts";
export type { Isolation } from "./lib/http/isolation.ts";

export {
  type OnionClientAuthResult,
  OnionCommands,
} from "./lib/control/commands/onion_commands.ts";
export type { AddOnionOptions, OnionPort } from "./lib/control/commands/add_onion_options.ts";
export { AddedOnion, OnionClientCredential } from "./lib/control/commands/onion_secrets.ts";
export {
  type AddressMapping,
  STREAM_END_REASONS,
  StreamCommands,
  type StreamEndReason,
} from "./lib/control/commands/stream_commands.ts";
export {
  CircuitCommands,
  type ExtendCircuitOptions,
  type PostDescriptorOptions,
  type SettableCircuitPurpose,
} from "./lib/control/commands/circuit_commands.ts";
export {
  type ConfChanges,
  ConfigurationCommands,
  type ConfLine,
  type ConfValue,
} from "./lib/control/commands/configuration_commands.ts";
export { SessionCommands, type SignalName } from "./lib/control/commands/session_commands.ts";
export {
  CommandBase,
  type ReplyOptions,
  type RequestOptions,
} from "./lib/control/commands/command_base.ts";
export type { AuthChallenge } from "./lib/control/auth/auth_challenge.ts";
export type { AuthenticationMethod, Password } from "./lib/control/auth/authenticate.ts";
export type { ProtocolInfo } from "./lib/control/auth/protocol_info.ts";
export type { ReconnectOptions } from "./lib/control/back_off.ts";
export { ControlConnection, type ControlEventType } from "./lib/control/connection.ts";
export {
  type ControlConnectionOptions,
  DEFAULT_EVENT_QUEUE_LIMIT,
  type EventsOptions,
} from "./lib/control/connection_options.ts";
export type {
  ConnectionEventMap,
  ControlEvent,
  ControlEventMap,
  DisconnectedEvent,
  ReconnectedEvent,
  StrayEvent,
} from "./lib/control/connection_events.ts";
export type { EventIterator } from "./lib/control/event_iterators.ts";
export { DEFAULT_CONTROL_ADDRESSES, type DialOptions } from "./lib/control/dial.ts";

export { socksConnect } from "./lib/socks/socks_connect.ts";
export type { SocksCredentials } from "./lib/socks/socks_credentials.ts";
export { SocksHandshake, type SocksRequest } from "./lib/socks/socks_handshake.ts";
export type { SocksOptions } from "./lib/socks/negotiate.ts";
export type { SocksReply } from "./lib/socks/socks_reply.ts";
export { socksResolve, socksResolvePtr } from "./lib/socks/socks_resolve.ts";

export {
  type Command,
  type CommandArgument,
  describeCommand,
  encodeCommand,
  type KeywordArgument,
  type QuotedArgument,
  type SecretArgument,
} from "./lib/codec/command.ts";
export {
  type BandwidthWeight,
  type ConsensusHeader,
  parseConsensusHeader,
} from "./lib/codec/consensus_header.ts";
export {
  ExitPolicy,
  type ExitPolicyOptions,
  type ExitPolicyPortOptions,
  type ExitPolicyRule,
} from "./lib/codec/exit_policy.ts";
export { type ParsedWords, parseWords } from "./lib/codec/keywords.ts";
export { DEFAULT_LINE_LIMIT, LineDecoder } from "./lib/codec/line_decoder.ts";
export type { MessageLine, Reply, ReplyLine } from "./lib/codec/message.ts";
export {
  DEFAULT_REPLY_LIMIT,
  MessageDecoder,
  type MessageDecoderOptions,
  type MessageHandler,
} from "./lib/codec/message_decoder.ts";
export { type Microdescriptor, parseMicrodescriptor } from "./lib/codec/microdescriptor.ts";
export { PortPolicy, type PortRange } from "./lib/codec/port_policy.ts";
export { decodeQuoted, encodeQuoted, type QuotedString } from "./lib/codec/quoted.ts";
export type { RouterFamily } from "./lib/codec/router_family.ts";
export { parseServerDescriptor, type ServerDescriptor } from "./lib/codec/server_descriptor.ts";
export { decodeText, encodeText } from "./lib/codec/text.ts";
export {
  type AddrMapError,
  type AddrMapEvent,
  type AuthDirAction,
  type AuthDirNewDescsEvent,
  type BootstrapStatus,
  type BucketName,
  type BuildFlag,
  type BuildTimeoutSetEvent,
  type BuildTimeoutType,
  type BwEvent,
  type CellStatsEvent,
  type CircBwEvent,
  type CircEvent,
  type CircMinorEvent,
  type CircMinorStatus,
  type CircPurpose,
  type CircReason,
  type CircStatus,
  type CircuitFields,
  type CircuitId,
  type ClientProtocol,
  type ClientsSeenEvent,
  type ConfChange,
  type ConfChangedEvent,
  type ConnBwEvent,
  type ConnId,
  type ConnType,
  type DescChangedEvent,
  EVENT_NAMES,
  type EventBase,
  type EventMap,
  type EventName,
  type EventSignal,
  type Fingerprint,
  type GuardEvent,
  type GuardStatus,
  type GuardType,
  type HostPort,
  type HsAuthType,
  type HsDescAction,
  type HsDescContentEvent,
  type HsDescEvent,
  type HsDescReason,
  type HsDescriptor,
  type HsPow,
  type HsState,
  isEventName,
  type IsoField,
  type LogEvent,
  type LogSeverity,
  type LongName,
  type NetworkLivenessEvent,
  type NetworkLivenessStatus,
  type NewConsensusEvent,
  type NewDescEvent,
  type NoStatusArguments,
  type NsEvent,
  type OldCircuitFields,
  type OrConnEvent,
  type OrConnReason,
  type OrStatus,
  parseBootstrapPhase,
  parseCircuitStatusLine,
  parseEvent,
  parseHostPort,
  parseHsDescriptor,
  parseIsoTime,
  parseLongName,
  parseOrConnStatusLine,
  parseRouterStatuses,
  type ParseRouterStatusesOptions,
  parseServerSpec,
  parseStreamStatusLine,
  type PtLogEvent,
  type PtLogSeverity,
  type PtStatusEvent,
  type QueueId,
  type ReachabilityArguments,
  type RouterFlag,
  type RouterStatus,
  type RouterStatusFields,
  type ServerSpec,
  type SignalEvent,
  type StatusClientActions,
  type StatusClientEvent,
  type StatusFields,
  type StatusGeneralActions,
  type StatusGeneralEvent,
  type StatusOf,
  type StatusServerActions,
  type StatusServerEvent,
  type StatusSeverity,
  type StreamBwEvent,
  type StreamEvent,
  type StreamFields,
  type StreamId,
  type StreamPurpose,
  type StreamReason,
  type StreamSource,
  type StreamStatus,
  type TbEmptyEvent,
  type TorEvent,
  type TransportLaunchedEvent,
  type TransportType,
  type UnknownEvent,
  type UnknownStatus,
} from "./lib/codec/events/mod.ts";

export {
  AddressInUseError,
  ArgumentSyntaxError,
  type AuthenticationAttempt,
  AuthenticationError,
  AuthenticationRequiredError,
  BadAuthenticationError,
  BadOnionAddressError,
  CertificateError,
  type CircuitAttempt,
  CircuitAttemptsError,
  CircuitFailedError,
  type CircuitFailure,
  type ConnectAttempt,
  ConnectError,
  ConnectionRefusedError,
  type ControlReply,
  ControlReplyError,
  controlReplyError,
  DisconnectedError,
  ExecutableNotFoundError,
  InternalTorError,
  InvalidConfigurationValueError,
  InvalidDescriptorError,
  LaunchError,
  type LaunchErrorOptions,
  LimitExceededError,
  MalformedRelaysError,
  NoResponseError,
  OnionClientAuthMissingError,
  OnionClientAuthWrongError,
  OnionDescriptorInvalidError,
  OnionDescriptorNotFoundError,
  OnionIntroductionFailedError,
  OnionIntroductionTimedOutError,
  OnionKeyFileError,
  OnionPublishError,
  type OnionPublishErrorOptions,
  OnionRendezvousFailedError,
  type OnionUploadFailure,
  PathNotFoundError,
  type PathPosition,
  PathSelectionError,
  type PathSelectionFailure,
  PermissionError,
  ProtocolError,
  ProtocolSyntaxError,
  ResourceExhaustedError,
  SocksAddressTypeNotSupportedError,
  SocksAuthenticationError,
  type SocksCommand,
  SocksCommandNotSupportedError,
  SocksConnectionRefusedError,
  SocksDisconnectedError,
  SocksError,
  type SocksErrorDetails,
  SocksGeneralFailureError,
  SocksHostUnreachableError,
  SocksNetworkUnreachableError,
  SocksNoAcceptableMethodError,
  SocksNotAllowedError,
  SocksProtocolError,
  type SocksProtocolErrorDetails,
  socksReplyError,
  SocksTtlExpiredError,
  TimeoutError,
  TlsError,
  type TlsErrorDetails,
  TorError,
  TorNotFoundError,
  UnimplementedCommandError,
  UnmanagedEntityError,
  UnrecognizedArgumentError,
  UnrecognizedCommandError,
  UnrecognizedEntityError,
  UnspecifiedTorError,
} from "./lib/errors/mod.ts";

export { detectRuntime } from "./lib/runtime/mod.ts";
export type {
  AbortOptions,
  Address,
  CloseServerOptions,
  Conn,
  Datagram,
  DatagramSocket,
  FileInfo,
  HttpAgent,
  HttpAgentOptions,
  HttpAgentTarget,
  HttpHeader,
  HttpListener,
  HttpRequest,
  HttpResponse,
  HttpServer,
  Listener,
  MakeDirectoryOptions,
  Process,
  ProcessStatus,
  RemoveOptions,
  RequestHandler,
  Runtime,
  RuntimeHttpAgent,
  ServeOptions,
  SocketAddress,
  SpawnOptions,
  StartTlsOptions,
  TcpAddress,
  TlsConn,
  UnixAddress,
  WriteFileOptions,
} from "./lib/runtime/types.ts";
export { formatAddress, parseAddress } from "./lib/util/address.ts";
export type { ErrorHandler } from "./lib/util/report_error.ts";
