import type { DisconnectedError } from "../errors/mod.ts";
import { formatAddress } from "../util/address.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { nextTurn } from "../util/next_turn.ts";
import { socketAddress } from "./deno_address.ts";
import { brokenConnection, closedHere } from "./platform_error.ts";
import type { Conn, SocketAddress } from "./types.ts";
import { WRITE_QUEUE } from "./write_queue.ts";

/** What the first read asks for, and the most that later reads of a busy connection do. */
const READ_SIZE = 16 * 1024;
const READ_SIZE_LIMIT = 256 * 1024;

/** A {@linkcode Conn} over a `Deno.Conn`. */
export class DenoConn implements Conn {
  readonly readable: ReadableStream<Uint8Array>;
  readonly writable: WritableStream<Uint8Array>;
  readonly localAddress: SocketAddress | undefined;
  readonly remoteAddress: SocketAddress | undefined;
  readonly #conn: Deno.TcpConn | Deno.UnixConn;
  readonly #peer: string;
  readonly #closed: Deferred<void> = deferred();
  #readController!: ReadableStreamDefaultController<Uint8Array>;
  #writeController!: WritableStreamDefaultController;
  #readOver = false;
  #writeOver = false;
  #sending = false;
  #freed = false;
  #failure: DisconnectedError | undefined;
  #readSize = READ_SIZE;
  #buffer: Uint8Array<ArrayBuffer> | undefined;

  /** Takes over `conn`. */
  constructor(conn: Deno.TcpConn | Deno.UnixConn) {
    this.#conn = conn;
    this.localAddress = socketAddress(conn.localAddr);
    this.remoteAddress = socketAddress(conn.remoteAddr);
    const known = this.remoteAddress ?? this.localAddress;
    this.#peer = known === undefined ? "a peer" : formatAddress(known);
    this.#closed.promise.catch(() => {});
    this.readable = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#readController = controller;
      },
      pull: () => this.#pull(),
      cancel: () => {
        this.#readOver = true;
        this.#freeIfOver();
      },
    }, { highWaterMark: 0 });
    this.writable = new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writeController = controller;
        // Not in abort(), which would wait for a write that waits for the peer.
        controller.signal.addEventListener("abort", () => {
          this.#writeOver = true;
          void this.close();
        });
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#finishWriting(),
    }, WRITE_QUEUE);
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  close(): Promise<void> {
    this.#endReading();
    this.#endWriting(closedHere(this.#peer));
    this.#freeIfOver();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #pull(): Promise<void> {
    const buffer = this.#buffer ?? new Uint8Array(this.#readSize);
    this.#buffer = undefined;
    let count: number | null;
    try {
      count = await this.#conn.read(buffer);
    } catch (error) {
      this.#endReading(this.#fail(error));
      return;
    }
    if (count === null) {
      // The write that a reset fails takes the error away, and the read sees an end; both come in
      // the same turn of the event loop.
      if (this.#sending) await nextTurn();
      this.#endReading(this.#failure);
    } else if (!this.#readOver) {
      this.#readController.enqueue(this.#chunk(buffer, count));
    }
  }

  /** A chunk that fills much of its buffer keeps it; a small one is copied, and the buffer kept. */
  #chunk(buffer: Uint8Array<ArrayBuffer>, count: number): Uint8Array {
    if (count * 4 <= buffer.byteLength) {
      this.#buffer = buffer;
      return buffer.slice(0, count);
    }
    if (count === buffer.byteLength) this.#readSize = Math.min(count * 2, READ_SIZE_LIMIT);
    return buffer.subarray(0, count);
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (!(chunk instanceof Uint8Array)) {
      void this.close();
      throw new TypeError("Cannot write to a connection what is not a Uint8Array");
    }
    this.#sending = true;
    try {
      for (let sent = 0; sent < chunk.byteLength;) {
        sent += await this.#conn.write(sent === 0 ? chunk : chunk.subarray(sent));
      }
    } catch (error) {
      throw this.#failWriting(error);
    } finally {
      this.#sending = false;
    }
  }

  async #finishWriting(): Promise<void> {
    try {
      await this.#conn.closeWrite();
    } catch (error) {
      throw this.#failWriting(error);
    }
    this.#writeOver = true;
    this.#freeIfOver();
  }

  /** What arrived before can still be read, so that only writing is over. */
  #failWriting(cause: unknown): DisconnectedError {
    const error = this.#fail(cause);
    this.#endWriting(error);
    return error;
  }

  /** Notes why the connection broke; once it was closed here, the failure is but an echo of that. */
  #fail(cause: unknown): DisconnectedError {
    if (this.#readOver && this.#writeOver) return this.#failure ?? closedHere(this.#peer, cause);
    this.#failure ??= brokenConnection(this.#peer, cause);
    this.#closed.reject(this.#failure);
    return this.#failure;
  }

  #endReading(error?: DisconnectedError): void {
    if (this.#readOver) return;
    this.#readOver = true;
    if (error === undefined) this.#readController.close();
    else this.#readController.error(error);
    if (error !== undefined) this.#endWriting(error);
    this.#freeIfOver();
  }

  #endWriting(error: DisconnectedError): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    this.#writeController.error(error);
    this.#freeIfOver();
  }

  #freeIfOver(): void {
    if (!this.#readOver || !this.#writeOver || this.#freed) return;
    this.#freed = true;
    this.#conn.close();
    this.#closed.resolve();
  }
}
