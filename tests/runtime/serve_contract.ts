import { describe, it } from "node:test";
import assert from "node:assert/strict";
import type { RequestHandler, Runtime } from "../../lib/runtime/types.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { ask, bodyOf, GET, hello, HUGE, LAST, ORIGIN, ServedOnes } from "./_served.ts";
import { bytes, send, settle, SOCKET_KINDS } from "./_support.ts";
import { describeAnswers, describeFailures } from "./serve_answers_contract.ts";

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
          ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
          ["GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
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
    "has room for so many connections, those first that something is asked for on",
    served.with(() => {
      const start = (controller: ReadableStreamDefaultController) =>
        controller.enqueue(bytes("on"));
      return new Response(new ReadableStream({ start }));
    }, async ({ open }) => {
      const asking = async () => {
        const client = await open();
        await client.say(GET);
        await client.hear("on\r\n");
        return client;
      };
      await asking();
      const silent = await open();
      await silent.say(GET.slice(0, -2));
      const last = await asking();
      assert.equal(await silent.hear(), "");
      assert.equal(await (await open()).hear(), "");
      await last.conn.close();
      for (;;) {
        // The server hears of it when it does.
        const next = await open();
        await next.say(GET).catch(() => {});
        if (await next.hear("on\r\n").then(() => true, () => false)) break;
      }
    }, { maxConnections: 2 }),
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
