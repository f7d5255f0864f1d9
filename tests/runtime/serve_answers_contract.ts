import { it } from "node:test";
import assert from "node:assert/strict";
import type { RequestHandler } from "../../lib/runtime/types.ts";
import { deferred } from "../../lib/util/deferred.ts";
import {
  ask,
  BIG,
  bodyOf,
  GET,
  headOf,
  hello,
  LAST,
  ORIGIN,
  type Served,
  type ServedOnes,
} from "./_served.ts";
import { bytes, same, settle } from "./_support.ts";

/** Requests by which one may try to learn of the machine; each is the last of its connection. */
const STRANGE_REQUESTS: readonly string[] = [
  LAST,
  "GET /fail HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  "GET /moved HTTP/1.1\r\nHost: evil.example:81\r\nConnection: close\r\n\r\n",
  "GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
  "GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\nConnection: close\r\n\r\n",
  "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  "TRACE / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
  `GET / HTTP/1.1\r\nHost: a\r\nX-A: ${"a".repeat(100_000)}\r\n\r\n`,
  "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
  "nonsense\r\n\r\n",
];

/** The answer to one request on a connection that stays open. */
async function readOne(server: Served, request: string): Promise<string> {
  const client = await server.open();
  await client.say(request);
  return await client.hear("\r\n\r\n");
}

/** How answers are sent. */
export function describeAnswers(served: ServedOnes): void {
  it(
    "sends status, headers and cookies as they are",
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
    "tells nothing of this machine: no date, no program, no address",
    served.with(({ url }) => {
      const { pathname } = new URL(url);
      if (pathname === "/fail") throw new Error("a secret");
      if (pathname === "/moved") return Response.redirect(new URL("/there", url));
      return new Response(pathname);
    }, async (server) => {
      const told = new Set<string>();
      for (const request of STRANGE_REQUESTS) {
        const answer = await ask(server, request);
        assert.match(answer, /^HTTP\/1\.1 (?:200|302|400|405|500) /, request);
        for (const line of headOf(answer).slice(1)) told.add(line);
      }
      assert.deepEqual([...told].sort(), [
        "connection: close",
        "content-length: 0",
        "content-type: text/plain;charset=utf-8",
        `location: ${ORIGIN}/there`,
        "transfer-encoding: chunked",
      ]);
      assert.deepEqual(server.errors.map(String), ["Error: a secret"]);
      const head = headOf(await readOne(server, GET)).slice(1).sort();
      assert.deepEqual(head, [
        "connection: keep-alive",
        "content-type: text/plain;charset=utf-8",
        "transfer-encoding: chunked",
      ]);
    }),
  );

  it(
    "sends a date that the handler tells",
    served.with(
      () => new Response(null, { headers: { date: "Thu, 01 Jan 1970 00:00:00 GMT" } }),
      async (server) => {
        assert.match(await ask(server, LAST), /\r\ndate: Thu, 01 Jan 1970 00:00:00 GMT\r\n/i);
      },
    ),
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

/** What comes of handlers and answers that fail. */
export function describeFailures(served: ServedOnes): void {
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

  it(
    "goes on where onError throws, too",
    served.with(() => Promise.reject(new Error("first")), async ({ open }) => {
      const platform = globalThis as { reportError?: unknown };
      const { reportError } = platform;
      const reported: unknown[] = [];
      platform.reportError = (error: unknown) => reported.push(error);
      try {
        const client = await open();
        for (let round = 1; round <= 2; round++) {
          await client.say(GET);
          await client.hear("Internal Server Error\n");
          assert.equal(reported.length, round);
        }
      } finally {
        if (reportError === undefined) delete platform.reportError;
        else platform.reportError = reportError;
      }
      assert.match(String(reported[0]), /second/);
    }, {
      onError: () => {
        throw new Error("second");
      },
    }),
  );

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
