import type { AbortOptions } from "../runtime/types.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import type { ReconnectOptions } from "./back_off.ts";
import type { DialOptions } from "./dial.ts";

/** The default of `eventQueueLimit`. */
export const DEFAULT_EVENT_QUEUE_LIMIT = 65_536;

/** How a {@linkcode ControlConnection} is made. */
export interface ControlConnectionOptions extends DialOptions {
  /**
   * Whether a lost connection is restored, and how; default `false`. Commands that were in flight
   * are rejected and never sent twice, and so are commands while there is no connection.
   */
  reconnect?: boolean | ReconnectOptions | undefined;
  /** The most events that may wait unread in one `events()` iterator; default 65,536. */
  eventQueueLimit?: number | undefined;
  /** Gets what an event listener throws; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
}

/** How an events iterator is made. */
export interface EventsOptions extends AbortOptions {
  /** The most events that may wait unread; default the connection's `eventQueueLimit`. */
  limit?: number | undefined;
}
