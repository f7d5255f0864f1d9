import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { DisconnectedError, NoResponseError, ProtocolError } from "../../lib/errors/mod.ts";
import type { Conn, HttpRequest, HttpResponse, Runtime } from "../../lib/runtime/types.ts";
import { bytes, SOCKET_KINDS, type SocketKind, text, withPair } from "./_support.ts";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
const REASON = new Error("changed my mind");

/** What every adapter's `request` must do. */
export function requestContract(runtime: Runtime): void {
  for (const kind of SOCKET_KINDS) {
    describe(`a request over a ${kind} connection`, () => describeRequest(runtime, kind));
  }
}

function describeRequest(runtime: Runtime, kind: SocketKind): void {
  /** Runs `body` with a connection and the server at its other end, which speaks by hand. */
  const withServer = (body: (conn: Conn, server: Server) => Promise<void>) => () =>
    withPair(runtime, kind, (conn, peer) => body(conn, new Server(peer)));

  it(
    "is sent as it is told, and nothing is added",
    withServer(async (conn, server) => {
      const headers: HttpRequest["headers"] = [["Host", "a.example"], ["X-A", "1"], ["X-A", "2"]];
      const asked = runtime.request(conn, request({ method: "DELETE", target: "/a?b", headers }));
      assert.deepEqual(await server.head(), [
        "DELETE /a?b HTTP/1.1",
        "Connection: close",
        "Host: a.example",
        "X-A: 1",
        "X-A: 2",
      ]);
      await server.say(OK);
      await text((await asked).body);
    }),
  );

  it(
    "gives the answer as it came, before its body is there",
    withServer(async (conn, server) => {
      const asked = runtime.request(conn, request());
      await server.head();
      await server.say(
        "HTTP/1.1 299 As You Like\r\nB: 1\r\na: 2\r\nB: 3\r\nContent-Length: 5\r\n\r\n",
      );
      const { status, statusText, headers, body } = await asked;
      assert.deepEqual([status, statusText], [299, "As You Like"]);
      assert.deepEqual(headers, [["B", "1"], ["a", "2"], ["B", "3"], ["Content-Length", "5"]]);
      const reader = body.getReader();
      await server.say("he");
      const { value } = await reader.read();
      assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
      assert.deepEqual(value, bytes("he"));
      await server.say("llo");
      assert.deepEqual((await reader.read()).value, bytes("llo"));
      assert.equal((await reader.read()).done, true);
    }),
  );

  it(
    "has its body sent with its length, or in chunks",
    withServer(async (conn, server) => {
      const posts: [Partial<HttpRequest>, string, string][] = [
        [{ body: bytes("hello") }, "Content-Length: 5", "hello"],
        [{ body: streamOf("he", "llo"), contentLength: 5 }, "Content-Length: 5", "hello"],
        [
          { body: streamOf("he", "llo") },
          "Transfer-Encoding: chunked",
          "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        ],
        [{}, "Content-Length: 0", ""],
      ];
      for (const [options, header, sent] of posts) {
        const asked = runtime.request(
          conn,
          request({ method: "POST", keepAlive: true, ...options }),
        );
        const head = await server.head();
        assert.ok(head.includes(header), String(head));
        assert.equal(await server.take(sent.length), sent);
        await server.say(OK);
        assert.equal(await text((await asked).body), "hello");
      }
    }),
  );

  it(
    "fails where a streamed body fails, or has not the length that was told",
    withServer(async (conn) => {
      const post = request({ method: "POST", body: streamOf("hello"), contentLength: 4 });
      await assert.rejects(runtime.request(conn, post), { name: "TypeError", message: /4 bytes/ });
      await conn.closed;
      await withPair(runtime, kind, async (conn) => {
        const body = new ReadableStream<Uint8Array>({ start: (each) => each.error(REASON) });
        const failing = runtime.request(conn, request({ method: "POST", body }));
        await assert.rejects(failing, { name: "TypeError", cause: REASON });
        await conn.closed;
      });
    }),
  );

  it(
    "takes an answer that comes before its body is sent, and cancels the rest of that",
    withServer(async (conn, server) => {
      const take = async (conn: Conn, body: HttpRequest["body"], server: Server) => {
        const asked = runtime.request(conn, request({ method: "POST", body, keepAlive: true }));
        await server.head();
        await server.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nstop");
        const answer = await asked;
        assert.deepEqual([answer.status, await text(answer.body)], [413, "stop"]);
        assert.equal(await answer.reusable, false);
        await conn.closed;
      };
      let cancelled = (): void => {};
      const cancellation = new Promise<void>((resolve) => cancelled = resolve);
      const endless = new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(new Uint8Array(65536)),
        cancel: cancelled,
      }, { highWaterMark: 0 });
      await take(conn, endless, server);
      await cancellation;
      await withPair(runtime, kind, async (conn, peer) => {
        await take(conn, new Uint8Array(16 * 1024 * 1024), new Server(peer));
      });
    }),
  );

  it(
    "leaves a connection that can be used again",
    withServer(async (conn, server) => {
      const answers: [string, string, string][] = [
        ["GET", OK, "hello"],
        [
          "GET",
          "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
          "hello",
        ],
        ["HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", ""],
        ["GET", "HTTP/1.1 204 No Content\r\n\r\n", ""],
        ["GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", ""],
        [
          "GET",
          "HTTP/1.1 103 Early\r\n\r\nHTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
          "",
        ],
      ];
      for (const [method, said, body] of answers) {
        const asked = runtime.request(conn, request({ method, keepAlive: true }));
        assert.ok((await server.head()).includes("Connection: keep-alive"));
        await server.say(said);
        const answer = await asked;
        assert.equal(await text(answer.body), body);
        assert.equal(await answer.reusable, true, said);
      }
    }),
  );

  const finals: [string, string, boolean][] = [
    ["where it is not asked for", OK, false],
    ["where the server says so", OK.replace("\r\n", "\r\nConnection: close\r\n"), true],
    ["of HTTP/1.0", OK.replace("1.1", "1.0"), true],
  ];
  for (const [what, said, keepAlive] of finals) {
    it(
      `closes a connection that is not to be used again: ${what}`,
      withServer(async (conn, server) => {
        const asked = runtime.request(conn, request({ keepAlive }));
        await server.head();
        await server.say(said);
        const answer = await asked;
        assert.equal(await text(answer.body), "hello");
        assert.equal(await answer.reusable, false);
        await conn.closed;
      }),
    );
  }

  it(
    "reads a body of no known length to the end of the connection",
    withServer(async (conn, server) => {
      const asked = runtime.request(conn, request({ keepAlive: true }));
      await server.head();
      await server.say("HTTP/1.1 200 OK\r\n\r\nhel");
      await server.say("lo");
      await server.hangUp();
      const answer = await asked;
      assert.equal(await text(answer.body), "hello");
      assert.equal(await answer.reusable, false);
    }),
  );

  for (const what of ["is closed", "brings what nobody asked for"]) {
    it(
      `closes a kept connection that ${what} between two requests`,
      withServer(async (conn, server) => {
        const asked = runtime.request(conn, request({ keepAlive: true }));
        await server.head();
        await server.say(OK);
        const answer = await asked;
        await text(answer.body);
        assert.equal(await answer.reusable, true);
        await (what === "is closed" ? server.hangUp() : server.say(OK));
        await conn.closed;
        await assert.rejects(runtime.request(conn, request()), NoResponseError);
      }),
    );
  }

  const broken: [string, string, new (...args: never[]) => Error][] = [
    ["hangs up", "", NoResponseError],
    ["sends half a head", "HTTP/1.1 200 OK\r\nA: b", ProtocolError],
    ["speaks no HTTP", "SSH-2.0-OpenSSH_9.9\r\n", ProtocolError],
    ["sends a head too long", `HTTP/1.1 200 OK\r\nA: ${"x".repeat(200_000)}\r\n`, ProtocolError],
    [
      "switches protocols",
      "HTTP/1.1 101 X\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      ProtocolError,
    ],
  ];
  for (const [what, said, Class] of broken) {
    it(
      `tells of a server that ${what}`,
      withServer(async (conn, server) => {
        const asked = assert.rejects(runtime.request(conn, request()), Class);
        await server.head();
        // A client that has seen enough may be gone before all is said.
        await server.say(said).catch(() => {});
        await server.hangUp();
        await asked;
        await conn.closed;
      }),
    );
  }

  const cut: [string, string, new (...args: never[]) => Error][] = [
    ["is cut off", "Content-Length: 9\r\n\r\nhello", DisconnectedError],
    ["is cut off in a chunk", "Transfer-Encoding: chunked\r\n\r\n9\r\nhello", DisconnectedError],
    [
      "is cut off between chunks",
      "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
      DisconnectedError,
    ],
    ["has malformed chunks", "Transfer-Encoding: chunked\r\n\r\n?\r\nhello\r\n", ProtocolError],
  ];
  for (const [what, said, Class] of cut) {
    it(
      `fails a body that ${what}`,
      withServer(async (conn, server) => {
        const asked = runtime.request(conn, request({ keepAlive: true }));
        await server.head();
        await server.say(`HTTP/1.1 200 OK\r\n${said}`);
        await server.hangUp();
        let answer: HttpResponse | undefined;
        await assert.rejects(async () => await text((answer = await asked).body), Class);
        assert.equal(await (answer?.reusable ?? false), false);
        await conn.closed;
      }),
    );
  }

  it(
    "is aborted before it begins, while it waits, and in the body",
    withServer(async (conn, server) => {
      const controller = new AbortController();
      const { signal } = controller;
      const asked = runtime.request(conn, request(), { signal });
      await server.head();
      await server.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
      const reader = (await asked).body.getReader();
      assert.deepEqual((await reader.read()).value, bytes("hello"));
      const rest = assert.rejects(reader.read(), REASON);
      controller.abort(REASON);
      await rest;
      await conn.closed;
      await withPair(runtime, kind, async (conn, peer) => {
        const waiting = new AbortController();
        const asked = assert.rejects(
          runtime.request(conn, request(), { signal: waiting.signal }),
          REASON,
        );
        await new Server(peer).head();
        waiting.abort(REASON);
        await asked;
        await conn.closed;
      });
      await withPair(runtime, kind, async (conn) => {
        await assert.rejects(runtime.request(conn, request(), { signal }), REASON);
        await conn.closed;
      });
    }),
  );

  it(
    "closes the connection when the body is cancelled",
    withServer(async (conn, server) => {
      const asked = runtime.request(conn, request({ keepAlive: true }));
      await server.head();
      await server.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello");
      const answer = await asked;
      await answer.body.cancel();
      assert.equal(await answer.reusable, false);
      await conn.closed;
    }),
  );
}

/** The other end of a connection, which reads and says what it is told to. */
class Server {
  readonly #conn: Conn;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #received = "";

  constructor(conn: Conn) {
    this.#conn = conn;
    this.#reader = conn.readable.getReader();
    this.#writer = conn.writable.getWriter();
  }

  /** The first line of the next request, and its headers in the order of the alphabet. */
  async head(): Promise<string[]> {
    while (!this.#received.includes("\r\n\r\n")) await this.#read();
    const end = this.#received.indexOf("\r\n\r\n");
    const [first = "", ...headers] = (await this.take(end + 4)).trimEnd().split("\r\n");
    return [first, ...headers.sort()];
  }

  /** The next characters. */
  async take(count: number): Promise<string> {
    while (this.#received.length < count) await this.#read();
    const taken = this.#received.slice(0, count);
    this.#received = this.#received.slice(count);
    return taken;
  }

  async say(text: string): Promise<void> {
    await this.#writer.write(bytes(text));
  }

  async hangUp(): Promise<void> {
    await this.#conn.close();
  }

  async #read(): Promise<void> {
    const { done, value } = await this.#reader.read();
    if (done) throw new Error("The client hung up");
    this.#received += new TextDecoder().decode(value);
  }
}

function request(options: Partial<HttpRequest> = {}): HttpRequest {
  const defaults = { method: "GET", target: "/", headers: [["Host", "a.example"]] as const };
  return { ...defaults, keepAlive: false, ...options };
}

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(bytes(chunk));
      controller.close();
    },
  });
}
