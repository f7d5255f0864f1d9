import type { DisconnectedError } from "../errors/mod.ts";
import { formatAddress } from "../util/address.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { nextTurn } from "../util/next_turn.ts";
import { type OwnWire, WiredConn } from "../util/wire.ts";
import { socketAddress } from "./deno_address.ts";
import { brokenConnection, closedHere } from "./platform_error.ts";
import { ReadBuffer } from "./read_buffer.ts";
import type { Conn, SocketAddress } from "./types.ts";
import { WRITE_QUEUE } from "./write_queue.ts";

/** A {@linkcode Conn} over a `Deno.Conn`. Its streams are made when they are asked for. */
export class DenoConn extends WiredConn implements Conn {
  readonly localAddress: SocketAddress | undefined;
  readonly remoteAddress: SocketAddress | undefined;
  readonly #conn: Deno.TcpConn | Deno.UnixConn;
  readonly #peer: string;
  readonly #closed: Deferred<void> = deferred();
  #readable: ReadableStream<Uint8Array> | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  #readController: ReadableStreamDefaultController<Uint8Array> | undefined;
  #writeController: WritableStreamDefaultController | undefined;
  /** What was read already, and comes before the rest. */
  #held: Uint8Array | undefined;
  #readOver = false;
  #writeOver = false;
  #sending = false;
  #freed = false;
  #failure: DisconnectedError | undefined;
  /** The failure, where it ended reading. */
  #readFailure: DisconnectedError | undefined;
  readonly #buffer: ReadBuffer = new ReadBuffer();

  /** Takes over `conn`. */
  constructor(conn: Deno.TcpConn | Deno.UnixConn) {
    super();
    this.#conn = conn;
    this.localAddress = socketAddress(conn.localAddr);
    this.remoteAddress = socketAddress(conn.remoteAddr);
    const known = this.remoteAddress ?? this.localAddress;
    this.#peer = known === undefined ? "a peer" : formatAddress(known);
    this.#closed.promise.catch(() => {});
    if ("setNoDelay" in conn) sendAtOnce(conn);
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ??= this.#makeReadable();
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= this.#makeWritable();
  }

  get wire(): OwnWire | undefined {
    if (this.#readable !== undefined || this.#writable !== undefined) return undefined;
    return {
      receive: () => this.#receive(),
      send: (bytes) => this.#write(bytes),
      end: () => this.#finishWriting(),
      release: () => {},
      putBack: (bytes) => {
        this.#held = bytes;
      },
    };
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  close(): Promise<void> {
    this.#endReading();
    this.#endWriting();
    this.#freeIfOver();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeReadable(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#readController = controller;
        if (this.#held !== undefined) controller.enqueue(this.#held);
        if (this.#readOver && this.#readFailure === undefined) controller.close();
        else if (this.#readOver && this.#held === undefined) controller.error(this.#readFailure);
        this.#held = undefined;
      },
      pull: async (controller) => {
        const chunk = await this.#receive();
        if (chunk !== undefined && !this.#readOver) controller.enqueue(chunk);
      },
      cancel: () => {
        this.#readOver = true;
        this.#freeIfOver();
      },
    }, { highWaterMark: 0 });
  }

  #makeWritable(): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writeController = controller;
        // Not in abort(), which would wait for a write that waits for the peer.
        controller.signal.addEventListener("abort", () => {
          this.#writeOver = true;
          void this.close();
        });
        if (this.#writeOver) controller.error(this.#failure ?? closedHere(this.#peer));
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#finishWriting(),
    }, WRITE_QUEUE);
  }

  /** Gives what comes next; at an end, or a failure, reading is over. */
  async #receive(): Promise<Uint8Array | undefined> {
    if (this.#held !== undefined) {
      const held = this.#held;
      this.#held = undefined;
      return held;
    }
    if (this.#readOver) return this.#ended();
    const buffer = this.#buffer.lend();
    let count: number | null;
    try {
      count = await this.#conn.read(buffer);
    } catch (error) {
      if (!this.#readOver) this.#endReading(this.#fail(error));
      return this.#ended();
    }
    if (count !== null) return this.#buffer.take(buffer, count);
    // The write that a reset fails takes the error away, and the read sees an end; both come in the
    // same turn of the event loop.
    if (this.#sending) await nextTurn();
    this.#endReading(this.#failure);
    return this.#ended();
  }

  #ended(): undefined {
    if (this.#readFailure !== undefined) throw this.#readFailure;
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
    this.#endWriting();
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
    this.#readFailure = error;
    if (error === undefined) this.#readController?.close();
    else this.#readController?.error(error);
    if (error !== undefined) this.#endWriting();
    this.#freeIfOver();
  }

  #endWriting(): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    this.#writeController?.error(this.#failure ?? closedHere(this.#peer));
    this.#freeIfOver();
  }

  #freeIfOver(): void {
    if (!this.#readOver || !this.#writeOver || this.#freed) return;
    this.#freed = true;
    this.#conn.close();
    this.#closed.resolve();
  }
}

/** As the adapter for Node does: what is small would wait up to 40 ms for the answer to what went before. */
function sendAtOnce(conn: Deno.TcpConn): void {
  try {
    conn.setNoDelay(true);
  } catch {
    // It is broken already, which whoever reads is told.
  }
}
