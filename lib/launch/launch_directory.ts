import {
  ConnectionRefusedError,
  LaunchError,
  PathNotFoundError,
  PermissionError,
} from "../errors/mod.ts";
import type { Listener, Runtime } from "../runtime/types.ts";
import type { LaunchOptions } from "./launch_options.ts";
import { removeAbandoned } from "./remove_abandoned.ts";
import { isUnixSocketPath } from "./unix_socket_path.ts";

const PREFIX = "torcon-tor-";
const CONTROL_SOCKET = "control";
/** The socket in a temporary directory that this program listens on as long as it lives. */
const OWNER_SOCKET = "owner";
/** The file that tells that it has begun to. */
const OWNER_MARKER = "owned";

/** The directory of a launched Tor: the caller's, which is kept, or a temporary one. */
export class LaunchDirectory {
  /** Its path. */
  readonly path: string;
  /** Whether nobody else can look into it yet. */
  readonly isPrivate: boolean;
  /** Whether it is removed at the end. */
  readonly isTemporary: boolean;
  readonly #runtime: Runtime;
  #owner: Listener | undefined;

  private constructor(
    runtime: Runtime,
    { path, isPrivate, isTemporary }: { path: string; isPrivate: boolean; isTemporary: boolean },
  ) {
    this.#runtime = runtime;
    this.path = path;
    this.isPrivate = isPrivate;
    this.isTemporary = isTemporary;
  }

  /**
   * Makes ready the directory that is asked for, or makes a temporary one.
   *
   * @throws {LaunchError} Where another Tor uses it.
   */
  static async open(
    runtime: Runtime,
    { dataDirectory, user }: Pick<LaunchOptions, "dataDirectory" | "user">,
  ): Promise<LaunchDirectory> {
    const isTemporary = dataDirectory === undefined;
    const path = dataDirectory ?? await runtime.makeTempDirectory(PREFIX);
    // A user that Tor becomes must own the directory, so Tor itself has to make it.
    if (isTemporary && user !== undefined) await runtime.remove(path);
    const info = await runtime.stat(path);
    const isPrivate = ((info?.mode ?? 0) & 0o077) === 0;
    const directory = new LaunchDirectory(runtime, { path, isPrivate, isTemporary });
    try {
      if (isTemporary && user === undefined) await directory.#own();
      if (user === undefined) await directory.#prepare();
      else if (info !== undefined) await directory.#removeLeftovers();
      return directory;
    } catch (error) {
      await directory.remove();
      throw error;
    }
  }

  /** Where Tor writes the addresses of its control ports. */
  get controlPortFile(): string {
    return `${this.path}/control_port`;
  }

  /** Where Tor writes its process id when its ports are open. */
  get pidFile(): string {
    return `${this.path}/pid`;
  }

  /**
   * What Tor takes for its torrc: an empty file, unless SAVECONF was used. Without one Tor would let
   * SAVECONF write over the system's torrc.
   */
  get savedOptionsFile(): string {
    return `${this.path}/saved_options`;
  }

  /** Removes the temporary directories that programs which were killed have left. Never rejects. */
  async removeAbandoned(): Promise<void> {
    if (!this.isTemporary) return;
    await removeAbandoned(this.#runtime, this.path, {
      prefix: PREFIX,
      socket: OWNER_SOCKET,
      marker: OWNER_MARKER,
    });
  }

  /** Removes it where it is temporary. Harmless when repeated. */
  async remove(): Promise<void> {
    if (!this.isTemporary) return;
    await this.#runtime.remove(this.path, { recursive: true });
    await this.#owner?.close();
  }

  /** Lets other programs know that the directory is in use. */
  async #own(): Promise<void> {
    const path = `${this.path}/${OWNER_SOCKET}`;
    if (!isUnixSocketPath(path, this.#runtime.platform)) return;
    try {
      const owner = this.#owner = await this.#runtime.listen({ path });
      void (async () => {
        for await (const conn of owner) void conn.close();
      })();
      await this.#runtime.writeFile(`${this.path}/${OWNER_MARKER}`, new Uint8Array());
    } catch (error) {
      // Without the permission the directory is merely not removed where this program is killed.
      if (!(error instanceof PermissionError)) throw error;
    }
  }

  async #prepare(): Promise<void> {
    // Tor opens its sockets before it makes their directory.
    await this.#runtime.makeDirectory(this.path, { recursive: true });
    if (await isInUse(this.#runtime, `${this.path}/${CONTROL_SOCKET}`)) {
      throw new LaunchError(`Cannot launch Tor in ${this.path}: another Tor is at work there`);
    }
    await this.#removeLeftovers();
    if (await this.#runtime.stat(this.savedOptionsFile) === undefined) {
      await this.#runtime.writeFile(this.savedOptionsFile, new Uint8Array());
    }
  }

  /** What a Tor that was killed has left must not be taken for this one's. */
  async #removeLeftovers(): Promise<void> {
    await this.#runtime.remove(this.controlPortFile);
    await this.#runtime.remove(this.pidFile);
  }
}

/** Whether somebody listens on a Unix socket. A second Tor would take its place before it noticed. */
async function isInUse(runtime: Runtime, path: string): Promise<boolean> {
  if (await runtime.stat(path) === undefined) return false;
  try {
    await (await runtime.connect({ path })).close();
    return true;
  } catch (error) {
    if (error instanceof ConnectionRefusedError || error instanceof PathNotFoundError) return false;
    throw error;
  }
}
