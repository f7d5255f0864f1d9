import type { Conn, SocketAddress, TcpAddress } from "../runtime/types.ts";

/** What a {@linkcode SocksConn} is made of. */
export interface SocksConnOptions {
  /** Where the SOCKS port leads to. */
  target: TcpAddress;
  /** What came behind the reply: the first bytes of the stream. */
  rest: Uint8Array;
}

/**
 * A connection through a SOCKS port: the one to the port itself, whose peer is now the target, and
 * which begins with what came behind the reply.
 */
export class SocksConn implements Conn {
  readonly readable: ReadableStream<Uint8Array>;
  readonly remoteAddress: TcpAddress;
  readonly #conn: Conn;

  /** Takes over `conn`, on which the handshake is done. */
  constructor(conn: Conn, { target, rest }: SocksConnOptions) {
    this.#conn = conn;
    this.remoteAddress = target;
    this.readable = rest.length === 0 ? conn.readable : beginWith(rest, conn.readable);
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#conn.writable;
  }

  get closed(): Promise<void> {
    return this.#conn.closed;
  }

  get localAddress(): SocketAddress | undefined {
    return this.#conn.localAddress;
  }

  close(): Promise<void> {
    return this.#conn.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A stream that gives `first`, then what `stream` gives, and asks for no more than its reader does. */
function beginWith(
  first: Uint8Array,
  stream: ReadableStream<Uint8Array>,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(first),
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
