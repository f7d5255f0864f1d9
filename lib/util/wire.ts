import type { Conn } from "../runtime/types.ts";

/**
 * The bytes of a connection without its streams, whose making takes longer than a SOCKS handshake. It
 * is for whoever owns the connection and hands its streams to nobody meanwhile.
 */
export interface Wire {
  /**
   * Gives the next bytes, `undefined` at the end; rejects as reading does. One at a time.
   */
  receive(): Promise<Uint8Array | undefined>;
  /** Sends bytes; resolves and rejects as writing does. One at a time. */
  send(bytes: Uint8Array): Promise<void>;
  /** Half-closes, as closing the writable does. */
  end(): Promise<void>;
  /** Lets go of the connection, so that its streams can be used. */
  release(): void;
}

/** The {@linkcode Wire} that a connection has by itself. */
export interface OwnWire extends Wire {
  /** Gives bytes back, which come before all others from now on. */
  putBack(bytes: Uint8Array): void;
}

/** A connection that may have a {@linkcode Wire} by itself, which no stranger's `Conn` has. */
export abstract class WiredConn {
  /** The wire; `undefined` once a stream of the connection was asked for. */
  abstract get wire(): OwnWire | undefined;
}

/** The connection's own wire, if it has one and no stream of it was asked for. */
export function ownWire(conn: Conn): OwnWire | undefined {
  return conn instanceof WiredConn ? conn.wire : undefined;
}

/** The connection's own wire, else one over its streams, which it locks until it is released. */
export function takeWire(conn: Conn): Wire {
  return ownWire(conn) ?? new StreamWire(conn);
}

/** A {@linkcode Wire} over streams. */
class StreamWire implements Wire {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  constructor(conn: Conn) {
    this.#reader = conn.readable.getReader();
    this.#writer = conn.writable.getWriter();
    // Both settle with the connection, and whoever reads or writes is told.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
  }

  async receive(): Promise<Uint8Array | undefined> {
    return (await this.#reader.read()).value;
  }

  send(bytes: Uint8Array): Promise<void> {
    return this.#writer.write(bytes);
  }

  end(): Promise<void> {
    return this.#writer.close();
  }

  release(): void {
    this.#reader.releaseLock();
    this.#writer.releaseLock();
  }
}
