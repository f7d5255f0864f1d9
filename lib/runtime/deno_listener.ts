import { delay } from "../util/abort.ts";
import { formatAddress } from "../util/address.ts";
import { socketAddress } from "./deno_address.ts";
import { DenoConn } from "./deno_conn.ts";
import { errorCode, platformError } from "./platform_error.ts";
import type { Conn, Listener, SocketAddress } from "./types.ts";

/** How long to wait for files that others close, in milliseconds. */
const PAUSE = 50;

/** A {@linkcode Listener} over a `Deno.Listener`. */
export class DenoListener implements Listener {
  readonly address: SocketAddress;
  readonly #listener: Deno.TcpListener | Deno.UnixListener;
  #accepting: Promise<unknown> = Promise.resolve();
  readonly #stop = new AbortController();
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
    this.#stop.abort();
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
    while (this.#closed === undefined) {
      try {
        return { done: false, value: new DenoConn(await this.#listener.accept()) };
      } catch (error) {
        if (this.#closed !== undefined) break;
        if (!isExhausted(error)) {
          throw platformError(`accept on ${formatAddress(this.address)}`, error);
        }
        await delay(PAUSE, this.#stop.signal).catch(() => {});
      }
    }
    return { done: true, value: undefined };
  }
}

/** Whether too many files are open: whoever connects could bring that about, and end the listener for all. */
function isExhausted(error: unknown): boolean {
  return /^E[MN]FILE$/.test(errorCode(error) ?? "");
}
