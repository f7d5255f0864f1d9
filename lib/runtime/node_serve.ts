import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { checkTime } from "../util/check_number.ts";
import { deferred } from "../util/deferred.ts";
import { callSafely, reportUnhandled } from "../util/report_error.ts";
import { ConnDuplex } from "./conn_duplex.ts";
import { sendBody } from "./send_body.ts";
import { ServedRequest } from "./served_request.ts";
import type {
  CloseServerOptions,
  Conn,
  HttpListener,
  HttpServer,
  RequestHandler,
  ServeOptions,
} from "./types.ts";

/** The default of `idleTimeout`. */
const IDLE_TIMEOUT = 60_000;

/** Headers about the connection, which are not the handler's to choose. */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** A server of HTTP over connections that come from anywhere, by `node:http`, on every runtime. */
export class NodeHttpServer implements HttpServer {
  readonly finished: Promise<void>;
  readonly #listener: HttpListener;
  readonly #handler: RequestHandler;
  readonly #options: ServeOptions;
  readonly #idleTimeout: number;
  readonly #maxConnections: number;
  readonly #server: Server;
  readonly #connections = new Map<unknown, ServedConnection>();
  readonly #empty = deferred<void>();
  #stopping: Promise<void> | undefined;

  /** Takes over `listener`. */
  constructor(listener: HttpListener, handler: RequestHandler, options: ServeOptions) {
    this.#listener = listener;
    this.#handler = handler;
    this.#options = options;
    this.#idleTimeout = options.idleTimeout ?? IDLE_TIMEOUT;
    checkTime("idleTimeout", this.#idleTimeout, { infinite: false });
    this.#maxConnections = options.maxConnections ?? Infinity;
    const answer = (message: IncomingMessage, response: ServerResponse) =>
      void this.#answer(message, response);
    // What node:http would answer by itself has a date in it: a request without Host, and one that
    // expects what nobody knows.
    this.#server = createServer({ requireHostHeader: false }, answer);
    this.#server.on("checkExpectation", answer);
    // Here is the timer, and no header tells it.
    this.#server.keepAliveTimeout = 0;
    // Of a server that does not listen, later versions of Node's end connections after one answer.
    Object.defineProperty(this.#server, "listening", { value: true });
    this.#server.on("clientError", (_error, stream) => refuse(stream as ConnDuplex));
    this.finished = this.#serve();
    this.finished.catch(() => {});
  }

  async close({ force = false }: CloseServerOptions = {}): Promise<void> {
    const closing = this.#stop();
    const cutOff = force ? [...this.#connections.values()] : [];
    for (const connection of cutOff) connection.cutOff();
    await this.finished.catch(() => {}); // whoever waits for it is told
    await closing;
  }

  async #serve(): Promise<void> {
    try {
      for await (const conn of this.#listener) this.#take(conn);
    } finally {
      // It may have ended by itself.
      await this.#stop().catch(() => {});
      await this.#empty.promise;
    }
  }

  /** Takes no more connections, and none that is there for another request. */
  #stop(): Promise<void> {
    if (this.#stopping === undefined) {
      this.#stopping = this.#listener.close();
      this.#stopping.catch(() => {});
      for (const connection of this.#connections.values()) connection.endIfIdle();
      this.#checkEmpty();
    }
    return this.#stopping;
  }

  #take(conn: Conn): void {
    const duplex = new ConnDuplex(conn);
    const hasRoom = this.#stopping === undefined && this.#makeRoom();
    this.#connections.set(duplex, new ServedConnection(duplex, this.#idleTimeout));
    duplex.once("close", () => {
      this.#connections.delete(duplex);
      this.#checkEmpty();
    });
    if (hasRoom) this.#server.emit("connection", duplex);
    else duplex.destroy();
  }

  /** Whether there is room for one more. */
  #makeRoom(): boolean {
    if (this.#connections.size < this.#maxConnections) return true;
    const oldest = [...this.#connections.values()].find(({ isIdle }) => isIdle);
    oldest?.cutOff();
    return oldest !== undefined;
  }

  #checkEmpty(): void {
    if (this.#stopping !== undefined && this.#connections.size === 0) this.#empty.resolve();
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    // By how wrong its clock is a machine can be found.
    response.sendDate = false;
    const connection = this.#connections.get(message.socket);
    connection?.begin();
    const gone = new AbortController();
    const over = new Promise<void>((resolve) => response.once("close", resolve));
    void over.then(() => {
      if (!response.writableFinished) {
        gone.abort(new DOMException("The client has left before it had the answer", "AbortError"));
      }
    });
    const { signal } = gone;
    const served = new ServedRequest(message, { origin: this.#options.origin, signal });
    try {
      const answer = await this.#ask(served.request, signal);
      if (this.#stopping !== undefined) response.setHeader("Connection", "close");
      await Promise.race([send(answer, response, signal), over]);
    } catch (error) {
      // Of the body it is a TypeError; what else there is comes of a client that has left.
      if (error instanceof TypeError) this.#report(error, signal);
      connection?.cutOff(); // so that the client knows that it was cut off
    } finally {
      served.drop();
      connection?.finish(this.#stopping !== undefined);
    }
  }

  /** What the handler answers, or what is answered in its place. */
  async #ask(request: Request | number, signal: AbortSignal): Promise<Response> {
    if (typeof request === "number") return plain(request);
    try {
      return checked(await this.#handler(request));
    } catch (error) {
      this.#report(error, signal);
      return plain(500);
    }
  }

  /** Of what fails because the client has left there is nothing to tell. */
  #report(error: unknown, signal: AbortSignal): void {
    if (!signal.aborted) callSafely(this.#options.onError, error, reportUnhandled);
  }
}

/** One connection, which waits for requests or has some that are being answered. */
class ServedConnection {
  readonly #duplex: ConnDuplex;
  readonly #idleTimeout: number;
  #underWay = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(duplex: ConnDuplex, idleTimeout: number) {
    this.#duplex = duplex;
    this.#idleTimeout = idleTimeout;
    duplex.once("close", () => clearTimeout(this.#timer));
    this.#wait();
  }

  /** Whether it is open, and nothing is asked for on it, or not to the end. */
  get isIdle(): boolean {
    return this.#underWay === 0 && !this.#duplex.destroyed;
  }

  begin(): void {
    this.#underWay++;
    clearTimeout(this.#timer);
  }

  finish(isLast: boolean): void {
    this.#underWay--;
    if (isLast) this.endIfIdle();
    else if (this.#underWay === 0) this.#wait();
  }

  /** Ends it where every answer was given, when it was sent. */
  endIfIdle(): void {
    if (this.#underWay === 0) this.#duplex.destroySoon();
  }

  cutOff(): void {
    this.#duplex.destroy();
  }

  #wait(): void {
    if (this.#duplex.destroyed) return;
    this.#timer = setTimeout(() => this.cutOff(), this.#idleTimeout);
  }
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  405: "Method Not Allowed",
  500: "Internal Server Error",
};

function plain(status: number): Response {
  const statusText = STATUS_TEXTS[status] ?? "";
  return new Response(`${statusText}\n`, { status, statusText });
}

/** Refuses what is not HTTP. */
function refuse(duplex: ConnDuplex): void {
  if (duplex.writable && !duplex.writableEnded) {
    duplex.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  }
  duplex.destroySoon();
}

/** Refuses what a handler may not answer. */
function checked(answer: unknown): Response {
  if (!(answer instanceof Response)) {
    throw new TypeError("Cannot answer a request with what is no Response");
  }
  if (answer.status < 200) {
    throw new TypeError(`Cannot answer a request with the status ${answer.status}`);
  }
  if (answer.bodyUsed || answer.body?.locked) {
    throw new TypeError("Cannot answer a request with a Response whose body was used");
  }
  return answer;
}

/** Sends an answer; resolves when all of it was handed over. */
async function send(
  answer: Response,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { status, statusText, headers } = answer;
  for (const [name, value] of headers) {
    if (!CONNECTION_HEADERS.has(name) && name !== "set-cookie") response.setHeader(name, value);
  }
  // Bun tells no type of a text, which a browser would then guess, and could take for a page.
  if ("Bun" in globalThis && answer.body !== null && !headers.has("content-type")) {
    response.setHeader("content-type", "text/plain;charset=UTF-8");
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) response.setHeader("set-cookie", cookies);
  if (statusText === "") response.writeHead(status);
  else response.writeHead(status, statusText);
  const isEmpty = response.req.method === "HEAD" || status === 204 || status === 304;
  if (isEmpty) await answer.body?.cancel();
  const length = isEmpty ? null : headers.get("content-length");
  await sendBody(response, {
    body: isEmpty ? undefined : answer.body ?? undefined,
    contentLength: length === null ? undefined : Number(length),
  }, signal);
}
