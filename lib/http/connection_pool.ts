import type { Conn } from "../runtime/types.ts";
import { checkLimit, checkTime } from "../util/check_number.ts";

/** How many connections a {@linkcode ConnectionPool} keeps, and for how long. */
export interface ConnectionPoolOptions {
  /** The most connections that are kept; the one that has waited longest goes first. Default 32. */
  maxIdleConnections?: number | undefined;
  /** The most that are kept for one origin and isolation; default 6. */
  maxIdlePerOrigin?: number | undefined;
  /** How long one is kept that nobody uses, in milliseconds; default 15,000. */
  idleTimeout?: number | undefined;
}

interface Idle {
  readonly key: string;
  readonly conn: Conn;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Keeps connections that have done their work, for the next request of the same kind. */
export class ConnectionPool {
  readonly #maxIdle: number;
  readonly #maxPerKey: number;
  readonly #idleTimeout: number;
  /** The one that has waited longest first. */
  readonly #idle = new Set<Idle>();
  #closed = false;

  /** Makes an empty pool. */
  constructor(options: ConnectionPoolOptions = {}) {
    const { maxIdleConnections = 32, maxIdlePerOrigin = 6, idleTimeout = 15_000 } = options;
    checkLimit("maxIdleConnections", maxIdleConnections, { least: 0 });
    checkLimit("maxIdlePerOrigin", maxIdlePerOrigin, { least: 0 });
    checkTime("idleTimeout", idleTimeout, { least: 0, infinite: false });
    this.#maxIdle = maxIdleConnections;
    this.#maxPerKey = maxIdlePerOrigin;
    this.#idleTimeout = idleTimeout;
  }

  /** How many connections wait. */
  get size(): number {
    return this.#idle.size;
  }

  /** Gives out the connection that was used last of those that were put under `key`. */
  take(key: string): Conn | undefined {
    const idle = this.#of(key).at(-1);
    if (idle === undefined) return undefined;
    this.#forget(idle);
    return idle.conn;
  }

  /** Keeps a connection for `timeout` milliseconds, though no longer than the pool's own time. */
  put(key: string, conn: Conn, { timeout = Infinity }: { timeout?: number } = {}): void {
    const wait = Math.min(timeout, this.#idleTimeout);
    if (this.#closed || wait <= 0 || this.#maxIdle === 0 || this.#maxPerKey === 0) {
      void conn.close();
      return;
    }
    if (this.#idle.size >= this.#maxIdle) this.#drop(this.#idle.values().next().value!);
    const alike = this.#of(key);
    if (alike.length >= this.#maxPerKey) this.#drop(alike[0]!);
    const idle: Idle = { key, conn, timer: setTimeout(() => this.#drop(idle), wait) };
    this.#idle.add(idle);
    // The server may end it at any time.
    const gone = () => this.#forget(idle);
    conn.closed.then(gone, gone);
  }

  /** Closes what waits; what is put here later is closed as well. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#idle].map((idle) => this.#drop(idle)));
  }

  #of(key: string): Idle[] {
    return [...this.#idle].filter((idle) => idle.key === key);
  }

  #drop(idle: Idle): Promise<void> {
    this.#forget(idle);
    return idle.conn.close();
  }

  #forget(idle: Idle): void {
    clearTimeout(idle.timer);
    this.#idle.delete(idle);
  }
}
