import type { ControlConnection } from "../control/connection.ts";
import { type BootstrapOptions, whenBootstrapped } from "../launch/bootstrap.ts";
import { delay } from "../util/abort.ts";
import { deferred } from "../util/deferred.ts";

/** How the way of a tor into its network is followed, and hurried. */
export interface UrgeOptions extends BootstrapOptions {
  /** Whether the consensus is there to be fetched, so that the tor need not wait; default `false`. */
  isConsensusThere?: boolean | undefined;
  /** After how many milliseconds without success the tor is told to try again; default 6000. */
  patience?: number | undefined;
}

/**
 * Resolves when a tor can build circuits. Tor waits longer and longer between its tries to fetch the
 * consensus, 404 being a failure as any other; RELOAD makes it try at once.
 */
export async function urgeBootstrap(
  control: ControlConnection,
  { isConsensusThere = false, patience = 6000, onProgress, onError, signal }: UrgeOptions = {},
): Promise<void> {
  const stop = new AbortController();
  const until = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);
  const begun = deferred<void>();
  let isDone = false;
  const following = whenBootstrapped(control, {
    onProgress: (phase) => {
      isDone = phase.percent >= 100;
      begun.resolve();
      return onProgress?.(phase);
    },
    onError,
    signal: until,
  });
  try {
    await Promise.race([following, begun.promise]);
    for (let isLate = isConsensusThere; !isDone; isLate = true) {
      if (isLate) await control.signal("RELOAD", { signal: until });
      await Promise.race([following, delay(patience, until)]);
    }
    await following;
  } finally {
    stop.abort();
    await following.catch(() => {});
  }
}
