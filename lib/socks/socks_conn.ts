import type { Conn, SocketAddress, TcpAddress } from "../runtime/types.ts";
import { type OwnWire, ownWire, WiredConn } from "../util/wire.ts";

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
export class SocksConn extends WiredConn implements Conn {
  readonly remoteAddress: TcpAddress;
  readonly #conn: Conn;
  /** Where the handshake was read from the connection's own stream: what is left of it. */
  readonly #readable: ReadableStream<Uint8Array> | undefined;

  /** Takes over `conn`, on which the handshake is done. */
  constructor(conn: Conn, { target, rest }: SocksConnOptions) {
    super();
    this.#conn = conn;
    this.remoteAddress = target;
    const wire = ownWire(conn);
    // A stream that was read from is a used one, which `new Response()` does not take, for one.
    if (wire === undefined) this.#readable = beginWith(rest, conn.readable);
    else if (rest.byteLength > 0) wire.putBack(rest);
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#readable ?? this.#conn.readable;
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#conn.writable;
  }

  get wire(): OwnWire | undefined {
    return ownWire(this.#conn);
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
    start: (controller) => {
      if (first.byteLength > 0) controller.enqueue(first);
    },
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  }, { highWaterMark: 0 });
}
