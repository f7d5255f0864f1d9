import { describe, it } from "node:test";
import assert from "node:assert/strict";
import type {
  Conn,
  HttpServer,
  RequestHandler,
  Runtime,
  ServeOptions,
} from "../../lib/runtime/types.ts";
import { deferred } from "../../lib/util/deferred.ts";
import {
  bytes,
  pattern,
  same,
  send,
  settle,
  SOCKET_KINDS,
  type SocketKind,
  withListener,
} from "./_support.ts";

const ORIGIN = "http://served.example";
const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const LAST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/** What every adapter's `serve` must do. */
export function serveContract(runtime: Runtime): void {
  for (const kind of SOCKET_KINDS) {
    describe(`serve() by ${kind}`, () => {
      const served = new ServedOnes(runtime, kind);
      describeRequests(served);
      describeAnswers(served);
      describeFailures(served);
      describeLeaving(served);
      describeClose(served);
    });
  }
}

/** A server of a test. */
interface Served {
  readonly server: HttpServer;
  /** What `onError` got. */
  readonly errors: unknown[];
  /** Opens a connection, which is closed in the end. */
  readonly open: () => Promise<Client>;
}

/** A client that speaks HTTP by hand. */
interface Client {
  readonly conn: Conn;
  /** Sends a text. */
  readonly say: (text: string) => Promise<void>;
  /** What comes until the text has come; all that comes where it is not told. */
  readonly hear: (end?: string) => Promise<string>;
}

class ServedOnes {
  readonly runtime: Runtime;
  readonly #kind: SocketKind;

  constructor(runtime: Runtime, kind: SocketKind) {
    this.runtime = runtime;
    this.#kind = kind;
  }

  /** A test with a server, which is closed in the end. */
  with(
    handler: RequestHandler,
    body: (served: Served) => Promise<void>,
    options: Pick<ServeOptions, "idleTimeout"> = {},
  ): () => Promise<void> {
    const { runtime } = this;
    return () =>
      withListener(runtime, this.#kind, async (listener) => {
        const errors: unknown[] = [];
        const server = await runtime.serve(listener, handler, {
          origin: ORIGIN,
          onError: (error) => errors.push(error),
          ...options,
        });
        const conns: Conn[] = [];
        const open = async () => {
          const conn = await runtime.connect(listener.address);
          conns.push(conn);
          return clientOf(conn);
        };
        try {
          await body({ server, errors, open });
        } finally {
          await server.close({ force: true });
          for (const conn of conns) await conn.close();
        }
      });
  }
}

function clientOf(conn: Conn): Client {
  let heard = "";
  const reader = conn.readable.getReader();
  const hear = async (end?: string) => {
    for (;;) {
      const at = end === undefined ? -1 : heard.indexOf(end);
      if (end !== undefined && at >= 0) {
        const found = heard.slice(0, at + end.length);
        heard = heard.slice(at + end.length);
        return found;
      }
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) {
        if (end !== undefined) throw new Error(`It ended after ${JSON.stringify(heard)}`);
        return heard;
      }
      heard += new TextDecoder("latin1").decode(value);
    }
  };
  return { conn, say: (text) => send(conn, text), hear };
}

/** What is answered to one request on a connection of its own. */
async function ask(served: Served, request: string): Promise<string> {
  const client = await served.open();
  await client.say(request);
  return await client.hear();
}

/** The head of an answer in lower case, without its date. */
function headOf(answer: string): string[] {
  const lines = answer.slice(0, answer.indexOf("\r\n\r\n")).toLowerCase().split("\r\n");
  return lines.filter((line) => !line.startsWith("date:"));
}

const bodyOf = (answer: string): string => answer.slice(answer.indexOf("\r\n\r\n") + 4);

const hello: RequestHandler = () =>
  new Response("hello", { headers: { "content-type": "text/plain", "content-length": "5" } });

function describeRequests(served: ServedOnes): void {
  const describeIt: RequestHandler = async (request) => {
    const { method, url } = request;
    const headers = [...request.headers].filter(([name]) => !/^(?:host|connection)$/.test(name));
    return Response.json({ method, url, headers, body: await request.text() }, {
      headers: { "x-host": request.headers.get("host") ?? "none" },
    });
  };

  it(
    "tells the handler what is asked for, by the origin alone",
    served.with(describeIt, async (server) => {
      const answer = await ask(
        server,
        "POST /a/b?c=%20d HTTP/1.1\r\nHost: other.example\r\nX-A: 1\r\nx-a: 2\r\nCookie: a=1\r\n" +
          "Cookie: b=2\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody",
      );
      assert.match(answer, /\r\nx-host: other\.example\r\n/i);
      const told = JSON.parse(/\{.*\}/.exec(answer)![0]);
      assert.deepEqual(told, {
        method: "POST",
        url: `${ORIGIN}/a/b?c=%20d`,
        headers: [["content-length", "4"], ["cookie", "a=1; b=2"], ["x-a", "1, 2"]],
        body: "body",
      });
    }),
  );

  it(
    "lets no client choose the host of the URL",
    served.with((request) => new Response(request.url), async (server) => {
      for (
        const [target, path] of [
          ["//evil.example/x", "//evil.example/x"],
          ["http://evil.example/x?y", "/x?y"],
          ["http://evil.example", "/"],
          ["http://evil.example?y", "/?y"],
          ["/..//@evil.example", "//@evil.example"],
          ["/\\evil.example", "//evil.example"],
        ]
      ) {
        const answer = await ask(server, `GET ${target} HTTP/1.0\r\nHost: evil.example\r\n\r\n`);
        assert.equal(bodyOf(answer), ORIGIN + path, target);
      }
    }),
  );

  it(
    "asks the handler nothing that is no request for it",
    served.with(() => assert.fail("asked"), async (server) => {
      for (
        const [request, status] of [
          ["TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405],
          ["GET / HTTP/1.1\r\nHost: a/b?\r\nConnection: close\r\n\r\n", 400],
          ["GET / HTTP/1.1\r\nHost: a\r\nno header\r\n\r\n", 400],
          ["nonsense\r\n\r\n", 400],
        ] as const
      ) assert.match(await ask(server, request), new RegExp(`^HTTP/1.1 ${status} `), request);
      assert.doesNotMatch(await ask(server, "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"), / 200 /);
      assert.deepEqual(server.errors, []);
    }),
  );

  it(
    "gives a body as it comes, in plain chunks",
    served.with(async (request) => {
      const reader = request.body!.getReader();
      const { value } = await reader.read();
      assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
      let body = new TextDecoder().decode(value);
      return new Response(
        new ReadableStream({
          async pull(controller) {
            controller.enqueue(bytes(`<${body}>`));
            const { done, value } = await reader.read();
            body = new TextDecoder().decode(value);
            if (done) controller.close();
          },
        }),
      );
    }, async ({ open }) => {
      const client = await open();
      await client.say(
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n",
      );
      await client.hear("<one>");
      await client.say("3\r\ntwo\r\n");
      await client.hear("<two>");
      await client.say("0\r\n\r\n");
      await client.hear("0\r\n\r\n");
    }),
  );

  const wanted = deferred<void>();
  it(
    "holds a client back whose body nobody reads",
    served.with(async (request) => {
      await wanted.promise;
      return new Response(String((await request.arrayBuffer()).byteLength));
    }, async ({ open }) => {
      const client = await open();
      let isSent = false;
      await client.say(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${HUGE.byteLength}\r\n\r\n`);
      const sending = send(client.conn, HUGE).then(() => isSent = true);
      await settle(served.runtime);
      assert.equal(isSent, false);
      wanted.resolve();
      await client.hear("32000000");
      await sending;
    }),
  );

  it(
    "drops a body that the handler leaves, and goes on",
    served.with(hello, async ({ open }) => {
      const client = await open();
      await client.say(`PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: ${HUGE.byteLength}\r\n\r\n`);
      const sending = send(client.conn, HUGE);
      await client.hear("hello");
      await sending;
      await client.say(GET);
      await client.hear("hello");
    }),
  );

  it(
    "answers one request after the other on a connection, and those that come at once",
    served.with((request) => new Response(new URL(request.url).pathname), async ({ open }) => {
      const client = await open();
      for (const path of ["/a", "/b"]) {
        await client.say(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
        assert.match(await client.hear("0\r\n\r\n"), new RegExp(`\r\n${path}\r\n0\r\n\r\n$`));
      }
      await client.say(
        "GET /c HTTP/1.1\r\nHost: a\r\n\r\nGET /d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      );
      assert.match(await client.hear(), /\r\n\/c\r\n0\r\n[^]*\r\n\/d\r\n0\r\n\r\n$/);
    }),
  );

  it(
    "changes to no other protocol",
    served.with(hello, async (server) => {
      const answer = await ask(
        server,
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n" +
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
      assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
    }),
  );

  it(
    "tells a client to go on that asks first",
    served.with(async (request) => new Response(await request.text()), async ({ open }) => {
      const client = await open();
      await client.say(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
      );
      await client.hear("HTTP/1.1 100 Continue\r\n\r\n");
      await client.say("hi");
      await client.hear("hi");
    }),
  );
}

const BIG = Uint8Array.from(pattern(500_000), (byte) => byte & 127);
/** More than the system keeps for a connection. */
const HUGE = new Uint8Array(32_000_000);

function describeAnswers(served: ServedOnes): void {
  it(
    "sends status, headers and cookies as they are, and the date",
    served.with(() => {
      const headers = new Headers([["X-A", "1"], ["x-a", "2"], ["content-length", "2"], [
        "content-type",
        "a/b",
      ]]);
      for (const cookie of ["a=1; Path=/", "b=2"]) headers.append("set-cookie", cookie);
      for (const name of ["Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade"]) {
        headers.append(name, "gzip");
      }
      return new Response("hi", { status: 299, statusText: "As You Like", headers });
    }, async (server) => {
      const answer = await ask(server, LAST);
      assert.match(answer, /^HTTP\/1\.1 299 As You Like\r\n/);
      assert.match(answer, /\r\ndate: \w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT\r\n/i);
      assert.deepEqual(headOf(answer).slice(1).sort(), [
        "connection: close",
        "content-length: 2",
        "content-type: a/b",
        "set-cookie: a=1; path=/",
        "set-cookie: b=2",
        "x-a: 1, 2",
      ]);
      assert.equal(bodyOf(answer), "hi");
    }),
  );

  it(
    "sends a body of no known length in chunks, each as it comes",
    served.with(() =>
      new Response(
        new ReadableStream({
          async start(controller) {
            controller.enqueue(bytes("one"));
            await heard.promise;
            controller.enqueue(bytes("two"));
            controller.close();
          },
        }),
        { headers: { "content-type": "a/b" } },
      ), async ({ open }) => {
      const client = await open();
      await client.say(LAST);
      const head = headOf(await client.hear("3\r\none\r\n"));
      assert.deepEqual(head, [
        "http/1.1 200 ok",
        "content-type: a/b",
        "connection: close",
        "transfer-encoding: chunked",
      ]);
      heard.resolve();
      assert.equal(await client.hear(), "3\r\ntwo\r\n0\r\n\r\n");
    }),
  );
  const heard = deferred<void>();

  it(
    "sends no body where there is none: HEAD, 204, 304",
    served.with((request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/") return hello(request);
      return new Response(null, { status: Number(pathname.slice(1)) });
    }, async ({ open }) => {
      const client = await open();
      await client.say("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
      assert.match(await client.hear("\r\n\r\n"), /\r\ncontent-length: 5\r\n/i);
      for (const status of [204, 304]) {
        await client.say(`GET /${status} HTTP/1.1\r\nHost: a\r\n\r\n`);
        const answer = await client.hear("\r\n\r\n");
        assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
        assert.doesNotMatch(answer, /content-length|transfer-encoding/i);
      }
      await client.say(LAST);
      assert.match(await client.hear(), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nhello$/);
    }),
  );

  it(
    "calls a text a text, so that no browser takes it for a page",
    served.with(() => new Response("<h1>hello</h1>"), async (server) => {
      assert.match(await ask(server, LAST), /\r\ncontent-type: text\/plain;charset=utf-8\r\n/i);
    }),
  );

  it(
    "speaks HTTP/1.0 to one who does",
    served.with(() => new Response("hello"), async (server) => {
      const answer = await ask(server, "GET / HTTP/1.0\r\n\r\n");
      assert.doesNotMatch(answer, /transfer-encoding/i);
      assert.equal(bodyOf(answer), "hello");
    }),
  );

  let pulled = 0;
  it(
    "asks for no more of a body than the client takes, and sends all of it",
    served.with(() =>
      new Response(
        new ReadableStream({
          pull(controller) {
            controller.enqueue(BIG.slice(0, 100_000));
            if (++pulled === 200) controller.close();
          },
        }, { highWaterMark: 0 }),
        { headers: { "content-length": "20000000" } },
      ), async ({ open }) => {
      const client = await open();
      await client.say(LAST);
      await settle(served.runtime);
      assert.ok(pulled > 0 && pulled < 150, `${pulled} of 200 pieces`);
      assert.equal(bodyOf(await client.hear()).length, 20_000_000);
    }),
  );

  it(
    "sends a big body whole",
    served.with(() => new Response(BIG), async (server) => {
      const body = bodyOf(await ask(server, "GET / HTTP/1.0\r\n\r\n"));
      assert.ok(same(Uint8Array.from(body, (char) => char.charCodeAt(0)), BIG));
    }),
  );
}

function describeFailures(served: ServedOnes): void {
  const used = new Response("used");
  const failures: [string, () => unknown, RegExp][] = [
    ["throws", () => {
      throw new Error("a secret");
    }, /a secret/],
    ["rejects", () => Promise.reject(new Error("a secret")), /a secret/],
    ["gives no Response", () => "a secret", /what is no Response/],
    ["gives nothing", () => undefined, /what is no Response/],
    ["gives a network error", () => Response.error(), /the status 0/],
    ["gives a Response that was used", async () => {
      if (!used.bodyUsed) await used.text();
      return used;
    }, /body was used/],
  ];
  for (const [what, handler, message] of failures) {
    it(
      `answers 500 for a handler that ${what}, tells nothing of it, and goes on`,
      served.with(handler as RequestHandler, async (server) => {
        for (let round = 0; round < 2; round++) {
          const answer = await ask(server, LAST);
          assert.match(answer, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
          assert.doesNotMatch(answer, /secret/);
        }
        assert.equal(server.errors.length, 2);
        assert.match(String(server.errors[0]), message);
      }),
    );
  }

  const bodies: [string, (controller: ReadableStreamDefaultController) => void, string, RegExp][] =
    [
      ["fails", (controller) => controller.error(new Error("a secret")), "", /a secret/],
      ["is of text", (controller) => controller.enqueue("a secret"), "", /not a Uint8Array/],
      ["is too short", (controller) => controller.close(), "9", /not the 9 bytes/],
      ["is too long", (controller) => controller.enqueue(bytes("secret")), "4", /not the 4 bytes/],
    ];
  for (const [what, end, length, message] of bodies) {
    it(
      `cuts an answer off whose body ${what}`,
      served.with(() => {
        let isFirst = true;
        const body = new ReadableStream({
          pull(controller) {
            if (isFirst) controller.enqueue(bytes("one"));
            else end(controller);
            isFirst = false;
          },
        }, { highWaterMark: 0 });
        return new Response(body, { headers: length === "" ? {} : { "content-length": length } });
      }, async (server) => {
        const answer = await ask(server, GET);
        assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
        assert.doesNotMatch(answer, /secret|0\r\n\r\n$/);
        assert.equal(server.errors.length, 1);
        assert.match(String(server.errors[0]), message);
      }),
    );
  }
}

function describeLeaving(served: ServedOnes): void {
  let begun = deferred<AbortSignal>();
  const wait: RequestHandler = async ({ signal }) => {
    begun.resolve(signal);
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    });
    return new Response();
  };

  it(
    "aborts the request's signal when the client leaves, which is no error",
    served.with(wait, async (server) => {
      begun = deferred();
      const client = await server.open();
      await client.say(GET);
      const signal = await begun.promise;
      assert.equal(signal.aborted, false);
      await client.conn.close();
      await aborted(signal);
      assert.equal(signal.reason.name, "AbortError");
      await settle(served.runtime);
      assert.deepEqual(server.errors, []);
    }),
  );

  const cancelled = deferred<unknown>();
  it(
    "cancels the body of an answer when the client leaves",
    served.with(({ signal }) => {
      begun.resolve(signal);
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(bytes("begin")),
        cancel: (reason) => cancelled.resolve(reason),
      });
      return new Response(body);
    }, async (server) => {
      begun = deferred();
      const client = await server.open();
      await client.say(GET);
      await client.hear("begin");
      await client.conn.close();
      await cancelled.promise;
      assert.equal((await begun.promise).aborted, true);
      assert.deepEqual(server.errors, []);
    }),
  );

  const failed = deferred<unknown>();
  it(
    "fails the body of a request when the client leaves",
    served.with(async (request) => {
      begun.resolve(request.signal);
      await request.text().catch((error) => failed.resolve(error));
      return new Response();
    }, async (server) => {
      begun = deferred();
      const client = await server.open();
      await client.say("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
      await begun.promise;
      await client.conn.close();
      assert.ok(await failed.promise instanceof Error);
      await aborted(await begun.promise);
      assert.deepEqual(server.errors, []);
    }),
  );

  it(
    "does not abort the signal of a request that was answered",
    served.with((request) => {
      begun.resolve(request.signal);
      return hello(request);
    }, async (server) => {
      begun = deferred();
      await ask(server, LAST);
      await settle(served.runtime);
      assert.equal((await begun.promise).aborted, false);
    }),
  );
}

function describeClose(served: ServedOnes): void {
  let begun = deferred<Request>();
  let answer = deferred<Response>();
  const onDemand: RequestHandler = (request) => {
    begun.resolve(request);
    return answer.promise;
  };
  const renew = () => {
    begun = deferred();
    answer = deferred();
  };

  it(
    "hangs up where nothing is asked for, and answers what was, when it is closed",
    served.with(onDemand, async ({ server, open }) => {
      renew();
      const [idle, busy] = [await open(), await open()];
      await busy.say(GET);
      await begun.promise;
      let isClosed = false;
      const closing = server.close().then(() => isClosed = true);
      assert.equal(await idle.hear(), "");
      await settle(served.runtime);
      assert.equal(isClosed, false);
      await assert.rejects(open());
      answer.resolve(new Response("at last"));
      assert.match(await busy.hear(), /\r\nconnection: close\r\n[^]*at last/i);
      await closing;
      await server.finished;
    }),
  );

  it(
    "cuts off what is not answered yet where that is forced, later too",
    served.with(onDemand, async ({ server, open, errors }) => {
      renew();
      const client = await open();
      await client.say(GET);
      const { signal } = await begun.promise;
      const closing = server.close();
      await server.close({ force: true });
      assert.equal(await client.hear(), "");
      await closing;
      await server.close();
      await aborted(signal);
      answer.resolve(new Response("too late"));
      await settle(served.runtime);
      assert.deepEqual(errors, []);
    }),
  );

  it(
    "hangs up after a while where nothing is asked for, or not to the end",
    served.with(onDemand, async ({ open }) => {
      const [silent, slow] = [await open(), await open()];
      await slow.say(GET.slice(0, -2));
      assert.deepEqual([await silent.hear(), await slow.hear()], ["", ""]);
    }, { idleTimeout: 20 }),
  );

  it(
    "is finished when it is closed without a connection",
    served.with(hello, async ({ server }) => {
      await Promise.all([server.close(), server.close()]);
      await server.finished;
    }),
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
