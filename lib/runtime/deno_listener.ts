import { formatAddress } from "../util/address.ts";
import { socketAddress } from "./deno_address.ts";
import { DenoConn } from "./deno_conn.ts";
import { platformError } from "./platform_error.ts";
import type { Conn, Listener, SocketAddress } from "./types.ts";

/** A {@linkcode Listener} over a `Deno.Listener`. */
export class DenoListener implements Listener {
  readonly address: SocketAddress;
  readonly #listener: Deno.TcpListener | Deno.UnixListener;
  #accepting: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /** Takes over `listener`, which was asked to listen at `address`. */
  constructor(listener: Deno.TcpListener | Deno.UnixListener, address: SocketAddress) {
    this.#listener = listener;
    this.address = socketAddress(listener.addr) ?? address;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#listener.close();
    await this.#accepting;
    // Older versions of Deno leave the file behind.
    if ("path" in this.address) await Deno.remove(this.address.path).catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Conn> {
    return { next: () => this.#next() };
  }

  /** One after the other: Deno refuses a second accept while one waits. */
  #next(): Promise<IteratorResult<Conn>> {
    const next = this.#accepting.then(() => this.#accept());
    this.#accepting = next.catch(() => {});
    return next;
  }

  async #accept(): Promise<IteratorResult<Conn>> {
    if (this.#closed !== undefined) return { done: true, value: undefined };
    try {
      return { done: false, value: new DenoConn(await this.#listener.accept()) };
    } catch (error) {
      if (this.#closed !== undefined) return { done: true, value: undefined };
      throw platformError(`accept on ${formatAddress(this.address)}`, error);
    }
  }
}
