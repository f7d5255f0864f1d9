import { TimeoutError } from "../errors/mod.ts";
import { delay, withDeadline } from "../util/abort.ts";
import { TorStartError } from "./tor_start_error.ts";

/** What a start has to come within. */
export interface StartWithinOptions {
  /** Any of them gives up. */
  signals: readonly (AbortSignal | undefined)[];
  /** The time that the start may take, in milliseconds. */
  timeout: number;
  /** Gives the message of the error, without the time, when the time is over. */
  message: () => string;
}

/** How long a start that is given up may take to tell what it was waiting for, in milliseconds. */
const GRACE = 1000;

/** Runs `start` under a deadline. When the time is over, the error is the start's own if it tells a log. */
export async function startWithin<T>(
  start: (signal: AbortSignal) => Promise<T>,
  { signals, timeout, message }: StartWithinOptions,
): Promise<T> {
  let starting: Promise<T> | undefined;
  const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
  try {
    return await withDeadline((signal) => starting = start(signal), { signal, timeout, message });
  } catch (error) {
    const own = error instanceof TimeoutError ? await failureOf(starting) : undefined;
    throw own instanceof TorStartError ? own : error;
  }
}

/** What a promise that has been given up rejects with, where it does so soon. */
async function failureOf(promise: Promise<unknown> | undefined): Promise<unknown> {
  const waiting = new AbortController();
  const grace = delay(GRACE, waiting.signal).catch(() => {});
  try {
    await Promise.race([promise, grace]);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    waiting.abort();
  }
}
