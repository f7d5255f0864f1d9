import type { Conn, TcpAddress } from "../runtime/types.ts";
import { type OwnWire, ownWire, WiredConn } from "../util/wire.ts";

/**
 * A connection that came in by an onion service. Who made it nobody knows: the peer of the socket is Tor,
 * whose address would tell nothing.
 */
export class OnionConn extends WiredConn implements Conn {
  readonly localAddress: TcpAddress;
  readonly remoteAddress: undefined;
  readonly #conn: Conn;

  /** Takes over the connection that Tor has made to this program, for what came to `localAddress`. */
  constructor(conn: Conn, localAddress: TcpAddress) {
    super();
    this.#conn = conn;
    this.localAddress = localAddress;
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#conn.readable;
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

  close(): Promise<void> {
    return this.#conn.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
