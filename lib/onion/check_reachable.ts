import type { HsDescEvent } from "../codec/events/hs_desc_event.ts";
import type { ControlConnection } from "../control/connection.ts";
import {
  OnionDescriptorNotFoundError,
  OnionIntroductionFailedError,
  OnionIntroductionTimedOutError,
  OnionRendezvousFailedError,
  TimeoutError,
  TorError,
} from "../errors/mod.ts";
import type { AbortOptions, Conn } from "../runtime/types.ts";
import { delay, withDeadline } from "../util/abort.ts";
import type { OnionAddress } from "./onion_address.ts";
import { OnionAuthentication } from "./onion_authentication.ts";
import type { OnionClientKey } from "./onion_client_key.ts";

/** The default of `timeout` in milliseconds. */
const DEFAULT_TIMEOUT = 120_000;
/** How long nothing is tried after a try that failed, in milliseconds. */
const PAUSE = 1_000;

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
  const start = performance.now();
  let last: unknown;
  const authentication = await authenticated(control, { address, clientKey, signal });
  try {
    return await withDeadline(async (signal) => {
      const failed = (error: unknown) => last = error;
      const directory = await fetchDescriptor(control, { address, signal, failed });
      await connect(dialer, { hostname: address.hostname, port, signal, failed });
      return { directory, elapsed: Math.round(performance.now() - start) };
    }, { signal, timeout, message: () => `Could not reach ${address}` });
  } catch (error) {
    if (error instanceof TimeoutError && last !== undefined) error.cause ??= last;
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

/** Asks directories until one has the descriptor: Tor asks another each time. */
async function fetchDescriptor(
  control: ControlConnection,
  { address, signal, failed }: {
    address: OnionAddress;
    signal: AbortSignal;
    failed: (error: unknown) => void;
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
      failed(
        new TorError(
          `Cannot fetch the descriptor of ${address}: ${directory ?? "no directory"} answered ` +
            `${event.reason}`,
        ),
      );
      await delay(PAUSE, signal);
      await control.hsFetch(address.serviceId, { signal });
    }
  } finally {
    await events.return();
  }
  throw new TorError(`Cannot fetch the descriptor of ${address}: the connection was closed`);
}

/** An upload that failed has no descriptor. */
function isFailedFetch({ action, descriptorId, reason = "" }: HsDescEvent): boolean {
  return action === "FAILED" &&
    (descriptorId !== undefined || /^(?:NOT_FOUND|BAD_DESC|QUERY_)/.test(reason));
}

/** Connects, and tries again where circuits to the service may be better the next time. */
async function connect(
  dialer: OnionDialer,
  { hostname, port, signal, failed }: {
    hostname: string;
    port: number;
    signal: AbortSignal;
    failed: (error: unknown) => void;
  },
): Promise<void> {
  for (;;) {
    try {
      const conn = await dialer({ hostname, port }, { signal });
      await conn.close();
      return;
    } catch (error) {
      if (!isPassing(error)) throw error;
      failed(error);
      await delay(PAUSE, signal);
    }
  }
}

/** Whether another try may go well. */
function isPassing(error: unknown): boolean {
  return error instanceof OnionIntroductionFailedError ||
    error instanceof OnionIntroductionTimedOutError ||
    error instanceof OnionRendezvousFailedError ||
    error instanceof OnionDescriptorNotFoundError;
}
