import type { AbortOptions } from "../runtime/types.ts";
import { checkLimit, checkTime } from "../util/check_number.ts";
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

/**
 * Checks the numbers among the options, before anything is connected to.
 *
 * @throws {RangeError} Where one makes no sense.
 */
export function checkConnectionOptions(options: ControlConnectionOptions): void {
  checkTime("timeout", options.timeout);
  checkLimit("eventQueueLimit", options.eventQueueLimit);
  checkLimit("lineLimit", options.lineLimit);
  checkLimit("replyLimit", options.replyLimit);
  const { initialDelay, maxDelay, attempts } = typeof options.reconnect === "object"
    ? options.reconnect
    : {};
  checkTime("reconnect.initialDelay", initialDelay, { least: 0, infinite: false });
  checkTime("reconnect.maxDelay", maxDelay, { least: 0, infinite: false });
  checkLimit("reconnect.attempts", attempts);
}
