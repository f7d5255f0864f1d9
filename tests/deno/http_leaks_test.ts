/**
 * What `fetch` and the agent open over a dialled connection, they close, whatever goes wrong: Deno's
 * sanitizers fail a test that leaves a connection, a timer or a call under way.
 */
import assert from "node:assert/strict";
import { HttpClient } from "../../lib/http/http_client.ts";
import { DenoRuntime } from "../../lib/runtime/deno.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import { testCertificate } from "../_support/certificates.ts";

const runtime = new DenoRuntime();
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

interface Server {
  readonly client: HttpClient;
  readonly fetch: HttpClient["fetch"];
  readonly controller: AbortController;
}

/** A test under the sanitizers, with a server that answers each request with `answer`, and hangs up if told. */
function test(
  name: string,
  { answer = OK, secure = false, hangUp = false }: {
    answer?: string;
    secure?: boolean;
    hangUp?: boolean;
  },
  body: (server: Server) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeResources: true,
    sanitizeOps: true,
    fn: async () => {
      const options = { hostname: "127.0.0.1", port: 0 };
      const listener = secure
        ? Deno.listenTls({ ...options, ...testCertificate("server") })
        : Deno.listen(options);
      const { port } = listener.addr as Deno.NetAddr;
      const served = serve(listener, answer, hangUp);
      const controller = new AbortController();
      const client = new HttpClient({
        runtime,
        dial: ({ signal }) => runtime.connect({ hostname: "127.0.0.1", port }, { signal }),
      });
      try {
        await body({ client, fetch: client.fetch, controller });
      } finally {
        await client.close();
        listener.close();
        await served;
      }
    },
  });
}

async function serve(listener: Deno.Listener, answer: string, hangUp: boolean): Promise<void> {
  const served: Promise<void>[] = [];
  for await (const conn of listener) served.push(serveOne(conn, answer, hangUp).catch(() => {}));
  await Promise.all(served);
}

async function serveOne(conn: Deno.Conn, answer: string, hangUp: boolean): Promise<void> {
  const buffer = new Uint8Array(65536);
  try {
    while (await conn.read(buffer) !== null) {
      await conn.write(new TextEncoder().encode(answer));
      if (hangUp) break;
    }
  } finally {
    conn.close();
  }
}

test("an answer that is read leaves nothing, nor does its connection", {}, async ({ fetch }) => {
  for (let count = 0; count < 3; count++) {
    assert.equal(await (await fetch("http://www.example/")).text(), "hello");
  }
});

test("a body that is cancelled leaves nothing", {
  answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
}, async ({ fetch }) => {
  await (await fetch("http://www.example/")).body!.cancel();
});

test("an abort before the answer leaves nothing", { answer: "" }, async ({ fetch, controller }) => {
  const asked = fetch("http://www.example/", { signal: controller.signal });
  setTimeout(() => controller.abort());
  await assert.rejects(asked, { name: "AbortError" });
});

test("an abort in the body leaves nothing", {
  answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
}, async ({ fetch, controller }) => {
  const response = await fetch("http://www.example/", { signal: controller.signal });
  controller.abort();
  await assert.rejects(response.text(), { name: "AbortError" });
});

test("an abort in the TLS handshake leaves nothing", { answer: "" }, async (server) => {
  const { fetch, controller } = server;
  const asked = fetch("https://www.example/", { signal: controller.signal });
  setTimeout(() => controller.abort());
  await assert.rejects(asked, { name: "AbortError" });
});

test("a certificate that is not trusted leaves nothing", { secure: true }, async ({ fetch }) => {
  await assert.rejects(fetch("https://secure.test/"), { name: "TypeError" });
});

for (const answer of ["", "HTTP/1.1 200", "garbage\r\n\r\n", OK.slice(0, -2)]) {
  test(`a server that hangs up after ${JSON.stringify(answer)} leaves nothing`, {
    answer,
    hangUp: true,
  }, async ({ fetch }) => {
    await assert.rejects(async () => await (await fetch("http://www.example/")).text(), TypeError);
  });
}

test(
  "a client that is closed leaves nothing of what was under way",
  { answer: "" },
  async (server) => {
    const asked = server.fetch("http://www.example/");
    setTimeout(() => void server.client.close());
    await assert.rejects(asked, TypeError);
  },
);

test("an answer that nobody reads leaves nothing once the client is closed", {
  answer: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
}, async ({ fetch }) => {
  const response: Response = await fetch("http://www.example/");
  assert.equal(response.status, 200);
});

Deno.test("a request over a connection closes that in the end", {
  sanitizeResources: true,
  sanitizeOps: true,
}, async () => {
  const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = listener[Symbol.asyncIterator]().next();
  const conn = await runtime.connect(listener.address);
  const peer: Conn = (await accepted).value;
  const request = {
    method: "GET",
    target: "/",
    headers: [["Host", "a"]],
    keepAlive: false,
  } as const;
  const asked = runtime.request(conn, request);
  await peer.readable.getReader().read();
  await peer.writable.getWriter().write(new TextEncoder().encode(OK));
  const answer = await asked;
  assert.equal(await new Response(answer.body as BodyInit).text(), "hello");
  assert.equal(await answer.reusable, false);
  await conn.closed;
  await Promise.all([peer.close(), listener.close()]);
});
