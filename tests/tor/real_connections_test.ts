import assert from "node:assert/strict";
import { get } from "node:http";
import { get as getSecure } from "node:https";
import type { Agent, IncomingMessage } from "node:http";
import { after, before, describe, it } from "node:test";
import { CertificateError, SocksHostUnreachableError } from "../../lib/errors/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { TEST_AUTHORITY } from "../_support/certificates.ts";
import { useNetwork } from "../_support/network.ts";
import { rejection, SLOW, startServer, StreamCircuits, type TestServer } from "./_support.ts";

describe("connections through a real tor", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let plain: TestServer;
  let secure: TestServer;
  let expired: TestServer;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({
      "plain.tor.example": "127.0.0.1",
      "secure.test": "127.0.0.1",
      "other.tor.example": "127.0.0.1",
      "both.tor.example": ["192.0.2.7", "2001:db8::7"],
      "v4.tor.example": ["192.0.2.8", "192.0.2.9"],
      "v6.tor.example": "2001:db8::8",
      "192.0.2.7": "seven.tor.example",
      "2001:db8::7": "seven6.tor.example",
    });
    [client, plain, secure, expired] = await Promise.all([
      // With Conflux one isolation has two circuits, and an event tells now the one, now the other.
      network.addClient({ torrc: { ConfluxEnabled: 0 } }),
      startServer((request, response) => {
        const chunks: Uint8Array[] = [];
        request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
        request.on("end", () => {
          if (request.url === "/away") {
            response.writeHead(302, { Location: `http://127.0.0.1:${plain.port}/` });
          }
          response.end(`${request.method} ${request.headers.host} ${Buffer.concat(chunks)}`);
        });
      }),
      startServer((_request, response) => response.end("secret"), { certificate: "server" }),
      startServer((_request, response) => response.end("secret"), { certificate: "expired" }),
    ]);
    tor = await connect({ control: client.control, caCertificates: [TEST_AUTHORITY] });
  }, SLOW);
  after(async () => {
    await tor?.[Symbol.asyncDispose]();
    for (const held of [plain, secure, expired, client, network]) {
      await held?.[Symbol.asyncDispose]();
    }
  });

  describe("fetch", () => {
    it("gets a page and posts to one, by a name that the exit resolves", SLOW, async () => {
      const url = `http://plain.tor.example:${plain.port}/`;
      assert.equal(await (await tor.fetch(url)).text(), `GET plain.tor.example:${plain.port} `);
      const { fetch } = tor; // it can be passed on by itself
      const posted = await fetch(url, { method: "POST", body: "hello" });
      assert.equal(await posted.text(), `POST plain.tor.example:${plain.port} hello`);
    });

    it("verifies the certificate and the name", SLOW, async () => {
      const answer = await tor.fetch(`https://secure.test:${secure.port}/`);
      assert.equal(await answer.text(), "secret");
      for (
        const url of [
          `https://secure.test:${expired.port}/`,
          `https://other.tor.example:${secure.port}/`,
        ]
      ) {
        const error = await rejection(tor.fetch(url));
        assert.ok(error instanceof TypeError && error.cause instanceof CertificateError);
      }
    });

    it("refuses private addresses, unless it is told otherwise", SLOW, async () => {
      const url = `http://127.0.0.1:${plain.port}/`;
      const before = plain.accepted();
      for (const redirected of [url, `http://plain.tor.example:${plain.port}/away`]) {
        const error = await rejection(tor.fetch(redirected));
        assert.ok(error instanceof TypeError && error.cause instanceof TypeError);
        assert.match(error.message, /private address 127\.0\.0\.1 /);
      }
      assert.ok(plain.accepted() <= before + 1);
      assert.equal((await tor.fetch(url, { allowPrivate: true })).status, 200);
      const target = { hostname: "127.0.0.1", port: plain.port };
      await assert.rejects(tor.streamVia(target.hostname, target.port), TypeError);
      await using _conn = await tor.streamVia(target.hostname, target.port, { allowPrivate: true });
    });

    it("has the reason for a failure as the cause", SLOW, async () => {
      const error = await rejection(tor.fetch("http://none.tor.example/"));
      assert.ok(error instanceof TypeError && error.cause instanceof SocksHostUnreachableError);
      assert.equal(error.cause.host, "none.tor.example");
    });
  });

  describe("streamVia", () => {
    it("opens a raw stream, and one under TLS", SLOW, async () => {
      const request = new TextEncoder().encode("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
      for (const tls of [false, true, { serverName: "secure.test" }]) {
        const server = tls ? secure : plain;
        const host = tls === true ? "secure.test" : "other.tor.example";
        await using conn = await tor.streamVia(host, server.port, { tls });
        await conn.writable.getWriter().write(request);
        const decoder = new TextDecoder();
        let text = "";
        for await (const chunk of conn.readable) text += decoder.decode(chunk, { stream: true });
        assert.match(text, tls ? /^HTTP\/1\.1 200 OK[^]*secret$/ : /^HTTP\/1\.1 200 OK[^]*GET a $/);
      }
    });

    it("verifies the certificate and the name", SLOW, async () => {
      for (
        const [host, port, tls] of [
          ["secure.test", expired.port, true],
          ["other.tor.example", secure.port, true],
          ["secure.test", secure.port, { serverName: "other.tor.example" }],
          ["secure.test", secure.port, { caCertificates: undefined }],
        ] as const
      ) {
        await assert.rejects(tor.streamVia(host, port, { tls }), { name: "CertificateError" });
      }
    });

    it("gives up when it takes too long", SLOW, async () => {
      await assert.rejects(tor.streamVia("plain.tor.example", 9, { timeout: 1 }), {
        name: "TimeoutError",
        milliseconds: 1,
      });
      const reason = new Error("enough");
      const signal = AbortSignal.abort(reason);
      await assert.rejects(
        tor.streamVia("plain.tor.example", 9, { signal }),
        (error) => error === reason,
      );
    });
  });

  it("keeps apart what is isolated, and only that", SLOW, async () => {
    await using streams = await StreamCircuits.watch(tor.control);
    const { port } = plain;
    const fetch = async (host: string, isolation?: string) => {
      const options = isolation === undefined ? {} : { isolation };
      // A connection that is kept would open no stream.
      const headers = { Connection: "close" };
      await (await tor.fetch(`http://${host}.tor.example:${port}/`, { ...options, headers }))
        .text();
      return (await streams.next(port, 1))[0]!;
    };
    const origins = [await fetch("plain", "one"), await fetch("other", "one")];
    assert.equal(origins[0], origins[1]);
    const perOrigin = [await fetch("other"), await fetch("other", "per-request")];
    const perRequest = [await fetch("plain", "per-request"), await fetch("plain", "two")];
    const all = [origins[0], ...perOrigin, ...perRequest];
    assert.equal(new Set(all).size, all.length);

    const long = "x".repeat(1000);
    const stream = async (isolation: string) => {
      await using _conn = await tor.streamVia("plain.tor.example", port, { isolation });
      return (await streams.next(port, 1))[0];
    };
    const first = await stream(long);
    assert.equal(await stream(long), first);
    assert.notEqual(await stream(`${long}x`), first);
  });

  describe("names", () => {
    it("are resolved to both families", SLOW, async () => {
      assert.deepEqual(await tor.dnsResolve("both.tor.example"), ["192.0.2.7", "2001:db8::7"]);
      assert.deepEqual(await tor.dnsResolve("v4.tor.example."), ["192.0.2.8"]);
      assert.deepEqual(await tor.dnsResolve("v6.tor.example"), ["2001:db8::8"]);
      const error = await rejection<SocksHostUnreachableError>(tor.dnsResolve("none.tor.example"));
      assert.deepEqual([error.name, error.host, error.command], [
        "SocksHostUnreachableError",
        "none.tor.example",
        "RESOLVE",
      ]);
    });

    it("changed nothing that tor saves", SLOW, async () => {
      await tor.dnsResolve("both.tor.example");
      assert.doesNotMatch(await tor.control.getInfo("config-text"), /DNSPort/);
      assert.match(await tor.control.getInfo("net/listeners/dns"), /^"127\.0\.0\.1:\d+"$/);
    });

    it("are found for addresses of both families", SLOW, async () => {
      assert.equal(await tor.dnsResolvePtr("192.0.2.7"), "seven.tor.example");
      assert.equal(await tor.dnsResolvePtr("2001:db8::7"), "seven6.tor.example");
      await assert.rejects(tor.dnsResolvePtr("192.0.2.9"), { name: "SocksHostUnreachableError" });
      await assert.rejects(tor.dnsResolvePtr("192.168.0.1"), TypeError);
      await assert.rejects(tor.dnsResolvePtr("plain.tor.example"), TypeError);
    });
  });

  it("gives node:http and node:https an agent", SLOW, async () => {
    const agent = await tor.httpAgent<Agent>();
    try {
      const host = "plain.tor.example";
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        get(`http://${host}:${plain.port}/`, { agent }, resolve).on("error", reject);
      });
      assert.equal(await body(answer), `GET ${host}:${plain.port} `);
      const options = { agent, rejectUnauthorized: false };
      const secret = await new Promise<IncomingMessage>((resolve, reject) => {
        getSecure(`https://secure.test:${secure.port}/`, options, resolve).on("error", reject);
      });
      assert.equal(await body(secret), "secret");
      const error = await new Promise<Error>((resolve, reject) => {
        getSecure(
          `https://secure.test:${expired.port}/`,
          options,
          () => reject(new Error("It got in")),
        )
          .on("error", resolve);
      });
      assert.equal(error.name, "CertificateError");
    } finally {
      agent.destroy();
    }
  });
});

async function body(message: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of message) text += chunk;
  return text;
}
