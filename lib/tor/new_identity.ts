import type { ControlConnection } from "../control/connection.ts";
import { DisconnectedError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { deferred } from "../util/deferred.ts";

/** What came of a new identity. */
export interface NewIdentity {
  /** How long Tor let it wait, in milliseconds: it takes one on at most every ten seconds. */
  readonly delayed: number;
}

/**
 * Asks Tor for a new identity (SIGNAL NEWNYM, control-spec, section 3.7). Tor agrees at once, and acts
 * at most every ten seconds: this resolves when it has acted.
 *
 * @throws {DisconnectedError} Where the connection is lost before that.
 */
export async function newIdentity(
  control: ControlConnection,
  { signal }: AbortOptions = {},
): Promise<NewIdentity> {
  signal?.throwIfAborted();
  const acted = deferred<void>();
  const lost = deferred<never>();
  // It may never be waited for.
  lost.promise.catch(() => {});
  const fail = (cause?: unknown) =>
    lost.reject(
      new DisconnectedError(
        "Cannot tell whether Tor took on a new identity: the control connection ended",
        cause === undefined ? undefined : { cause },
      ),
    );
  const stop = new AbortController();
  let isAsked = false;
  try {
    await control.addEventListener("SIGNAL", (event) => {
      // One that came before was somebody else's.
      if (isAsked && event.signal === "NEWNYM") acted.resolve();
    }, { signal: stop.signal });
    await control.addEventListener("disconnected", ({ error }) => fail(error), {
      signal: stop.signal,
    });
    control.closed.then(() => fail(), fail);
    const asking = control.signal("NEWNYM", { signal });
    isAsked = true;
    await asking;
    const start = performance.now();
    await abortable(Promise.race([acted.promise, lost.promise]), signal);
    return { delayed: Math.round(performance.now() - start) };
  } finally {
    stop.abort();
  }
}
