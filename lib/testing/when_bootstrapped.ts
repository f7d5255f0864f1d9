import { parseBootstrapPhase } from "../codec/events/status_event.ts";
import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { deferred } from "../util/deferred.ts";

/** How the way of a tor into its network is followed. */
export interface BootstrapOptions extends AbortOptions {
  /** Whether the consensus is there to be fetched, so that the tor need not wait; default `false`. */
  isConsensusThere?: boolean | undefined;
  /** After how many milliseconds without success the tor is told to try again; default 6000. */
  patience?: number | undefined;
  /** Is told how far the tor is, in percent, and what it does next. */
  onProgress?: ((percent: number, summary: string) => void) | undefined;
}

/**
 * Resolves when a tor can build circuits. Tor waits longer and longer between its tries to fetch the
 * consensus, 404 being a failure as any other; RELOAD makes it try at once.
 */
export async function whenBootstrapped(
  control: ControlConnection,
  { isConsensusThere = false, patience = 6000, onProgress, signal }: BootstrapOptions = {},
): Promise<void> {
  const done = deferred<void>();
  let last = -1;
  const report = (percent = 0, summary = "") => {
    // An answer may tell of a time before an event that has come already.
    if (percent <= last) return;
    last = percent;
    onProgress?.(percent, summary);
    if (percent === 100) done.resolve();
  };
  const stop = new AbortController();
  const until = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);
  try {
    await control.addEventListener("STATUS_CLIENT", (event) => {
      if (event.action === "BOOTSTRAP") report(event.progress, event.summary);
    }, { signal: stop.signal });
    const status = await control.getInfo("status/bootstrap-phase", { signal: until });
    const phase = parseBootstrapPhase(status);
    report(phase?.progress, phase?.summary);
    for (let isLate = isConsensusThere; last < 100; isLate = true) {
      if (isLate) await control.signal("RELOAD", { signal: until });
      await Promise.race([done.promise, delay(patience, until)]);
    }
  } finally {
    stop.abort();
  }
}
