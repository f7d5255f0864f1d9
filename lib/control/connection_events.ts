import type { EventMap, TorEvent, UnknownEvent } from "../codec/events/mod.ts";
import type { TorError } from "../errors/mod.ts";
import type { SocketAddress } from "../runtime/types.ts";

/** The connection to Tor was lost, and is being restored. */
export interface DisconnectedEvent {
  /** The type. */
  readonly type: "disconnected";
  /** Why it was lost. */
  readonly error: TorError;
}

/**
 * The lost connection is restored: authenticated and subscribed again. What happened in between
 * was not seen, and it may be another process of Tor that answers now.
 */
export interface ReconnectedEvent {
  /** The type. */
  readonly type: "reconnected";
  /** How many tries it took. */
  readonly attempts: number;
  /** Where the connection leads to. */
  readonly address: SocketAddress;
  /** Tor's version, where it told. */
  readonly torVersion: string | undefined;
}

/** A line came that is part of no reply and no event. It was dropped, and harmed nothing. */
export interface StrayEvent {
  /** The type. */
  readonly type: "stray";
  /** The line. */
  readonly line: string;
}

/** What happens to the connection itself. The names are lower case: Tor's own are upper case. */
export interface ConnectionEventMap {
  /** The connection was lost, and is being restored. */
  disconnected: DisconnectedEvent;
  /** The connection is restored. */
  reconnected: ReconnectedEvent;
  /** A line was dropped. */
  stray: StrayEvent;
}

/** Every event that a control connection can tell, by its type. */
export interface ControlEventMap extends EventMap, ConnectionEventMap {
  /** An event that no parser knows, or that is malformed. */
  unknown: UnknownEvent;
}

/** Any event that a control connection can tell. */
export type ControlEvent = TorEvent | ConnectionEventMap[keyof ConnectionEventMap];
