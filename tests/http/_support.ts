import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import type { HttpDialTarget } from "../../lib/http/dialer.ts";
import { HttpClient, type HttpClientOptions } from "../../lib/http/http_client.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn, Runtime } from "../../lib/runtime/types.ts";
import { TEST_AUTHORITY, testCertificate } from "../_support/certificates.ts";

/** A request as the test's server has read it. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Freed of its framing. */
  readonly body: string;
  /** On which of the server's connections it came, from 1. */
  readonly connection: number;
}

/** Gives what the server sends, byte for byte; it may write to the socket, or end it, by itself. */
export type Answer = (
  request: SeenRequest,
  socket: Socket,
) => string | Uint8Array | undefined;

/** Servers of the test for `http:` and `https:`, and a client that has no other way than to them. */
export class HttpFixture implements AsyncDisposable {
  readonly runtime: Runtime;
  readonly client: HttpClient;
  readonly fetch: HttpClient["fetch"];
  /** Every request that arrived, in order. */
  readonly requests: SeenRequest[] = [];
  /** Every dial that the client asked for, in order. */
  readonly dials: HttpDialTarget[] = [];
  /** Every connection that was dialled. */
  readonly conns: Conn[] = [];
  readonly #servers: readonly Server[];
  readonly #sockets = new Set<Socket>();
  #accepted = 0;

  private constructor(runtime: Runtime, answer: Answer, options: Partial<HttpClientOptions>) {
    this.runtime = runtime;
    const serve = (socket: Socket) => this.#serve(socket, answer);
    this.#servers = [createServer(serve), createTlsServer(testCertificate("server"), serve)];
    this.client = new HttpClient({
      runtime,
      dial: (target) => this.dial(target),
      caCertificates: [TEST_AUTHORITY],
      ...options,
    });
    this.fetch = this.client.fetch;
  }

  /** Starts the servers. */
  static async start(
    answer: Answer,
    options: Partial<HttpClientOptions> = {},
  ): Promise<HttpFixture> {
    const fixture = new HttpFixture(await detectRuntime(), answer, options);
    for (const server of fixture.#servers) {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    }
    return fixture;
  }

  /** Connects to the server for the port: 443 and 8443 are the ones of TLS. */
  async dial(target: HttpDialTarget): Promise<Conn> {
    this.dials.push(target);
    const server = this.#servers[target.port === 443 || target.port === 8443 ? 1 : 0]!;
    const { port } = server.address() as { port: number };
    const conn = await this.runtime.connect({ hostname: "127.0.0.1", port }, {
      signal: target.signal,
    });
    this.conns.push(conn);
    return conn;
  }

  /** The methods, targets and bodies that arrived, each in a line. */
  get log(): string[] {
    return this.requests.map(({ method, target, body }) => `${method} ${target} ${body}`.trim());
  }

  /** Waits until every connection that was dialled is closed, whichever way. */
  async allClosed(): Promise<void> {
    await Promise.allSettled(this.conns.map(({ closed }) => closed));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  #serve(socket: Socket, answer: Answer): void {
    this.#sockets.add(socket);
    const connection = ++this.#accepted;
    let waiting = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk: Uint8Array) => {
      waiting = Buffer.concat([waiting, chunk]);
      for (;;) {
        const parsed = parseRequest(waiting);
        if (parsed === undefined) return;
        waiting = waiting.subarray(parsed.size);
        const request = { ...parsed.request, connection };
        this.requests.push(request);
        const reply = answer(request, socket);
        if (reply !== undefined) {
          socket.write(request.method === "HEAD" ? headOf(reply) : reply);
        }
      }
    });
  }
}

/** An answer to HEAD has no body. */
function headOf(reply: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(reply as string);
  return bytes.subarray(0, bytes.indexOf("\r\n\r\n") + 4);
}

function parseRequest(
  data: Buffer,
): { request: Omit<SeenRequest, "connection">; size: number } | undefined {
  const end = data.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = data.subarray(0, end).toString("latin1").split("\r\n");
  const [method = "", target = ""] = first.split(" ");
  const headers = Object.fromEntries(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const rest = data.subarray(end + 4).toString("latin1");
  if (headers["transfer-encoding"] === "chunked") {
    const last = /(?:^|\r\n)0\r\n\r\n/.exec(rest);
    if (last === null) return undefined;
    const size = last.index + last[0].length;
    const body = rest.slice(0, size).replace(/[0-9a-f]+\r\n([^]*?)\r\n/gi, "$1");
    return { request: { method, target, headers, body }, size: end + 4 + size };
  }
  const length = Number(headers["content-length"] ?? 0);
  if (rest.length < length) return undefined;
  const body = rest.slice(0, length);
  return { request: { method, target, headers, body }, size: end + 4 + length };
}

/** An answer with a length. */
export function reply(
  body: string | Uint8Array = "",
  { status = "200 OK", headers = [] }: { status?: string; headers?: readonly string[] } = {},
): Uint8Array {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const head = [`HTTP/1.1 ${status}`, `Content-Length: ${bytes.byteLength}`, ...headers, "", ""];
  return Buffer.concat([Buffer.from(head.join("\r\n"), "latin1"), bytes]);
}

/** An answer that redirects. */
export function redirect(status: number, location: string): Uint8Array {
  return reply("elsewhere", { status: `${status} Moved`, headers: [`Location: ${location}`] });
}

/** What a promise rejects with. */
export async function rejection<E = Error>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise;
  } catch (error) {
    return error as E;
  }
  throw new Error("It did not reject");
}
