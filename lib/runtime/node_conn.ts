import type { Socket } from "node:net";
import type { DisconnectedError } from "../errors/mod.ts";
import { formatAddress } from "../util/address.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { nextTurn } from "../util/next_turn.ts";
import { NodeReadSide } from "./node_read_side.ts";
import { brokenConnection, closedHere } from "./platform_error.ts";
import type { Conn, SocketAddress } from "./types.ts";
import { WRITE_QUEUE } from "./write_queue.ts";

/** What a {@linkcode NodeConn} is told of itself. */
export interface NodeConnOptions {
  /** The address of the Unix socket, which Node does not tell. */
  local?: SocketAddress | undefined;
  /** The address that was connected to, which Node does not tell of a Unix socket. */
  remote?: SocketAddress | undefined;
}

/** A {@linkcode Conn} over a connected socket of `node:net` that was made with `allowHalfOpen`. */
export class NodeConn implements Conn {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly closed: Promise<void>;
  readonly localAddress: SocketAddress | undefined;
  readonly remoteAddress: SocketAddress | undefined;
  readonly #socket: Socket;
  readonly #read: NodeReadSide;
  readonly #gone: Deferred<void> = deferred();
  readonly #peer: string;
  #writing!: WritableStreamDefaultController;
  #writeOver = false;
  #closing = false;
  #failure: DisconnectedError | undefined;

  /** Takes over `socket`. */
  constructor(socket: Socket, { local, remote }: NodeConnOptions = {}) {
    this.#socket = socket;
    this.localAddress = local ?? address(socket.localAddress, socket.localPort);
    this.remoteAddress = remote ?? address(socket.remoteAddress, socket.remotePort);
    const known = this.remoteAddress ?? this.localAddress;
    this.#peer = known === undefined ? "a peer" : formatAddress(known);
    socket.setNoDelay(true);
    this.#read = new NodeReadSide(socket, () => this.#freeIfOver());
    this.readable = this.#read.stream;
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writing = controller;
        // Not in abort(), which would wait for a write that waits for the peer.
        controller.signal.addEventListener("abort", () => {
          this.#writeOver = true;
          void this.close();
        });
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#finishWriting(),
    }, WRITE_QUEUE);
    this.closed = this.#gone.promise.then(() => {
      if (this.#failure !== undefined) throw this.#failure;
    });
    this.closed.catch(() => {});
    socket.on("end", () => void this.#endReading());
    socket.on("error", (error) => {
      if (!this.#closing) this.#failure ??= brokenConnection(this.#peer, error);
    });
    socket.on("close", () => this.#settle());
  }

  close(): Promise<void> {
    this.#closing = true;
    this.#read.end();
    this.#endWriting(closedHere(this.#peer));
    this.#socket.destroy();
    return this.#gone.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #write(chunk: Uint8Array): Promise<void> {
    if (!(chunk instanceof Uint8Array)) {
      void this.close();
      throw new TypeError("Cannot write to a connection what is not a Uint8Array");
    }
    // Under TLS, Deno never calls back for a write of nothing, and sends nothing after it.
    if (chunk.byteLength === 0) return Promise.resolve();
    return new Promise((resolve, reject) => {
      // The callback comes when the system has taken the bytes: what resolved survives close().
      this.#socket.write(chunk, (error) => {
        // Node calls back without an error where the socket was destroyed under the write.
        if (!error && !this.#socket.destroyed) resolve();
        else void this.#gone.promise.then(() => reject(this.#failed(error)));
      });
    });
  }

  #finishWriting(): Promise<void> {
    return new Promise((resolve, reject) => {
      void this.#gone.promise.then(() => reject(this.#failed()));
      this.#socket.end((error?: Error | null) => {
        if (error) return;
        this.#writeOver = true;
        this.#freeIfOver();
        resolve();
      });
    });
  }

  /** Why a write failed: the connection broke, or it was closed on this side. */
  #failed(cause?: unknown): DisconnectedError {
    if (cause && !this.#closing) this.#failure ??= brokenConnection(this.#peer, cause);
    return this.#failure ?? closedHere(this.#peer, cause);
  }

  /** The socket frees itself when both sides end, but cannot see that a reader cancelled. */
  #freeIfOver(): void {
    if (this.#writeOver && this.#read.over) this.#socket.destroy();
  }

  async #endReading(): Promise<void> {
    // The write that a reset fails takes the error away, and the read sees an end; both come in the
    // same turn of the event loop.
    if (this.#socket.writableLength > 0) await nextTurn();
    this.#read.end();
  }

  #settle(): void {
    if (this.#failure === undefined) this.#read.end();
    else this.#read.fail(this.#failure);
    this.#endWriting(this.#failure ?? closedHere(this.#peer));
    this.#gone.resolve();
  }

  #endWriting(error: DisconnectedError): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    this.#writing.error(error);
  }
}

function address(
  hostname: string | undefined,
  port: number | undefined,
): SocketAddress | undefined {
  return hostname === undefined || port === undefined ? undefined : { hostname, port };
}
