import {
  type BootstrapStatus,
  parseBootstrapPhase,
  type StatusClientEvent,
} from "../codec/events/status_event.ts";
import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { deferred } from "../util/deferred.ts";
import { callSafely, type ErrorHandler, reportUnhandled } from "../util/report_error.ts";

/** A problem that Tor has on its way into the network. */
export interface BootstrapWarning {
  /** The problem, for people to read. */
  readonly message: string;
  /** The problem, as in the reasons of `ORCONN` events, such as `"NOROUTE"`. */
  readonly reason: string | undefined;
  /** How many problems there were in this phase. */
  readonly count: number | undefined;
  /** Whether the user should be told: `"warn"`, or `"ignore"` as long as Tor may yet succeed. */
  readonly recommendation: string | undefined;
  /** The fingerprint of the relay that Tor tried to reach. */
  readonly hostId: string | undefined;
  /** The address and port of the relay that Tor tried to reach. */
  readonly hostAddress: string | undefined;
}

/** How far Tor is on its way into the network (control-spec, section 5.5). */
export interface BootstrapPhase {
  /** 0 to 100; at 100 Tor can build circuits. */
  readonly percent: number;
  /** The phase, such as `"conn_done"`. */
  readonly tag: string;
  /** What Tor does next, for people to read. */
  readonly summary: string;
  /** The problem, where there is one. */
  readonly warning: BootstrapWarning | undefined;
}

/** How a bootstrap is followed. */
export interface BootstrapOptions extends AbortOptions {
  /**
   * Is told of the phase that Tor is in and of each that follows, and of each warning. It may be
   * asynchronous.
   */
  onProgress?: ((phase: BootstrapPhase) => unknown) | undefined;
  /** Gets what `onProgress` throws; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
}

/**
 * How far Tor is on its way into the network (GETINFO status/bootstrap-phase, control-spec, section
 * 3.9).
 *
 * @throws {TorError} Where the answer cannot be read.
 */
export async function getBootstrapPhase(
  control: ControlConnection,
  options: AbortOptions = {},
): Promise<BootstrapPhase> {
  const text = await control.getInfo("status/bootstrap-phase", options);
  const status = parseBootstrapPhase(text);
  if (status === undefined) throw new TorError(`Cannot read the bootstrap phase "${text}"`);
  return phaseOf(status);
}

/**
 * Resolves when Tor can build circuits: at once where it can already. Of the phase that Tor is in
 * `onProgress` is told as well as of those that follow.
 *
 * @throws {DisconnectedError} Where the connection ends before that.
 */
export async function whenBootstrapped(
  control: ControlConnection,
  { onProgress, onError = reportUnhandled, signal }: BootstrapOptions = {},
): Promise<void> {
  signal?.throwIfAborted();
  const done = deferred<void>();
  let isFollowing = false;
  const report = (phase: BootstrapPhase) => {
    isFollowing = true;
    if (onProgress !== undefined) callSafely(onProgress, phase, onError);
    if (phase.percent >= 100) done.resolve();
  };
  const listener = (event: StatusClientEvent) => {
    if (event.action === "BOOTSTRAP") report(phaseOf(event));
  };
  const unsubscribe = () => control.removeEventListener("STATUS_CLIENT", listener);
  const lost = control.closed.then((): never => {
    throw new TorError("Cannot follow the bootstrap: the control connection was closed");
  });
  const follow = async () => {
    await control.addEventListener("STATUS_CLIENT", listener);
    const snapshot = await getBootstrapPhase(control);
    // An event that came meanwhile tells the same, or later news.
    if (!isFollowing) report(snapshot);
    await done.promise;
  };
  try {
    await abortable(Promise.race([follow(), lost]), signal);
  } catch (error) {
    unsubscribe().catch(() => {}); // Tor may not answer any more
    throw error;
  }
  await unsubscribe();
}

function phaseOf(status: BootstrapStatus): BootstrapPhase {
  const { progress = 0, tag = "", summary = "", warning } = status;
  const { reason, count, recommendation, hostId, hostAddress } = status;
  return {
    percent: progress,
    tag,
    summary,
    warning: warning === undefined && status.severity !== "WARN"
      ? undefined
      : { message: warning ?? "", reason, count, recommendation, hostId, hostAddress },
  };
}
