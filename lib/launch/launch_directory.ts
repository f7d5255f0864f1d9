import { ConnectionRefusedError, LaunchError, PathNotFoundError } from "../errors/mod.ts";
import type { Runtime } from "../runtime/types.ts";
import type { LaunchOptions } from "./launch_options.ts";
import { OwnedDirectory } from "./owned_directory.ts";

const PREFIX = "torcon-tor-";
const CONTROL_SOCKET = "control";

/** The directory of a launched Tor: the caller's, which is kept, or a temporary one. */
export class LaunchDirectory {
  /** Its path. */
  readonly path: string;
  /** Whether nobody else can look into it yet. */
  readonly isPrivate: boolean;
  /** Whether it is removed at the end. */
  readonly isTemporary: boolean;
  readonly #runtime: Runtime;
  readonly #owned: OwnedDirectory | undefined;

  private constructor(
    runtime: Runtime,
    { path, isPrivate, isTemporary, owned }: {
      path: string;
      isPrivate: boolean;
      isTemporary: boolean;
      owned: OwnedDirectory | undefined;
    },
  ) {
    this.#runtime = runtime;
    this.path = path;
    this.isPrivate = isPrivate;
    this.isTemporary = isTemporary;
    this.#owned = owned;
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
    const owned = isTemporary && user === undefined
      ? await OwnedDirectory.create(runtime, { prefix: PREFIX })
      : undefined;
    try {
      const path = owned?.path ?? dataDirectory ?? await unusedPath(runtime);
      const info = await runtime.stat(path);
      const isPrivate = ((info?.mode ?? 0) & 0o077) === 0;
      const directory = new LaunchDirectory(runtime, { path, isPrivate, isTemporary, owned });
      if (user === undefined) await directory.#prepare();
      else if (info !== undefined) await directory.#removeLeftovers();
      return directory;
    } catch (error) {
      await owned?.[Symbol.asyncDispose]();
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
    await this.#owned?.removeAbandoned();
  }

  /** Removes it where it is temporary. Harmless when repeated. */
  async remove(): Promise<void> {
    if (this.#owned !== undefined) await this.#owned[Symbol.asyncDispose]();
    else if (this.isTemporary) await this.#runtime.remove(this.path, { recursive: true });
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

/** Where nothing is: a user that Tor becomes must own the directory, so Tor itself has to make it. */
async function unusedPath(runtime: Runtime): Promise<string> {
  const path = await runtime.makeTempDirectory(PREFIX);
  await runtime.remove(path);
  return path;
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
