import type { ControlConnection } from "../control/connection.ts";
import {
  DisconnectedError,
  OnionDescriptorNotFoundError,
  OnionIntroductionFailedError,
  OnionIntroductionTimedOutError,
  OnionRendezvousFailedError,
  TimeoutError,
  TorError,
} from "../errors/mod.ts";
import type { AbortOptions, Conn } from "../runtime/types.ts";
import { delay, withDeadline } from "../util/abort.ts";
import { checkNumber, checkTime } from "../util/check_number.ts";
import { isFailedFetch } from "./is_failed_fetch.ts";
import type { OnionAddress } from "./onion_address.ts";
import { OnionAuthentication } from "./onion_authentication.ts";
import type { OnionClientKey } from "./onion_client_key.ts";

/** The default of `timeout` in milliseconds. */
const DEFAULT_TIMEOUT = 120_000;
/** How long nothing is tried after a try that failed, in milliseconds. */
const PAUSE = 1_000;
/** How long one connection may take, in milliseconds, before it is tried again by a new descriptor. */
const TRY_LIMIT = 20_000;

/** Connects to an onion service through Tor, by circuits that nothing else uses. */
export type OnionDialer = (
  target: { readonly hostname: string; readonly port: number },
  options: AbortOptions,
) => Promise<Conn>;

/** How {@linkcode OnionService.checkReachable} tries. */
export interface CheckReachableOptions extends AbortOptions {
  /** The port to connect to; default the service's first. */
  port?: number | undefined;
  /** The key of a client that the service lets in. Tor is given it for the check, if it has none. */
  clientKey?: OnionClientKey | undefined;
  /** The time that it may take, in milliseconds; default 120,000, `Infinity` for no limit. */
  timeout?: number | undefined;
}

/** What {@linkcode OnionService.checkReachable} found. */
export interface OnionReachability {
  /** The fingerprint of the directory that had the descriptor; `undefined` where Tor did not tell. */
  readonly directory: string | undefined;
  /** How long it took, in milliseconds. */
  readonly elapsed: number;
}

/** What {@linkcode checkReachable} works with. */
interface ReachabilityContext {
  /** The connection to Tor. */
  readonly control: ControlConnection;
  /** Connects through the same Tor. */
  readonly dialer: OnionDialer;
}

/** Fetches the descriptor of a service and connects to it; see {@linkcode OnionService.checkReachable}. */
export async function checkReachable(
  { control, dialer }: ReachabilityContext,
  { address, port, clientKey, timeout = DEFAULT_TIMEOUT, signal }:
    & CheckReachableOptions
    & { readonly address: OnionAddress },
): Promise<OnionReachability> {
  if (port === undefined) {
    throw new TypeError(`Cannot check ${address}: Tor does not tell its ports, so name one (port)`);
  }
  checkNumber("port", port, 1, 65535);
  checkTime("timeout", timeout);
  const start = performance.now();
  const authentication = await authenticated(control, { address, clientKey, signal });
  let last: unknown;
  let directory: string | undefined;
  const tryOnce = async (signal: AbortSignal) => {
    directory = await fetchDescriptor(control, { address, known: directory, signal });
    const conn = await withDeadline((signal) => {
      return dialer({ hostname: address.hostname, port }, { signal });
    }, { signal, timeout: TRY_LIMIT, message: () => `Could not connect to ${address}:${port}` });
    await conn.close();
  };
  try {
    return await withDeadline(async (signal) => {
      for (;;) {
        try {
          await tryOnce(signal);
          return { directory, elapsed: Math.round(performance.now() - start) };
        } catch (error) {
          if (signal.aborted || !isPassing(error)) throw error;
          last = error;
          await delay(PAUSE, signal);
        }
      }
    }, { signal, timeout, message: () => `Could not reach ${address}` });
  } catch (error) {
    if (error instanceof TimeoutError && last !== undefined) error.cause = last;
    throw error;
  } finally {
    await authentication?.[Symbol.asyncDispose]();
  }
}

/** Gives Tor the key for the time of the check, where it has none of its own. */
async function authenticated(
  control: ControlConnection,
  { address, clientKey, signal }: AbortOptions & {
    address: OnionAddress;
    clientKey: OnionClientKey | undefined;
  },
): Promise<OnionAuthentication | undefined> {
  if (clientKey === undefined) return undefined;
  const known = await control.onionClientAuthView(address.serviceId, { signal });
  if (known.length > 0) return undefined;
  return await OnionAuthentication.add(control, { address, key: clientKey, signal });
}

/** One directory does not have the descriptor, or none is left that Tor would ask so soon again. */
class DescriptorMissingError extends TorError {}

/**
 * Asks a directory for the descriptor: Tor asks another each time.
 *
 * @param known The directory that had it before, which will do where there is none left to ask.
 */
async function fetchDescriptor(
  control: ControlConnection,
  { address, known, signal }: {
    address: OnionAddress;
    known: string | undefined;
    signal: AbortSignal;
  },
): Promise<string | undefined> {
  const events = control.events("HS_DESC", { signal });
  await events.ready;
  try {
    await control.hsFetch(address.serviceId, { signal });
    for await (const event of events) {
      if (event.hsAddress !== address.serviceId) continue;
      const directory = event.hsDir?.fingerprint;
      if (event.action === "RECEIVED") return directory;
      if (!isFailedFetch(event)) continue;
      if (known !== undefined) return known;
      throw new DescriptorMissingError(
        `Cannot fetch the descriptor of ${address}: ${directory ?? "no directory"} answered ` +
          `${event.reason}`,
      );
    }
  } finally {
    await events.return();
  }
  throw new DisconnectedError(
    `Cannot fetch the descriptor of ${address}: the control connection was closed`,
  );
}

/** Whether another try may go well: of a service that is new, not every directory has the descriptor. */
function isPassing(error: unknown): boolean {
  return error instanceof DescriptorMissingError ||
    error instanceof TimeoutError ||
    error instanceof OnionIntroductionFailedError ||
    error instanceof OnionIntroductionTimedOutError ||
    error instanceof OnionRendezvousFailedError ||
    error instanceof OnionDescriptorNotFoundError;
}
