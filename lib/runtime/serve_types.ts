import type { Conn } from "./conn_types.ts";

/** What HTTP is served on: a listener, or what stands for one. */
export interface HttpListener extends AsyncIterable<Conn> {
  /** Stops listening, and ends the iteration. Harmless when repeated. */
  close(): Promise<void>;
}

/** Answers a request, as a handler for `Deno.serve`, `Bun.serve` and `export default { fetch }` does. */
export type RequestHandler = (request: Request) => Response | Promise<Response>;

/** How HTTP is served. */
export interface ServeOptions {
  /**
   * What the URL of each request begins with, such as `"http://a.example"`. What the client says of the
   * host is in the `Host` header, and nowhere else.
   */
  origin: string;
  /** Gets what a handler threw, or the body of its answer; nothing of it is in the answer. */
  onError: (error: unknown) => void;
  /**
   * How long a connection may be open on which nothing is asked for, or not to the end, in milliseconds;
   * default 60,000.
   */
  idleTimeout?: number | undefined;
  /**
   * The most connections; default `Infinity`. Another takes the place of the oldest on which nothing is asked
   * for, and is turned away where there is none such.
   */
  maxConnections?: number | undefined;
}

/** How a server is closed. */
export interface CloseServerOptions {
  /** Cut off the requests that are being answered, rather than wait for them; default `false`. */
  force?: boolean | undefined;
}

/** A server of HTTP/1.1. */
export interface HttpServer {
  /** Resolves when it is closed and every connection is gone; rejects where it cannot accept any more. */
  readonly finished: Promise<void>;
  /**
   * Closes the listener and the connections on which nothing is asked for, and resolves when the
   * requests that have begun are answered. To force it is possible later as well.
   */
  close(options?: CloseServerOptions): Promise<void>;
}
