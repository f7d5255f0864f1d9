import { TimeoutError } from "../errors/mod.ts";
import { checkTime } from "./check_number.ts";
import { onAbort } from "./on_abort.ts";

/**
 * Waits for `promise` until `signal` aborts, then rejects with the signal's reason. The promise
 * itself goes on; its late rejection is not reported as unhandled.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise((resolve, reject) => {
    const stop = onAbort(signal, () => reject(signal.reason));
    const settle = <V>(settled: (value: V) => void) => (value: V) => {
      stop();
      settled(value);
    };
    promise.then(settle(resolve), settle(reject));
  });
}

/**
 * Waits for `promise` until `signal` aborts, then rejects with its reason, or until the time is over,
 * then rejects with a `TimeoutError`. The promise itself goes on, as with {@linkcode abortable}.
 */
export function within<T>(
  promise: Promise<T>,
  { signal, timeout, message }: DeadlineOptions,
): Promise<T> {
  if (timeout === Infinity) return abortable(promise, signal);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TimeoutError(`${message()} within ${timeout} ms`, timeout)),
      timeout,
    );
    const settle = <V>(settled: (value: V) => void) => (value: V) => {
      clearTimeout(timer);
      settled(value);
    };
    abortable(promise, signal).then(settle(resolve), settle(reject));
  });
}

/** What {@linkcode withDeadline} and {@linkcode within} wait under. */
export interface DeadlineOptions {
  /** The caller's own signal; its reason is what the wait rejects with. */
  signal?: AbortSignal | undefined;
  /** The time allowed, in milliseconds; `Infinity` for no limit. */
  timeout: number;
  /** Gives the message of the {@linkcode TimeoutError}, without the time, when the time is over. */
  message: () => string;
}

/**
 * Runs `work` under a signal that aborts when the caller's does, or with a `TimeoutError` when the
 * time is over. The timer and the listener are gone when it settles.
 *
 * @throws {RangeError} Where the time makes no sense.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { signal, timeout, message }: DeadlineOptions,
): Promise<T> {
  checkTime("timeout", timeout);
  signal?.throwIfAborted();
  const controller = new AbortController();
  const stop = onAbort(signal, () => controller.abort(signal?.reason));
  const timer = timeout === Infinity ? undefined : setTimeout(
    () => controller.abort(new TimeoutError(`${message()} within ${timeout} ms`, timeout)),
    timeout,
  );
  try {
    return await abortable(work(controller.signal), controller.signal);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/** Resolves after `milliseconds`, or rejects with the signal's reason when it aborts before. */
export function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, milliseconds);
    const stop = onAbort(signal, () => {
      clearTimeout(timer);
      reject(signal?.reason);
    });
  });
}
