import { describe, it } from "node:test";
import assert from "node:assert/strict";
import http, { type Agent, type IncomingMessage } from "node:http";
import https, { type RequestOptions } from "node:https";
import { createHash } from "node:crypto";
import axios from "axios";
import WebSocket from "ws";
import { CertificateError } from "../../lib/errors/mod.ts";
import { createHttpAgent, type CreateHttpAgentOptions } from "../../lib/http/http_agent.ts";
import { TEST_AUTHORITY } from "../_support/certificates.ts";
import { type Answer, HttpFixture, rejection, reply } from "./_support.ts";

/** Names that no resolver knows: what reaches the server came by the dialer. */
const URLS = { http: "http://abcdefgh.onion/a?b", https: "https://secure.test/a?b" };

const GOOD: Answer = ({ method, target }) => reply(`${method} ${target}`);

function agentOf(
  fixture: HttpFixture,
  options: Partial<CreateHttpAgentOptions> = {},
): Promise<Agent> {
  return createHttpAgent<Agent>({
    runtime: fixture.runtime,
    dial: (target) => fixture.dial(target),
    caCertificates: [TEST_AUTHORITY],
    ...options,
  });
}

function get(url: string | RequestOptions, options: RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const { get } = typeof url === "string" && url.startsWith("http:") ? http : https;
    const answered = (message: IncomingMessage) => {
      let body = "";
      message.setEncoding("utf8");
      message.on("data", (chunk: string) => body += chunk);
      message.on("end", () => resolve(body));
      message.on("error", reject);
    };
    const request = typeof url === "string"
      ? get(url, options, answered)
      : get({ ...url, ...options }, answered);
    request.on("error", reject);
  });
}

describe("the http.Agent", () => {
  it("connects node:http and node:https by the dialer alone", async () => {
    await using fixture = await HttpFixture.start(GOOD);
    const agent = await agentOf(fixture);
    for (const url of Object.values(URLS)) assert.equal(await get(url, { agent }), "GET /a?b");
    assert.deepEqual(
      fixture.dials.map(({ hostname, port, isolation }) => [hostname, port, isolation]),
      [
        ["abcdefgh.onion", 80, "origin http://abcdefgh.onion"],
        ["secure.test", 443, "origin https://secure.test"],
      ],
    );
    assert.deepEqual(fixture.requests.map(({ headers }) => headers["host"]), [
      "abcdefgh.onion",
      "secure.test",
    ]);
    agent.destroy();
  });

  const ports: [string, string | RequestOptions, string, number, string][] = [
    ["a URL with a port", "https://secure.test:8443/", "secure.test", 8443, "secure.test:8443"],
    ["options without a port", { host: "secure.test" }, "secure.test", 443, "secure.test"],
    [
      "options with a port",
      { host: "secure.test", port: 8443 },
      "secure.test",
      8443,
      "secure.test:8443",
    ],
    ["an IPv6 address", "https://[::1]/", "::1", 443, "[::1]"],
    ["an IPv4 address", "https://127.0.0.1/", "127.0.0.1", 443, "127.0.0.1"],
  ];
  for (const [what, url, hostname, port, host] of ports) {
    it(`knows the port, and tells the host, of ${what}`, async () => {
      await using fixture = await HttpFixture.start(GOOD);
      const agent = await agentOf(fixture);
      await get(url, { agent });
      assert.deepEqual([fixture.dials[0]!.hostname, fixture.dials[0]!.port], [hostname, port]);
      assert.equal(fixture.requests[0]!.headers["host"], host);
      agent.destroy();
    });
  }

  it("verifies certificates, whatever the request says", async () => {
    await using fixture = await HttpFixture.start(GOOD);
    const agent = await agentOf(fixture);
    const error = await rejection(
      get("https://other.test/", { agent, rejectUnauthorized: false }),
    );
    assert.ok(error instanceof CertificateError, String(error));
    const strict = await agentOf(fixture, { caCertificates: undefined });
    const request = get(URLS.https, { agent: strict, rejectUnauthorized: false });
    assert.ok(await rejection(request) instanceof CertificateError);
    assert.deepEqual(fixture.requests, []);
    for (const each of [agent, strict]) each.destroy();
  });

  it("verifies them for axios and ws, too", async () => {
    await using fixture = await HttpFixture.start(GOOD);
    const agent = await agentOf(fixture);
    const httpsAgent = agent;
    const failures = [
      axios.get("https://other.test/", { adapter: "http", httpsAgent, proxy: false }),
      new Promise((resolve, reject) => {
        new WebSocket("wss://other.test/", { agent, rejectUnauthorized: false })
          .on("open", resolve).on("error", reject);
      }),
    ];
    for (const failure of failures) {
      const error = await rejection(failure);
      const told = error instanceof CertificateError ? error : error.cause;
      assert.ok(told instanceof CertificateError, String(error));
    }
    assert.deepEqual(fixture.requests, []);
    agent.destroy();
  });

  it("gives up on a server that does not answer to TLS", async () => {
    await using fixture = await HttpFixture.start(() => undefined);
    const agent = await agentOf(fixture, {
      dial: (target) => fixture.dial({ ...target, port: 80 }),
      tlsTimeout: 20,
    });
    const error = await rejection(get(URLS.https, { agent }));
    assert.equal(error.name, "TimeoutError");
    await fixture.allClosed();
    agent.destroy();
  });

  it("tells the dialer's error", async () => {
    await using fixture = await HttpFixture.start(GOOD);
    const refusal = new Error("refused");
    const agent = await agentOf(fixture, { dial: () => Promise.reject(refusal) });
    assert.equal(await rejection(get(URLS.http, { agent })), refusal);
    assert.equal(await rejection(get(URLS.https, { agent })), refusal);
    agent.destroy();
  });

  it("keeps connections where it is asked to, but never for requests that are isolated", async () => {
    await using fixture = await HttpFixture.start(GOOD);
    const keeping = await agentOf(fixture, { keepAlive: true });
    for (const url of [URLS.http, URLS.http, URLS.https, URLS.https]) {
      await get(url, { agent: keeping });
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    assert.equal(fixture.dials.length, 2);
    const isolating = await agentOf(fixture, { keepAlive: true, isolation: "per-request" });
    for (let count = 0; count < 2; count++) await get(URLS.http, { agent: isolating });
    assert.equal(fixture.dials.length, 4);
    assert.equal(new Set(fixture.dials.map(({ isolation }) => isolation)).size, 4);
    for (const agent of [keeping, isolating]) agent.destroy();
    await fixture.allClosed();
  });

  it("lets a request time out", async () => {
    await using fixture = await HttpFixture.start(() => undefined);
    const agent = await agentOf(fixture);
    for (const url of Object.values(URLS)) {
      const { request } = url.startsWith("https") ? https : http;
      await new Promise<void>((resolve) => {
        const asked = request(url, { agent, timeout: 30 }).on("error", () => resolve());
        asked.on("timeout", () => asked.destroy()).end();
      });
    }
    await fixture.allClosed();
    agent.destroy();
  });

  it("serves axios", async () => {
    await using fixture = await HttpFixture.start(({ method, target, body }) =>
      target === "/a?b"
        ? reply("", { status: "302 Found", headers: ["Location: /moved"] })
        : reply(JSON.stringify({ method, target, body }), {
          headers: ["Content-Type: application/json"],
        })
    );
    const agent = await agentOf(fixture);
    const client = axios.create({
      adapter: "http",
      httpAgent: agent,
      httpsAgent: agent,
      proxy: false,
    });
    for (const url of Object.values(URLS)) {
      const { data, status } = await client.get(url);
      assert.deepEqual([status, data.target], [200, "/moved"]);
      const posted = await client.post(new URL("/post", url).href, { a: 1 });
      assert.equal(posted.data.body, '{"a":1}');
    }
    assert.deepEqual(new Set(fixture.dials.map(({ hostname }) => hostname)), HOSTS);
    agent.destroy();
  });

  it("serves ws", async () => {
    await using fixture = await HttpFixture.start(({ headers }, socket) => {
      const accept = createHash("sha1")
        .update(`${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest("base64");
      socket.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
          `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      return Uint8Array.of(0x81, 5, ...Buffer.from("hello"), 0x88, 0);
    });
    const agent = await agentOf(fixture);
    for (const url of ["ws://abcdefgh.onion/", "wss://secure.test/"]) {
      const socket = new WebSocket(url, { agent });
      const message = await new Promise((resolve, reject) => {
        socket.on("message", (data) => resolve(String(data)));
        socket.on("error", reject);
      });
      assert.equal(message, "hello");
      socket.terminate();
    }
    assert.deepEqual(new Set(fixture.dials.map(({ hostname }) => hostname)), HOSTS);
    agent.destroy();
  });
});

const HOSTS = new Set(["abcdefgh.onion", "secure.test"]);
