/** A TCP address. */
export interface TcpAddress {
  /** An IP address or, where names are resolved, a host name; IPv6 without brackets. */
  readonly hostname: string;
  /** The port, 0 to 65535. */
  readonly port: number;
}

/** The address of a Unix socket. */
export interface UnixAddress {
  /** The path of the socket in the file system. */
  readonly path: string;
}

/** An address in its parsed form. See {@linkcode Address} for the text forms. */
export type SocketAddress = TcpAddress | UnixAddress;

/**
 * Where something listens: `"127.0.0.1:9051"`, `"[::1]:9051"`, `"unix:/run/tor/control"`,
 * `{ hostname, port }` or `{ path }`.
 */
export type Address = string | SocketAddress;

/** Lets a caller give up on whatever may wait. */
export interface AbortOptions {
  /** Aborts the wait, which then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * A byte stream in both directions, by the names of the WinterTC Sockets API.
 *
 * The contract that every adapter keeps: `close()` while a read waits ends that read with
 * `done: true`; `close()` is a no-op after the first time and after the end; `writable.close()` is a
 * half-close, after which reads go on; every chunk read is a plain `Uint8Array` whose bytes are
 * never reused. A connection that the peer or the network breaks rejects reads, writes and `closed`
 * with a `DisconnectedError`, after what had arrived was read; writes to one that was closed here
 * reject with a `DisconnectedError` as well. The socket is freed as soon as both directions are over.
 */
export interface Conn extends AsyncDisposable {
  /**
   * What the peer sends. Ends when the peer half-closes or the connection is closed here. The peer
   * is held back while it is not read. To cancel it ends this direction alone.
   */
  readonly readable: ReadableStream<Uint8Array>;
  /**
   * What is sent to the peer. A write resolves when the system has taken the bytes, which
   * {@linkcode close} then does not lose. Closing it half-closes the connection; to abort it closes
   * the connection at once, with no regard to what waits to be sent.
   */
  readonly writable: WritableStream<Uint8Array>;
  /**
   * Resolves when both directions are over or the connection was closed here; rejects when it broke,
   * which is noticed while it is read or written. Never needs handling.
   */
  readonly closed: Promise<void>;
  /** The address on this side; `undefined` where the platform does not tell. */
  readonly localAddress: SocketAddress | undefined;
  /** The address on the peer's side; `undefined` where the platform does not tell. */
  readonly remoteAddress: SocketAddress | undefined;
  /** Closes both directions and frees the socket. Harmless when it is closed already. */
  close(): Promise<void>;
}
