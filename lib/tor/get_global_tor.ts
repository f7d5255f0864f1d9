import { abortable } from "../util/abort.ts";
import { launch, type TorLaunchOptions } from "./launch.ts";
import type { Tor } from "./tor.ts";

/** The one Tor of this process, as far as it has come. */
interface GlobalTor {
  readonly launching: Promise<Tor>;
  /** How many wait for it. */
  waiting: number;
  /** Ends the launch, unless it has succeeded. */
  readonly giveUp: (reason: unknown) => void;
}

let current: GlobalTor | undefined;

/**
 * The one Tor of this program that its parts share: launched by the first call, given to every other,
 * and launched anew by the first call after it has ended or failed. The options are those of the first call;
 * each call's own signal gives up its wait, and the launch where nobody else waits for it.
 *
 * @param options What to launch, where that was not done yet.
 * @returns The Tor. Whoever ends it ends it for all.
 * @throws {TorNotFoundError | LaunchError | TypeError | RangeError} As {@linkcode launch} does; but
 * a wait that is given up rejects with the signal's own reason, since the launch may go on.
 *
 * @example Share a Tor
 * ```ts
 * import { getGlobalTor } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * await using tor = await getGlobalTor({ torrc: { DisableNetwork: 1 } });
 * assert.equal(await getGlobalTor(), tor);
 * ```
 */
export async function getGlobalTor({ signal, ...options }: TorLaunchOptions = {}): Promise<Tor> {
  signal?.throwIfAborted();
  const shared = current ??= begin(options);
  shared.waiting++;
  try {
    return await abortable(shared.launching, signal);
  } finally {
    shared.waiting--;
    if (shared.waiting === 0 && signal?.aborted) shared.giveUp(signal.reason);
  }
}

function begin(options: TorLaunchOptions): GlobalTor {
  const stop = new AbortController();
  const launching = launch({ ...options, signal: stop.signal });
  let isReady = false;
  const forget = () => {
    if (current === shared) current = undefined;
  };
  const giveUp = (reason: unknown) => {
    if (isReady) return;
    forget();
    stop.abort(reason);
  };
  const shared: GlobalTor = { launching, waiting: 0, giveUp };
  launching.then((tor) => {
    isReady = true;
    // It may have succeeded in the moment in which it was given up.
    if (stop.signal.aborted) void tor.quit();
    void tor.process?.ended.then(forget);
  }, forget);
  return shared;
}
