import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { DisconnectedError } from "../errors/mod.ts";
import { formatAddress } from "../util/address.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { nextTurn } from "../util/next_turn.ts";
import { type OwnWire, WiredConn } from "../util/wire.ts";
import type { DirectReads } from "./direct_reads.ts";
import { NodeReadSide } from "./node_read_side.ts";
import { brokenConnection, closedHere } from "./platform_error.ts";
import type { Conn, SocketAddress } from "./types.ts";
import { WRITE_QUEUE } from "./write_queue.ts";

/** What a {@linkcode NodeConn} is told of itself. */
export interface NodeConnOptions {
  /** The address on this side, where the socket is not to be asked, which does not tell a path. */
  local?: SocketAddress | undefined;
  /** How the socket reads, where it was made with it. */
  reads?: DirectReads | undefined;
  /** The address that was connected to, likewise. */
  remote?: SocketAddress | undefined;
}

/** How many bytes V8 keeps in its own heap at most. */
const SMALL = 64;

/**
 * A {@linkcode Conn} over a connected socket of `node:net` that was made with `allowHalfOpen`. Its
 * streams are made when they are asked for.
 */
export class NodeConn extends WiredConn implements Conn {
  readonly remoteAddress: SocketAddress | undefined;
  readonly #socket: Socket;
  readonly #read: NodeReadSide;
  readonly #gone: Deferred<void> = deferred();
  #closed: Promise<void> | undefined;
  #localAddress: SocketAddress | undefined;
  #writable: WritableStream<Uint8Array> | undefined;
  #writing: WritableStreamDefaultController | undefined;
  #writeOver = false;
  #closing = false;
  #failure: DisconnectedError | undefined;

  /** Takes over `socket`. */
  constructor(socket: Socket, { local, reads, remote }: NodeConnOptions = {}) {
    super();
    this.#socket = socket;
    this.#localAddress = local;
    this.remoteAddress = remote ?? address(socket.remoteAddress, socket.remotePort);
    socket.setNoDelay(true);
    this.#read = new NodeReadSide(socket, { reads, onCancel: () => this.#freeIfOver() });
    socket.on("end", () => void this.#endReading());
    socket.on("error", (error) => {
      if (!this.#closing) this.#failure ??= brokenConnection(this.#peer, error);
    });
    socket.on("close", () => this.#settle());
  }

  get closed(): Promise<void> {
    if (this.#closed === undefined) {
      this.#closed = this.#gone.promise.then(() => {
        if (this.#failure !== undefined) throw this.#failure;
      });
      this.#closed.catch(() => {});
    }
    return this.#closed;
  }

  get localAddress(): SocketAddress | undefined {
    return this.#localAddress ??= address(this.#socket.localAddress, this.#socket.localPort);
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#read.stream;
  }

  get writable(): WritableStream<Uint8Array> {
    if (this.#writable === undefined) {
      // A write that fails destroys the socket, and with it what was not read.
      this.#read.start();
      this.#writable = this.#makeWritable();
    }
    return this.#writable;
  }

  get wire(): OwnWire | undefined {
    if (this.#read.hasStream || this.#writable !== undefined) return undefined;
    return {
      receive: () => this.#read.receive(),
      send: (bytes) => this.#write(bytes),
      end: () => this.#finishWriting(),
      release: () => {},
      putBack: (bytes) => this.#read.putBack(bytes),
    };
  }

  close(): Promise<void> {
    this.#closing = true;
    this.#read.end();
    this.#endWriting();
    this.#socket.destroy();
    return this.#gone.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #peer(): string {
    const known = this.remoteAddress ?? this.localAddress;
    return known === undefined ? "a peer" : formatAddress(known);
  }

  #makeWritable(): WritableStream<Uint8Array> {
    return new WritableStream<Uint8Array>({
      start: (controller) => {
        this.#writing = controller;
        // Not in abort(), which would wait for a write that waits for the peer.
        controller.signal.addEventListener("abort", () => {
          this.#writeOver = true;
          void this.close();
        });
        if (this.#writeOver) controller.error(this.#failed());
      },
      write: (chunk) => this.#write(chunk),
      close: () => this.#finishWriting(),
    }, WRITE_QUEUE);
  }

  #write(chunk: Uint8Array): Promise<void> {
    if (!(chunk instanceof Uint8Array)) {
      void this.close();
      throw new TypeError("Cannot write to a connection what is not a Uint8Array");
    }
    // Under TLS, Deno never calls back for a write of nothing, and sends nothing after it.
    if (chunk.byteLength === 0) return Promise.resolve();
    // V8 keeps a small array where a system call cannot get at it: to move it there takes longer.
    const bytes = chunk.byteLength <= SMALL ? Buffer.from(chunk) : chunk;
    return new Promise((resolve, reject) => {
      // The callback comes when the system has taken the bytes: what resolved survives close().
      this.#socket.write(bytes, (error) => {
        // Node calls back without an error where the socket was destroyed under the write.
        if (!error && !this.#socket.destroyed) resolve();
        else void this.#gone.promise.then(() => reject(this.#failed(error)));
      });
    });
  }

  #finishWriting(): Promise<void> {
    return new Promise((resolve, reject) => {
      let isEnded = false;
      void this.#gone.promise.then(() => isEnded || reject(this.#failed()));
      this.#socket.end((error?: Error | null) => {
        if (error) return;
        isEnded = true;
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
    this.#endWriting();
    this.#gone.resolve();
  }

  #endWriting(): void {
    if (this.#writeOver) return;
    this.#writeOver = true;
    this.#writing?.error(this.#failed());
  }
}

function address(
  hostname: string | undefined,
  port: number | undefined,
): SocketAddress | undefined {
  return hostname === undefined || port === undefined ? undefined : { hostname, port };
}
