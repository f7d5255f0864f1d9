import type { OnionService } from "../onion/onion_service.ts";
import type { Listener, Runtime } from "../runtime/types.ts";
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

/** Listens, then creates the service that leads there; see {@linkcode Tor.listenOnion}. */
export async function listenOnion(
  tor: TorOnions,
  { runtime, options, owned }: ListenOnionContext,
): Promise<OnionListener> {
  let local: LocalListener | undefined;
  try {
    checkOptions(options);
    const { control } = tor;
    const { port, localPort, signal } = options;
    signal?.throwIfAborted();
    local = await LocalListener.open(runtime, { localPort, control, signal });
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
  const { port, localPort: _, directory, ...rest } = options;
  const service = { ...rest, ports: [{ virtual: port, target: address }] };
  return directory === undefined
    ? tor.createOnionService(service)
    : tor.createFilesystemOnionService(directory, service);
}

/** The options of one kind of service, which the other has not. */
const EPHEMERAL_ONLY = ["privateKey", "discardKey", "nonAnonymous"] as const;
const FILESYSTEM_ONLY = ["groupReadable", "settings"] as const;

function checkOptions(options: OnionListenOptions): void {
  checkPort("port", options.port, 1);
  if (options.localPort !== undefined) checkPort("localPort", options.localPort, 0);
  const isFilesystem = options.directory !== undefined;
  for (const name of isFilesystem ? EPHEMERAL_ONLY : FILESYSTEM_ONLY) {
    if (options[name] === undefined) continue;
    const why = isFilesystem ? "its directory decides it" : "it is for one with a directory";
    throw new TypeError(`Cannot use ${name} for this onion service: ${why}`);
  }
}

function checkPort(name: string, port: number, least: number): void {
  if (Number.isInteger(port) && port >= least && port <= 65535) return;
  throw new RangeError(
    `Cannot use ${port} as ${name}: expected a whole number from ${least} to 65535`,
  );
}
