import { createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import { stat } from "node:fs/promises";
import { PathNotFoundError } from "../errors/mod.ts";
import { formatAddress } from "../util/address.ts";
import { AsyncQueue } from "../util/async_queue.ts";
import { abortable } from "../util/abort.ts";
import { NodeConn } from "./node_conn.ts";
import { errorCode, platformError } from "./platform_error.ts";
import type { AbortOptions, Conn, Listener, SocketAddress } from "./types.ts";

/** The most connections that wait to be taken; more are turned away, as the system would do. */
const BACKLOG = 511;

/** A {@linkcode Listener} over a server of `node:net`. */
export class NodeListener implements Listener {
  readonly address: SocketAddress;
  readonly #server: Server;
  readonly #accepted: AsyncQueue<Conn> = new AsyncQueue({ limit: BACKLOG, limitName: "backlog" });
  #closed: Promise<void> | undefined;

  /** Takes over `server`, which listens at `address` already. */
  constructor(server: Server, address: SocketAddress) {
    this.#server = server;
    this.address = address;
    const local = "path" in address ? address : undefined;
    server.on("connection", (socket: Socket) => {
      const conn = new NodeConn(socket, { local });
      if (this.#closed !== undefined || this.#accepted.size >= BACKLOG) void conn.close();
      else this.#accepted.push(conn);
    });
    server.on("error", (error) => {
      this.#accepted.fail(platformError(`accept on ${formatAddress(address)}`, error));
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    // It stops at once; its callback would wait for connections that are their takers' to close.
    this.#server.close();
    const waiting: Promise<void>[] = [];
    while (this.#accepted.size > 0) {
      const { value } = await this.#accepted.next();
      waiting.push(value.close());
    }
    this.#accepted.close();
    await Promise.all(waiting);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Conn> {
    return { next: () => this.#accepted.next() };
  }
}

/** Listens by `node:net`. The server is closed when this rejects. */
export async function listenByNode(
  address: SocketAddress,
  { signal }: AbortOptions,
): Promise<Listener> {
  signal?.throwIfAborted();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  const listening = new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(
      "path" in address ? { path: address.path } : { host: address.hostname, port: address.port },
      () => {
        server.off("error", reject);
        resolve();
      },
    );
  });
  try {
    await abortable(listening, signal);
  } catch (error) {
    server.on("error", () => {});
    // Where a name was still looked up, it would start to listen after all.
    server.on("listening", () => server.close());
    server.close();
    if (signal?.aborted) throw signal.reason;
    throw await listenError(address, error);
  }
  const bound = server.address();
  return new NodeListener(
    server,
    bound !== null && typeof bound === "object"
      ? { hostname: bound.address, port: bound.port }
      : address,
  );
}

async function listenError(address: SocketAddress, cause: unknown): Promise<Error> {
  const action = `listen on ${formatAddress(address)}`;
  if (!("path" in address)) return platformError(action, cause);
  const { path } = address;
  // libuv says EACCES where the directory is missing.
  if (errorCode(cause) === "EACCES" && !await stat(dirname(path)).catch(() => undefined)) {
    return new PathNotFoundError(`Cannot ${action}: there is no such path`, path, { cause });
  }
  return platformError(action, cause, { path });
}
