import { ConnectionRefusedError } from "../errors/mod.ts";
import type { Conn, Listener, Runtime, SocketAddress } from "../runtime/types.ts";
import { readLines } from "../launch/read_lines.ts";

/** Answers a line that was sent to the owner of a directory. */
export type OwnerService = (request: string) => string;

const PREFIX = "torcon-testing-";
const SOCKET = "owner";

/**
 * A temporary directory of mode 0700 that its owner removes when it is done, and that anyone of the
 * same user can know to be abandoned where the owner was killed: the owner listens on a socket in it
 * as long as it lives. Each new one removes those that were abandoned.
 */
export class OwnedDirectory implements AsyncDisposable {
  /** Its path. */
  readonly path: string;
  readonly #runtime: Runtime;
  readonly #listener: Listener;
  #removing: Promise<void> | undefined;

  private constructor(runtime: Runtime, path: string, listener: Listener) {
    this.#runtime = runtime;
    this.path = path;
    this.#listener = listener;
  }

  /**
   * Makes a directory.
   *
   * @param service Answers what others send to {@linkcode ownerAddress}.
   */
  static async create(
    runtime: Runtime,
    service: OwnerService = () => "",
  ): Promise<OwnedDirectory> {
    const path = await runtime.makeTempDirectory(PREFIX);
    try {
      await removeAbandoned(runtime, parentOf(path));
      const listener = await runtime.listen(
        runtime.platform === "win32"
          ? { hostname: "127.0.0.1", port: 0 }
          : { path: `${path}/${SOCKET}` },
      );
      void serve(listener, service);
      return new OwnedDirectory(runtime, path, listener);
    } catch (error) {
      await runtime.remove(path, { recursive: true });
      throw error;
    }
  }

  /** Where the owner listens. */
  get ownerAddress(): SocketAddress {
    return this.#listener.address;
  }

  /** Removes the directory with all that is in it. Harmless when repeated. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#removing ??= this.#remove();
    return this.#removing;
  }

  async #remove(): Promise<void> {
    try {
      // The socket last: what is left where this is cut off can be known to be abandoned.
      const names = await this.#runtime.readDirectory(this.path);
      await Promise.all(
        names.filter((name) => name !== SOCKET).map((name) =>
          this.#runtime.remove(`${this.path}/${name}`, { recursive: true })
        ),
      );
      await this.#runtime.remove(this.path, { recursive: true });
    } finally {
      await this.#listener.close();
    }
  }
}

/**
 * Asks the owner of a directory: sends a line and gives the line that is sent back.
 *
 * @throws {ConnectionRefusedError | PathNotFoundError} Where the owner lives no more.
 */
export async function askOwner(
  runtime: Runtime,
  address: SocketAddress,
  request: string,
): Promise<string> {
  const conn = await runtime.connect(address);
  try {
    const writer = conn.writable.getWriter();
    await writer.write(new TextEncoder().encode(`${request}\n`));
    let answer = "";
    await readLines(conn.readable, (line) => {
      answer = line;
    });
    return answer;
  } finally {
    await conn.close();
  }
}

async function serve(listener: Listener, service: OwnerService): Promise<void> {
  for await (const conn of listener) {
    // One who only looks whether the owner lives sends nothing, and may be gone already.
    void answerOne(conn, service).catch(() => {});
  }
}

async function answerOne(conn: Conn, service: OwnerService): Promise<void> {
  try {
    const writer = conn.writable.getWriter();
    const answers: Promise<void>[] = [];
    await readLines(conn.readable, (line) => {
      const answer = new TextEncoder().encode(`${service(line)}\n`);
      answers.push(writer.write(answer).then(() => writer.close()));
    });
    await Promise.all(answers);
  } finally {
    await conn.close();
  }
}

async function removeAbandoned(runtime: Runtime, parent: string): Promise<void> {
  if (runtime.platform === "win32") return;
  const names = await runtime.readDirectory(parent).catch(() => []);
  const ours = names.filter((name) => name.startsWith(PREFIX));
  await Promise.all(ours.map(async (name) => {
    const directory = `${parent}/${name}`;
    if (await isAbandoned(runtime, `${directory}/${SOCKET}`)) {
      await runtime.remove(directory, { recursive: true }).catch(() => {});
    }
  }));
}

async function isAbandoned(runtime: Runtime, path: string): Promise<boolean> {
  try {
    await (await runtime.connect({ path })).close();
    return false;
  } catch (error) {
    // Of another user's directory, or one that is just being made, nothing is known.
    return error instanceof ConnectionRefusedError;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")));
}
