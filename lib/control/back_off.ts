import { delay } from "../util/abort.ts";

/** How a lost connection is restored. */
export interface ReconnectOptions {
  /** The wait before the first try, in milliseconds; default 500. Each further wait is twice as long. */
  initialDelay?: number | undefined;
  /** The longest wait between two tries, in milliseconds; default 30,000. */
  maxDelay?: number | undefined;
  /** How often to try before giving up; default without end. */
  attempts?: number | undefined;
}

/**
 * Tries `work` again and again, with waits that double and vary by up to a quarter, so that many
 * clients of one Tor do not come all at once.
 *
 * @param work What to try.
 * @param options The waits in milliseconds, the number of tries, and the signal that ends them.
 * @returns What `work` resolved with, and the number of tries that it took.
 * @throws What the last try threw, or the signal's reason.
 */
export async function backOff<T>(
  work: () => Promise<T>,
  options: ReconnectOptions & { signal: AbortSignal },
): Promise<{ result: T; attempts: number }> {
  const { initialDelay = 500, maxDelay = 30_000, attempts = Infinity, signal } = options;
  for (let attempt = 1;; attempt++) {
    const wait = Math.min(maxDelay, initialDelay * 2 ** (attempt - 1));
    await delay(wait * (1 - Math.random() / 4), signal);
    try {
      return { result: await work(), attempts: attempt };
    } catch (error) {
      if (signal.aborted || attempt >= attempts) throw error;
    }
  }
}
