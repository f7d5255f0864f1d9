import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { DisconnectedError, NoResponseError, ProtocolError } from "../errors/mod.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { nextTurn } from "../util/next_turn.ts";
import { onAbort } from "../util/on_abort.ts";
import { ConnDuplex } from "./conn_duplex.ts";
import { NodeReadSide } from "./node_read_side.ts";
import { errorCode } from "./platform_error.ts";
import { sendBody } from "./send_body.ts";
import type { AbortOptions, Conn, HttpHeader, HttpRequest, HttpResponse } from "./types.ts";

/** The streams of connections that have had a request, and can take another. */
const idle = new WeakMap<Conn, IdleDuplex>();

/** A stream on which nothing is asked for, so that whatever comes breaks it. */
class IdleDuplex {
  readonly #duplex: ConnDuplex;
  readonly #broken = () => void this.#duplex.destroy();

  constructor(duplex: ConnDuplex) {
    this.#duplex = duplex;
    duplex.on("data", this.#broken).on("end", this.#broken).resume();
  }

  take(): ConnDuplex {
    return this.#duplex.off("data", this.#broken).off("end", this.#broken);
  }
}

/** Sends one request on `conn` by `node:http`, on every runtime. */
export async function requestByNode(
  conn: Conn,
  request: HttpRequest,
  { signal }: AbortOptions = {},
): Promise<HttpResponse> {
  if (signal?.aborted) {
    await conn.close();
    throw signal.reason;
  }
  const duplex = idle.get(conn)?.take() ?? new ConnDuplex(conn);
  idle.delete(conn);
  const exchange = new Exchange(duplex, request, signal);
  void exchange.reusable.promise.then((reusable) => {
    if (reusable) idle.set(conn, new IdleDuplex(duplex));
  });
  try {
    return await exchange.response.promise;
  } catch (error) {
    await conn.close();
    throw error;
  }
}

/** One request and its answer. */
class Exchange {
  readonly response: Deferred<HttpResponse> = deferred();
  readonly reusable: Deferred<boolean> = deferred();
  readonly #duplex: ConnDuplex;
  readonly #request: HttpRequest;
  readonly #client: ClientRequest;
  readonly #signal: AbortSignal | undefined;
  readonly #receivedBefore: number;
  /** Cancels what a streamed body has left; nothing else needs to be cancelled. */
  readonly #sending: AbortController | undefined;
  #unfollow: () => void = () => {};
  #answer: NodeReadSide | undefined;
  #message: IncomingMessage | undefined;
  #failure: Error | undefined;
  #over = false;

  constructor(duplex: ConnDuplex, request: HttpRequest, signal: AbortSignal | undefined) {
    this.#duplex = duplex;
    this.#request = request;
    this.#signal = signal;
    this.#receivedBefore = duplex.received;
    if (request.body instanceof ReadableStream) this.#sending = new AbortController();
    this.#client = httpRequest({
      // Without an agent, none of which may be `false`: that one connects by itself.
      createConnection: () => duplex,
      method: request.method,
      path: request.target,
      setHost: false,
      headers: headersOf(request),
    });
    this.#client.on("response", (message) => this.#onResponse(message));
    this.#client.on("upgrade", () => this.#fail(new Error("it switched protocols unasked")));
    this.#client.on("error", (error) => this.#break(error));
    this.#client.on("close", this.#onGone);
    duplex.on("close", this.#onGone);
    this.#unfollow = onAbort(signal, () => this.#fail(signal?.reason));
    void this.#send();
  }

  /** Also called when the platform lets go of a connection that stays open. */
  readonly #onGone = () => {
    if (!this.#message?.complete) this.#fail(new Error("the connection was closed"));
  };

  async #send(): Promise<void> {
    try {
      await sendBody(this.#client, this.#request, this.#sending?.signal);
    } catch (error) {
      // A server may answer before it has read the body, and read no more of it.
      if (this.#answer !== undefined) return;
      this.#fail(error, error instanceof TypeError ? error : this.#explain(error));
    }
  }

  #onResponse(message: IncomingMessage): void {
    const side = new NodeReadSide(message, {
      onCancel: () => this.#fail(new Error("the body was cancelled")),
    });
    this.#answer = side;
    this.#message = message;
    message.on("error", (error) => this.#break(error));
    message.on("aborted", this.#onGone);
    // Before the platform's own listener, which half-closes what is closed here at once.
    message.prependListener("end", () => void this.#onEnd(message, side));
    this.response.resolve({
      status: message.statusCode ?? 0,
      statusText: message.statusMessage ?? "",
      headers: headerPairs(message),
      body: side.stream,
      reusable: this.reusable.promise,
    });
  }

  async #onEnd(message: IncomingMessage, side: NodeReadSide): Promise<void> {
    if (message.complete === false) return this.#fail(new Error("the connection was closed"));
    // What was sent may be told to be so in this turn; what is not by then, the server does not read.
    if (this.#duplex.writableLength > 0) await nextTurn();
    const isSent = this.#client.writableEnded && this.#duplex.writableLength === 0;
    this.#finish(this.#request.keepAlive && isSent && keepsAlive(message, this.#request));
    // Whoever sees the end can count on the connection.
    await this.reusable.promise;
    side.end();
  }

  /** The connection broke, which takes nothing from an answer that has come in full. */
  #break(cause: unknown): void {
    if (this.#message?.complete) this.#duplex.destroy();
    else this.#fail(cause);
  }

  #fail(cause: unknown, failure: Error = this.#explain(cause)): void {
    if (this.#over) return;
    this.#failure = failure;
    this.#answer?.fail(this.#failure);
    this.response.reject(this.#failure);
    this.#finish(false);
  }

  #finish(reusable: boolean): void {
    if (this.#over) return;
    this.#over = true;
    this.#unfollow();
    this.#duplex.off("close", this.#onGone);
    this.#sending?.abort();
    if (reusable && !this.#duplex.destroyed) {
      // The platform lets go of the stream in this turn.
      this.#client.once("close", () => this.reusable.resolve(!this.#duplex.destroyed));
      return;
    }
    this.#client.destroy();
    this.#duplex.destroy();
    this.reusable.resolve(false);
  }

  #explain(cause: unknown): Error {
    if (this.#signal?.aborted) return this.#signal.reason;
    const options = { cause };
    const why = cause instanceof Error ? cause.message : String(cause);
    if (errorCode(cause)?.startsWith("HPE_")) {
      return new ProtocolError(`Cannot read the server's answer as HTTP: ${why}`, options);
    }
    if (this.#answer !== undefined) {
      return new DisconnectedError(`The body of the answer was cut off: ${why}`, options);
    }
    if (this.#duplex.received > this.#receivedBefore) {
      return new ProtocolError(`The head of the server's answer was cut off: ${why}`, options);
    }
    return new NoResponseError(`The server did not answer: ${why}`, options);
  }
}

function headersOf(request: HttpRequest): Record<string, string[]> {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of request.headers) (headers[name] ??= []).push(value);
  headers["Connection"] = [request.keepAlive ? "keep-alive" : "close"];
  const length = bodyLength(request);
  if (length !== undefined) headers["Content-Length"] = [String(length)];
  else if (request.body !== undefined) headers["Transfer-Encoding"] = ["chunked"];
  return headers;
}

function bodyLength({ body, contentLength, method }: HttpRequest): number | undefined {
  if (body instanceof Uint8Array) return body.byteLength;
  if (body !== undefined) return contentLength;
  return /^(?:POST|PUT|PATCH)$/.test(method) ? 0 : undefined;
}

function headerPairs({ rawHeaders }: IncomingMessage): HttpHeader[] {
  const pairs: HttpHeader[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([rawHeaders[index]!, rawHeaders[index + 1]!]);
  }
  return pairs;
}

/** Whether the server keeps the connection open, by RFC 9112 (sections 6.3 and 9.3). */
function keepsAlive(message: IncomingMessage, { method }: HttpRequest): boolean {
  const { headers, httpVersion, statusCode } = message;
  const tokens = (headers.connection ?? "").toLowerCase().split(",").map((token) => token.trim());
  if (tokens.includes("close")) return false;
  if (httpVersion !== "1.1" && !tokens.includes("keep-alive")) return false;
  const isEmpty = method === "HEAD" || statusCode === 204 || statusCode === 304;
  // A body of no known length ends where the connection does.
  return isEmpty || "content-length" in headers || "transfer-encoding" in headers;
}
