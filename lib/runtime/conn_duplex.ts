import { Duplex } from "node:stream";
import { takeWire, type Wire } from "../util/wire.ts";
import type { Conn } from "./types.ts";

type Callback = (error?: Error | null) => void;

/**
 * A `Conn` as a stream of Node's, with as much of a socket as `node:tls` and `node:http` ask for. It
 * owns the connection: to destroy it closes that one, at once and with no regard to what waits.
 */
export class ConnDuplex extends Duplex {
  readonly #conn: Conn;
  readonly #wire: Wire;
  #received = 0;
  #timeout = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes over `conn`. */
  constructor(conn: Conn) {
    super({ allowHalfOpen: true });
    this.#conn = conn;
    this.#wire = takeWire(conn);
    this.on("error", () => {});
  }

  /** How many bytes have come from the peer. */
  get received(): number {
    return this.#received;
  }

  override _read(): void {
    void this.#pull();
  }

  async #pull(): Promise<void> {
    try {
      for (;;) {
        const chunk = await this.#wire.receive();
        if (this.destroyed) return;
        this.#noteActivity();
        if (chunk === undefined) return void this.push(null);
        this.#received += chunk.byteLength;
        if (chunk.byteLength > 0) return void this.push(chunk);
      }
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _write(chunk: Uint8Array, _encoding: string, callback: Callback): void {
    this.#noteActivity();
    this.#wire.send(chunk).then(() => callback(), callback);
  }

  override _final(callback: Callback): void {
    this.#wire.end().then(() => callback(), callback);
  }

  override _destroy(error: Error | null, callback: Callback): void {
    clearTimeout(this.#timer);
    this.#conn.close().then(() => callback(error), () => callback(error));
  }

  /** Ends it, and destroys it when what waits has been sent. */
  destroySoon(): void {
    if (this.writableFinished) this.destroy();
    else this.once("finish", () => this.destroy()).end();
  }

  /** Emits "timeout" when nothing comes or goes for so many milliseconds; 0 for never. */
  setTimeout(milliseconds: number, callback?: () => void): this {
    this.#timeout = milliseconds;
    if (callback !== undefined) this.once("timeout", callback);
    this.#noteActivity();
    return this;
  }

  #noteActivity(): void {
    clearTimeout(this.#timer);
    if (this.#timeout <= 0 || this.destroyed) return;
    this.#timer = setTimeout(() => this.emit("timeout"), this.#timeout);
  }

  /** What a socket has, and a connection does not tell or let be chosen. */
  setNoDelay(): this {
    return this;
  }

  /** See {@linkcode setNoDelay}. */
  setKeepAlive(): this {
    return this;
  }

  /** See {@linkcode setNoDelay}. */
  ref(): this {
    return this;
  }

  /** See {@linkcode setNoDelay}. */
  unref(): this {
    return this;
  }
}
