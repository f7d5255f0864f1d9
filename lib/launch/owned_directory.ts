import { ConnectionRefusedError, PathNotFoundError, PermissionError } from "../errors/mod.ts";
import type { Conn, Listener, Runtime, SocketAddress } from "../runtime/types.ts";
import { isUnixSocketPath } from "./unix_socket_path.ts";

/** The socket in the directory that its owner listens on as long as it lives. */
const SOCKET = "owner";
/** The file that tells that the owner has begun to. */
const MARKER = "owned";

/** How an {@linkcode OwnedDirectory} is made. */
export interface OwnedDirectoryOptions {
  /** How its name begins. */
  prefix: string;
  /** Serves those who connect to the owner, and closes each connection; by default they are let go. */
  serve?: ((conn: Conn) => Promise<void>) | undefined;
}

/**
 * A temporary directory of mode 0700 that its owner removes when it is done, and that anyone of the
 * same user can know to be abandoned where the owner was killed: the owner listens on a socket in it
 * as long as it lives.
 */
export class OwnedDirectory implements AsyncDisposable {
  /** Its path. */
  readonly path: string;
  readonly #runtime: Runtime;
  readonly #prefix: string;
  #listener: Listener | undefined;
  #removing: Promise<void> | undefined;

  private constructor(runtime: Runtime, { path, prefix }: { path: string; prefix: string }) {
    this.#runtime = runtime;
    this.#prefix = prefix;
    this.path = path;
  }

  /** Makes a directory. */
  static async create(
    runtime: Runtime,
    { prefix, serve }: OwnedDirectoryOptions,
  ): Promise<OwnedDirectory> {
    const path = await runtime.makeTempDirectory(prefix);
    const directory = new OwnedDirectory(runtime, { path, prefix });
    try {
      await directory.#own(serve);
      return directory;
    } catch (error) {
      await directory[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Where the owner listens; always known where `serve` was given. */
  get ownerAddress(): SocketAddress | undefined {
    return this.#listener?.address;
  }

  /**
   * Removes the directories of the same prefix that programs which were killed have left. Those of
   * other users, and those that are just being made, are let alone. Never rejects.
   */
  async removeAbandoned(): Promise<void> {
    const runtime = this.#runtime;
    if (runtime.platform === "win32") return; // it has no Unix sockets
    const parent = this.path.slice(0, this.path.lastIndexOf("/"));
    const names = await runtime.readDirectory(parent).catch(() => []);
    const others = names.filter((name) => name.startsWith(this.#prefix))
      .map((name) => `${parent}/${name}`).filter((path) => path !== this.path);
    await Promise.all(others.map(async (path) => {
      if (await isAbandoned(runtime, path)) {
        await runtime.remove(path, { recursive: true }).catch(() => {});
      }
    }));
  }

  /** Removes the directory with all that is in it. Harmless when repeated. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#removing ??= this.#remove();
    return this.#removing;
  }

  async #own(serve: OwnedDirectoryOptions["serve"]): Promise<void> {
    const path = `${this.path}/${SOCKET}`;
    const fits = isUnixSocketPath(path, this.#runtime.platform);
    if (!fits && serve === undefined) return;
    try {
      const listener = this.#listener = await this.#runtime.listen(
        fits ? { path } : { hostname: "127.0.0.1", port: 0 },
      );
      void accept(listener, serve ?? ((conn) => conn.close()));
      if (fits) await this.#runtime.writeFile(`${this.path}/${MARKER}`, new Uint8Array());
    } catch (error) {
      // Without the permission the directory is merely not removed where this program is killed.
      if (serve !== undefined || !(error instanceof PermissionError)) throw error;
    }
  }

  async #remove(): Promise<void> {
    try {
      // The marks last: what is left where this is cut off can be known to be abandoned.
      const names = await this.#runtime.readDirectory(this.path).catch(() => []);
      await Promise.all(
        names.filter((name) => name !== SOCKET && name !== MARKER).map((name) =>
          this.#runtime.remove(`${this.path}/${name}`, { recursive: true })
        ),
      );
      await this.#runtime.remove(this.path, { recursive: true });
    } finally {
      await this.#listener?.close();
    }
  }
}

async function accept(listener: Listener, serve: (conn: Conn) => Promise<void>): Promise<void> {
  for await (const conn of listener) {
    // One who only looks whether the owner lives may be gone already.
    void serve(conn).catch(() => {});
  }
}

async function isAbandoned(runtime: Runtime, directory: string): Promise<boolean> {
  const marker = await runtime.stat(`${directory}/${MARKER}`).catch(() => undefined);
  if (marker === undefined) return false;
  try {
    await (await runtime.connect({ path: `${directory}/${SOCKET}` })).close();
    return false;
  } catch (error) {
    // A runtime that exits by itself removes its sockets.
    return error instanceof ConnectionRefusedError || error instanceof PathNotFoundError;
  }
}
