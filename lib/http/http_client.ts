import { DisconnectedError, NoResponseError } from "../errors/mod.ts";
import type { Conn, HttpResponse, Runtime } from "../runtime/types.ts";
import { checkTime } from "../util/check_number.ts";
import { onAbort } from "../util/on_abort.ts";
import { ConnectionPool, type ConnectionPoolOptions } from "./connection_pool.ts";
import type { HttpDialer } from "./dialer.ts";
import { type FetchRequest, headerList, toFetchRequest } from "./fetch_request.ts";
import { drain, toFetchResponse } from "./fetch_response.ts";
import { followRedirect } from "./follow_redirect.ts";
import { connectHttp } from "./http_connector.ts";
import { type Isolation, isolationKey } from "./isolation.ts";

/** What an {@linkcode HttpClient} is made of. */
export interface HttpClientOptions extends ConnectionPoolOptions {
  /** Speaks TLS and HTTP. */
  runtime: Runtime;
  /** Opens every connection. */
  dial: HttpDialer;
  /** Which requests may share a circuit and a connection; default `"per-origin"`. */
  isolation?: Isolation | undefined;
  /** The authorities to trust instead of those of the platform, in PEM. */
  caCertificates?: readonly string[] | undefined;
  /** The time that a TLS handshake may take, in milliseconds, `Infinity` for no limit; default 60,000. */
  tlsTimeout?: number | undefined;
}

/** What `fetch` takes, and the isolation of the one request. */
export interface FetchInit extends RequestInit {
  /** Which requests may share a circuit and a connection with this one; by default what the client was made with. */
  isolation?: Isolation | undefined;
}

/** The platform's `fetch`, by type and behaviour. */
export type Fetch = (input: string | URL | Request, init?: FetchInit) => Promise<Response>;

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/**
 * `fetch` over connections that a dialer opens, which are kept and used again.
 *
 * It differs from the platform's in what an origin of its own would be needed for: it has no cookies,
 * no cache, no CORS and sends no `Referer` or `User-Agent` but what the caller sets.
 */
export class HttpClient implements AsyncDisposable {
  readonly #options: HttpClientOptions;
  #way: Way;
  readonly #running = new Set<AbortController>();
  #closed = false;

  /** Makes a client; nothing is opened before a request needs it. */
  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#way = { dial: options.dial, pool: new ConnectionPool(options) };
    checkTime("tlsTimeout", options.tlsTimeout);
  }

  /**
   * Does what the platform's `fetch` does; it can be passed on by itself.
   *
   * @throws {TypeError} Where the request is malformed, or cannot be carried out: `cause` tells why.
   */
  readonly fetch: Fetch = async (input, init = {}) => {
    if (this.#closed) throw fetchError(input, closedError());
    const way = this.#way;
    const { isolation = this.#options.isolation ?? "per-origin", ...platformInit } = init;
    const outer = init.signal ??
      (input instanceof Request && init.signal !== null ? input.signal : undefined);
    const scope = new AbortController();
    const abort = () => scope.abort(outer?.reason);
    if (outer?.aborted) abort();
    const stop = onAbort(outer, abort);
    const end = () => {
      stop();
      this.#running.delete(scope);
    };
    this.#running.add(scope);
    try {
      const request = await toFetchRequest(input, platformInit, scope.signal);
      return await this.#follow(request, { way, isolation, scope: scope.signal, end });
    } catch (error) {
      end();
      if (outer?.aborted) throw outer.reason;
      throw fetchError(input, error);
    }
  };

  /**
   * Has the requests that begin after this share no connection with those that have begun: what waits is
   * closed, and what is in use, or being opened, when its request is over.
   *
   * @param dial Opens the connections of requests that begin after this. Those that have begun go on by
   * the dialer that they began with, wherever they are redirected to.
   */
  async forgetConnections(dial: HttpDialer = this.#way.dial): Promise<void> {
    const { pool } = this.#way;
    this.#way = { dial, pool: new ConnectionPool(this.#options) };
    await pool.close();
  }

  /** Ends every request under way, and closes every connection. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const scope of this.#running) scope.abort(closedError());
    await this.#way.pool.close();
  }

  /** Closes the client: see {@linkcode close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #follow(
    first: FetchRequest,
    { way, isolation, scope, end }: FollowOptions,
  ): Promise<Response> {
    let request = first;
    // One request has one circuit of its own for each origin, not for each redirect within it.
    const keys = new Map<string, string | undefined>();
    for (let count = 0;; count++) {
      const { url, method } = request;
      scope.throwIfAborted();
      if (!keys.has(url.origin)) {
        keys.set(url.origin, isolationKey(isolation, url.origin));
      }
      const answer = await this.#exchange(request, {
        way,
        isolation: keys.get(url.origin),
        keep: isolation !== "per-request",
        signal: scope,
      });
      let next: FetchRequest | undefined;
      try {
        const location = answer.headers.find(([name]) => name.toLowerCase() === "location");
        next = followRedirect(
          request,
          { status: answer.status, location: location?.[1] ?? null },
          count,
        );
        if (next === undefined) {
          return await toFetchResponse(answer, {
            url,
            redirected: count > 0,
            method,
            signal: scope,
            onEnd: end,
            explain: (error) => scope.aborted ? scope.reason : fetchError(url, error),
          });
        }
      } catch (error) {
        void answer.body.cancel().catch(() => {});
        throw error;
      }
      await drain(answer.body);
      request = next;
    }
  }

  async #exchange(request: FetchRequest, options: ExchangeOptions): Promise<HttpResponse> {
    const key = `${request.url.origin} ${options.isolation ?? ""}`;
    const kept = options.keep ? options.way.pool.take(key) : undefined;
    if (kept !== undefined) {
      try {
        return await this.#send(kept, request, { ...options, key });
      } catch (error) {
        if (!(error instanceof NoResponseError) || !isRepeatable(request)) throw error;
        // The server had ended it meanwhile.
      }
    }
    const conn = await this.#connect(request.url, options);
    return await this.#send(conn, request, { ...options, key });
  }

  async #send(
    conn: Conn,
    request: FetchRequest,
    { key, keep, way, signal }: ExchangeOptions & { key: string },
  ): Promise<HttpResponse> {
    const { method, url, body } = request;
    const answer = await this.#options.runtime.request(conn, {
      method,
      target: url.pathname + url.search,
      headers: headerList(request),
      body: body?.bytes ?? body?.stream,
      contentLength: body?.length,
      keepAlive: keep,
    }, { signal });
    void answer.reusable.then((reusable) => {
      if (reusable) way.pool.put(key, conn, { timeout: keepAliveTimeout(answer) });
    });
    return answer;
  }

  #connect(url: URL, { way, isolation, signal }: ExchangeOptions): Promise<Conn> {
    const secure = url.protocol === "https:";
    return connectHttp({
      hostname: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port === "" ? (secure ? 443 : 80) : Number(url.port),
      isolation,
      signal,
    }, { ...this.#options, dial: way.dial, secure });
  }
}

/** What the requests share that begin between two calls of {@linkcode HttpClient.forgetConnections}. */
interface Way {
  readonly dial: HttpDialer;
  readonly pool: ConnectionPool;
}

interface FollowOptions {
  readonly way: Way;
  readonly isolation: Isolation;
  readonly scope: AbortSignal;
  readonly end: () => void;
}

interface ExchangeOptions {
  readonly way: Way;
  readonly isolation: string | undefined;
  readonly keep: boolean;
  readonly signal: AbortSignal;
}

function isRepeatable({ method, body }: FetchRequest): boolean {
  return IDEMPOTENT.has(method) && (body === undefined || body.bytes !== undefined);
}

/** How long the server says that it keeps the connection, in milliseconds, less a second for the way. */
function keepAliveTimeout({ headers }: HttpResponse): number {
  const hint = headers.find(([name]) => name.toLowerCase() === "keep-alive")?.[1];
  const seconds = /\btimeout=(\d+)/i.exec(hint ?? "")?.[1];
  return seconds === undefined ? Infinity : (Number(seconds) - 1) * 1000;
}

function closedError(): DisconnectedError {
  return new DisconnectedError("Cannot use the HTTP client: it was closed");
}

/** What `fetch` rejects with; the URL is told without its query, which may be a secret. */
function fetchError(input: string | URL | Request, cause: unknown): TypeError {
  const text = input instanceof Request ? input.url : String(input);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const what = url === undefined || url.origin === "null" ? "" : ` ${url.origin}${url.pathname}`;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TypeError(`Cannot fetch${what}: ${why}`, { cause });
}
