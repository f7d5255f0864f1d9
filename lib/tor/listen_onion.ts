import { endOnInterrupt } from "../launch/end_on_interrupt.ts";
import type { OnionService } from "../onion/onion_service.ts";
import type { Listener, Runtime } from "../runtime/types.ts";
import { within } from "../util/abort.ts";
import { checkNumber } from "../util/check_number.ts";
import { LocalListener } from "./local_listener.ts";
import { OnionListener, type OnionListenOptions } from "./onion_listener.ts";
import type { TorOnions } from "./onion_services.ts";

/** What {@linkcode listenOnion} listens by. */
export interface ListenOnionContext {
  /** The platform. */
  runtime: Runtime;
  /** What is asked for. */
  options: OnionListenOptions;
  /** Ends with the listener, and where there is none in the end. */
  owned?: AsyncDisposable | undefined;
}

/** How long Tor may take to remove the service of a program that is interrupted, in milliseconds. */
const INTERRUPT_LIMIT = 5_000;

/**
 * Listens, then creates the service that leads there; see {@linkcode Tor.listenOnion}. A program that is
 * interrupted closes it before it ends: a service with a directory would stay in Tor's configuration.
 */
export async function listenOnion(
  tor: TorOnions,
  context: ListenOnionContext,
): Promise<OnionListener> {
  const { runtime, options, owned } = context;
  if (options.endOnInterrupt === false) return await open(tor, context);
  const interruption = new AbortController();
  const watch = endOnInterrupt(runtime, async (reason) => {
    interruption.abort(reason);
    await within(opening.then((listener) => listener.close()), {
      timeout: INTERRUPT_LIMIT,
      message: () => "Tor did not remove the onion service",
    });
  });
  const signals = options.signal === undefined ? [] : [options.signal];
  const opening = open(tor, {
    runtime,
    options: { ...options, signal: AbortSignal.any([interruption.signal, ...signals]) },
    owned: {
      async [Symbol.asyncDispose]() {
        watch.stop();
        await owned?.[Symbol.asyncDispose]();
      },
    },
  });
  return await opening.catch(async (error) => {
    await watch.whenOver();
    throw error;
  });
}

async function open(
  tor: TorOnions,
  { runtime, options, owned }: ListenOnionContext,
): Promise<OnionListener> {
  let local: LocalListener | undefined;
  try {
    checkOptions(options);
    const { control } = tor;
    const { port, localPort, endOnInterrupt, signal } = options;
    signal?.throwIfAborted();
    local = await LocalListener.open(runtime, { localPort, control, endOnInterrupt, signal });
    const service = await offer(tor, local, options);
    return new OnionListener({ service, port, local, control, owned });
  } catch (error) {
    await local?.close();
    await owned?.[Symbol.asyncDispose]();
    throw error;
  }
}

function offer(
  tor: TorOnions,
  { address }: Listener,
  options: OnionListenOptions,
): Promise<OnionService> {
  const { port, localPort: _, endOnInterrupt: _watched, directory, ...rest } = options;
  const service = { ...rest, ports: [{ virtual: port, target: address }] };
  return directory === undefined
    ? tor.createOnionService(service)
    : tor.createFilesystemOnionService(directory, service);
}

/** The options of one kind of service, which the other has not. */
const EPHEMERAL_ONLY = ["privateKey", "privateKeyFile", "discardKey", "nonAnonymous"] as const;
const FILESYSTEM_ONLY = ["groupReadable", "settings"] as const;

function checkOptions(options: OnionListenOptions): void {
  checkNumber("port", options.port, 1, 65535);
  if (options.localPort !== undefined) checkNumber("localPort", options.localPort, 0, 65535);
  const isFilesystem = options.directory !== undefined;
  for (const name of isFilesystem ? EPHEMERAL_ONLY : FILESYSTEM_ONLY) {
    if (options[name] === undefined) continue;
    const why = isFilesystem ? "its directory decides it" : "it is for one with a directory";
    throw new TypeError(`Cannot use ${name} for this onion service: ${why}`);
  }
}
