import type { ControlConnection } from "../control/connection.ts";
import { ControlReplyError } from "../errors/mod.ts";
import { endOnInterrupt, type InterruptWatch } from "../launch/end_on_interrupt.ts";
import { OwnedDirectory } from "../launch/owned_directory.ts";
import { isUnixSocketPath } from "../launch/unix_socket_path.ts";
import type { AbortOptions, Conn, Listener, Runtime, SocketAddress } from "../runtime/types.ts";

const PREFIX = "torcon-onion-";

/** How {@linkcode LocalListener.open} listens. */
export interface LocalListenerOptions extends AbortOptions {
  /** The port of 127.0.0.1, 0 for any free one; default a Unix socket, where Tor can use it. */
  localPort?: number | undefined;
  /** The connection to the Tor that is to connect. */
  control: ControlConnection;
  /** Where the user interrupts this program, close before the signal ends it; default `true`. */
  endOnInterrupt?: boolean | undefined;
}

/** A listener on this machine that a Tor connects to, and the directory that its socket is in. */
export class LocalListener implements Listener {
  readonly address: SocketAddress;
  readonly #listener: Listener;
  readonly #directory: OwnedDirectory | undefined;
  readonly #watch: InterruptWatch | undefined;
  #closing: Promise<void> | undefined;

  private constructor(
    listener: Listener,
    { directory, watchedBy }: { directory: OwnedDirectory | undefined; watchedBy?: Runtime },
  ) {
    this.#listener = listener;
    this.#directory = directory;
    this.address = listener.address;
    if (watchedBy !== undefined) this.#watch = endOnInterrupt(watchedBy, () => this.close());
  }

  /**
   * Listens on a Unix socket in a fresh directory of mode 0700, which no other user of this machine can
   * connect to; on a free TCP port of 127.0.0.1 where Tor runs as another user, so that it could not
   * either, and where no path fits.
   */
  static async open(runtime: Runtime, options: LocalListenerOptions): Promise<LocalListener> {
    const { localPort, signal } = options;
    const directory = localPort === undefined ? await directoryFor(runtime, options) : undefined;
    try {
      const address = directory === undefined
        ? { hostname: "127.0.0.1", port: localPort ?? 0 }
        : { path: socketIn(directory) };
      const listener = await runtime.listen(address, { signal });
      // Of a port nothing is left behind.
      const isWatched = directory !== undefined && (options.endOnInterrupt ?? true);
      return new LocalListener(listener, { directory, ...(isWatched && { watchedBy: runtime }) });
    } catch (error) {
      await directory?.[Symbol.asyncDispose]();
      throw error;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      await this.#listener.close().finally(() => this.#directory?.[Symbol.asyncDispose]());
    } finally {
      this.#watch?.stop();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Conn> {
    return this.#listener[Symbol.asyncIterator]();
  }
}

function socketIn({ path }: OwnedDirectory): string {
  return `${path}/onion`;
}

/** A directory for a socket that Tor can connect to, if there can be one. */
async function directoryFor(
  runtime: Runtime,
  { control, signal }: LocalListenerOptions,
): Promise<OwnedDirectory | undefined> {
  if (runtime.platform === "win32") return undefined;
  const user = await userOf(control, { signal });
  if (user === undefined) return undefined;
  const directory = await OwnedDirectory.create(runtime, { prefix: PREFIX });
  try {
    await directory.removeAbandoned();
    const owner = (await runtime.stat(directory.path))?.uid;
    const fits = isUnixSocketPath(socketIn(directory), runtime.platform);
    if (fits && (user === owner || user === 0)) return directory;
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
  await directory[Symbol.asyncDispose]();
  return undefined;
}

/** The id of the user that Tor runs as; `undefined` where it does not tell. */
async function userOf(
  control: ControlConnection,
  options: AbortOptions,
): Promise<number | undefined> {
  try {
    const uid = Number(await control.getInfo("process/uid", options));
    return Number.isInteger(uid) && uid >= 0 ? uid : undefined;
  } catch (error) {
    if (error instanceof ControlReplyError) return undefined;
    throw error;
  }
}
