import type { ControlConnection } from "../control/connection.ts";
import { DisconnectedError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { within } from "../util/abort.ts";
import { checkTime } from "../util/check_number.ts";
import { deferred } from "../util/deferred.ts";

/** What came of a new identity. */
export interface NewIdentity {
  /** How long Tor let it wait, in milliseconds: it takes one on at most every ten seconds. */
  readonly delayed: number;
}

/** How a new identity is waited for. */
export interface NewIdentityOptions extends AbortOptions {
  /**
   * The time that Tor may take to act, in milliseconds; default 30,000, `Infinity` for no limit. A Tor
   * that has no port for programs, such as a `SocksPort`, agrees and never acts.
   */
  timeout?: number | undefined;
}

/** Tor needs ten seconds at most. */
const DEFAULT_TIMEOUT = 30_000;

/**
 * Asks Tor for a new identity (SIGNAL NEWNYM, control-spec, section 3.7). Tor agrees at once, and acts
 * at most every ten seconds: this resolves when it has acted.
 *
 * @throws {DisconnectedError} Where the connection is lost before that.
 * @throws {TimeoutError} Where Tor does not act in time.
 * @throws {RangeError} Where the timeout is none.
 */
export async function newIdentity(
  control: ControlConnection,
  { signal, timeout = DEFAULT_TIMEOUT }: NewIdentityOptions = {},
): Promise<NewIdentity> {
  checkTime("timeout", timeout);
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
    await within(Promise.race([acted.promise, lost.promise]), {
      signal,
      timeout,
      message: () =>
        "Cannot take on a new identity: Tor, which ignores it where it has no SOCKS port, did not act",
    });
    return { delayed: Math.round(performance.now() - start) };
  } finally {
    stop.abort();
  }
}
