import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import {
  CertificateError,
  ConnectionRefusedError,
  DisconnectedError,
  NoResponseError,
  ProtocolError,
  TimeoutError,
} from "../../lib/errors/mod.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import { startRawServer } from "../_support/raw_server.ts";
import { type Answer, HttpFixture, rejection, reply } from "./_support.ts";

/** A class of errors, whatever its constructor takes. */
type ErrorClass = abstract new (...args: never[]) => Error;

const MEGABYTE = 1024 * 1024;
const GOOD: Answer = () => reply("hello");

describe("fetch: the request", () => {
  it("is typed as the platform's", async () => {
    await using http = await HttpFixture.start(GOOD);
    const like: (...args: Parameters<typeof fetch>) => Promise<Response> = http.fetch;
    assert.equal(await (await like(new URL("http://www.example/"))).text(), "hello");
  });

  it("dials the name and the port, and nothing else", async () => {
    await using http = await HttpFixture.start(GOOD);
    const urls = [
      "http://www.example/",
      "http://www.example:8080/",
      "https://secure.test/",
      "https://secure.test:8443/",
      "https://abcdefgh.onion/",
      "http://[::1]:81/",
      "http://b\u00fccher.example/",
    ];
    for (const url of urls) assert.equal((await http.fetch(url)).status, 200);
    assert.deepEqual(http.dials.map(({ hostname, port }) => `${hostname} ${port}`), [
      "www.example 80",
      "www.example 8080",
      "secure.test 443",
      "secure.test 8443",
      "abcdefgh.onion 443",
      "::1 81",
      "xn--bcher-kva.example 80",
    ]);
    assert.deepEqual(http.requests.map(({ headers }) => headers["host"]), [
      "www.example",
      "www.example:8080",
      "secure.test",
      "secure.test:8443",
      "abcdefgh.onion",
      "[::1]:81",
      "xn--bcher-kva.example",
    ]);
  });

  it("sends no more than it must", async () => {
    await using http = await HttpFixture.start(GOOD);
    await http.fetch("http://www.example/a/b?c=d#e");
    const [{ method, target, headers }] = http.requests as [typeof http.requests[0]];
    assert.deepEqual([method, target], ["GET", "/a/b?c=d"]);
    assert.deepEqual(Object.keys(headers).sort(), [
      "accept",
      "accept-encoding",
      "connection",
      "host",
    ]);
  });

  it("drops the headers that say where and how the message goes", async () => {
    await using http = await HttpFixture.start(GOOD);
    await http.fetch("http://www.example/", {
      method: "POST",
      body: "abc",
      headers: {
        "Host": "evil.example",
        "Connection": "close",
        "Keep-Alive": "timeout=1",
        "Transfer-Encoding": "chunked",
        "Content-Length": "7",
        "Expect": "100-continue",
        "TE": "trailers",
        "Trailer": "X",
        "Upgrade": "h2c",
        "X-Own": "kept",
      },
    });
    const { headers, body } = http.requests[0]!;
    assert.equal(body, "abc");
    assert.deepEqual(Object.keys(headers).sort(), [
      "accept",
      "accept-encoding",
      "connection",
      "content-length",
      "content-type",
      "host",
      "x-own",
    ]);
    assert.equal(headers["host"], "www.example");
    assert.equal(headers["content-length"], "3");
    assert.equal(headers["connection"], "keep-alive");
  });

  it("refuses headers that would add a line", async () => {
    await using http = await HttpFixture.start(GOOD);
    for (const value of ["a\r\nX-Evil: 1", "a\nb", "a\0b"]) {
      const error = await rejection(http.fetch("http://www.example/", { headers: { a: value } }));
      assert.ok(error instanceof TypeError);
    }
    const method = "GET / HTTP/1.1\r\nX-Evil: 1\r\n\r\nGET";
    assert.ok(await rejection(http.fetch("http://www.example/", { method })) instanceof TypeError);
    // What a URL holds is escaped, or dropped, by its parser.
    await http.fetch("http://www.example/a b\r\nX-Evil: 1?\u00fc");
    assert.deepEqual(http.requests.map(({ target }) => target), ["/a%20bX-Evil:%201?%C3%BC"]);
    assert.equal(http.requests[0]!.headers["x-evil"], undefined);
  });

  const bodies: [string, () => BodyInit, string, RegExp | undefined][] = [
    ["a string", () => "h\u00e9", "h\u00c3\u00a9", /^text\/plain;\s?charset=utf-8$/i],
    ["bytes", () => Uint8Array.of(97, 98), "ab", undefined],
    ["a Blob", () => new Blob(["ab"], { type: "text/x" }), "ab", /^text\/x/],
    [
      "parameters",
      () => new URLSearchParams({ a: "b c" }),
      "a=b+c",
      /^application\/x-www-form-urlencoded/,
    ],
    ["nothing at all", () => "", "", /^text\/plain/],
  ];
  for (const [what, make, sent, type] of bodies) {
    it(`sends ${what} with its length and type`, async () => {
      await using http = await HttpFixture.start(GOOD);
      await http.fetch("http://www.example/", { method: "POST", body: make() });
      const { body, headers } = http.requests[0]!;
      assert.equal(body, sent);
      assert.equal(headers["content-length"], String(sent.length));
      if (type === undefined) assert.equal(headers["content-type"], undefined);
      else assert.match(headers["content-type"] ?? "", type);
    });
  }

  it("sends a form with its boundary", async () => {
    await using http = await HttpFixture.start(GOOD);
    const form = new FormData();
    form.set("field", "value");
    await http.fetch("http://www.example/", { method: "POST", body: form });
    const { body, headers } = http.requests[0]!;
    const boundary = /^multipart\/form-data; boundary="?([^"]+)/.exec(headers["content-type"]!);
    assert.ok(body.includes(`--${boundary?.[1]}`));
    assert.ok(body.includes("value"));
  });

  it("sends a Request, whose body is read to its end first where that is short", async () => {
    await using http = await HttpFixture.start(GOOD);
    const request = new Request("http://www.example/", {
      method: "PUT",
      body: "abc",
      headers: { "x-a": "b" },
    });
    await http.fetch(request);
    assert.equal(request.bodyUsed, true);
    const { method, headers, body } = http.requests[0]!;
    assert.deepEqual([method, body, headers["x-a"], headers["content-length"]], [
      "PUT",
      "abc",
      "b",
      "3",
    ]);
  });

  it("streams a body in chunks", async () => {
    await using http = await HttpFixture.start(GOOD);
    const chunks = ["one ", "two ", "three"].map((text) => new TextEncoder().encode(text));
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    });
    await http.fetch("http://www.example/", streamed(body));
    assert.equal(http.requests[0]!.headers["transfer-encoding"], "chunked");
    assert.equal(http.requests[0]!.body.replace(/0\r\n\r\n$/, ""), "one two three");
  });

  it("streams a body with the length that was told, which it must have", async () => {
    await using http = await HttpFixture.start(GOOD);
    const headers = { "content-length": "3" };
    const url = "http://www.example/";
    await http.fetch(url, { ...streamed(new Blob(["abc"]).stream()), headers });
    assert.equal(http.requests[0]!.headers["content-length"], "3");
    for (const text of ["ab", "abcd"]) {
      const error = await rejection(
        http.fetch(url, { ...streamed(new Blob([text]).stream()), headers }),
      );
      assert.match(error.message, /has not the 3 bytes/);
    }
    assert.equal(http.requests.length, 1);
  });

  it("fails where the body does, and tells why", async () => {
    await using http = await HttpFixture.start(GOOD);
    const reason = new Error("out of paper");
    const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(reason) });
    const error = await rejection(http.fetch("http://www.example/", streamed(body)));
    assert.ok(error instanceof TypeError);
    assert.match(describeCauses(error), /out of paper/);
    await http.allClosed();
  });

  const refused: [string, string, RequestInit?][] = [
    ["a relative URL", "/a"],
    ["ftp:", "ftp://www.example/"],
    ["file:", "file:///etc/passwd"],
    ["data:", "data:,hello"],
    ["blob:", "blob:http://www.example/1"],
    ["credentials in the URL", "http://user:secret@www.example/"],
    ["CONNECT", "http://www.example/", { method: "CONNECT" }],
    ["TRACE", "http://www.example/", { method: "TRACE" }],
    ["GET with a body", "http://www.example/", { body: "a" }],
    ["integrity, which is not verified", "http://www.example/", { integrity: "sha256-AAAA" }],
  ];
  for (const [what, url, init] of refused) {
    it(`refuses ${what}`, async () => {
      await using http = await HttpFixture.start(GOOD);
      const error = await rejection(http.fetch(url, init));
      assert.ok(error instanceof TypeError, String(error));
      assert.doesNotMatch(error.message, /secret/);
      assert.deepEqual(http.dials, []);
    });
  }
});

describe("fetch: the response", () => {
  it("tells what came, and where from", async () => {
    await using http = await HttpFixture.start(() =>
      reply("hello", {
        status: "418 I'm a teapot",
        headers: ["Set-Cookie: a=1", "X-A: 1", "x-a: 2", "set-cookie: b=2"],
      })
    );
    const response = await http.fetch("http://www.example/a?b#c");
    assert.ok(response instanceof Response);
    assert.equal(response.status, 418);
    assert.equal(response.ok, false);
    assert.equal(response.statusText, "I'm a teapot");
    assert.equal(response.url, "http://www.example/a?b");
    assert.equal(response.redirected, false);
    assert.equal(response.type, "basic");
    assert.equal(response.headers.get("x-a"), "1, 2");
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    const copy = response.clone();
    assert.equal(copy.url, response.url);
    assert.equal(await copy.text(), "hello");
    assert.equal(await response.text(), "hello");
  });

  it("streams the body as it comes", async () => {
    let more: (() => void) | undefined;
    await using http = await HttpFixture.start((_, socket) => {
      more = () => socket.write("4\r\nlast\r\n0\r\n\r\n");
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    });
    const response = await http.fetch("http://www.example/");
    const reader = response.body!.getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "first");
    more?.();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "last");
    assert.equal((await reader.read()).done, true);
  });

  it("carries megabytes under TLS", async () => {
    const big = Buffer.alloc(3 * MEGABYTE, "abcdefgh");
    await using http = await HttpFixture.start(() => reply(big));
    const body = new Uint8Array(await (await http.fetch("https://secure.test/")).arrayBuffer());
    assert.ok(Buffer.from(body).equals(big));
  });

  it("reads a body that ends with the connection", async () => {
    await using http = await HttpFixture.start((_, socket) => {
      socket.end("HTTP/1.0 200 OK\r\n\r\nall of it");
      return undefined;
    });
    assert.equal(await (await http.fetch("http://www.example/")).text(), "all of it");
  });

  it("takes an answer that comes before the request's body was sent", async () => {
    const refuse = async (conn: Conn) => {
      await conn.readable.getReader().read();
      const answer = "HTTP/1.1 413 Content Too Large\r\nContent-Length: 4\r\n\r\nstop";
      await conn.writable.getWriter().write(Buffer.from(answer));
      await conn.closed; // it reads no more
    };
    await using server = await startRawServer(refuse);
    await using http = await HttpFixture.start(GOOD, {
      dial: () => http.runtime.connect(server.address),
    });
    let cancelled = (): void => {};
    const cancellation = new Promise<void>((resolve) => cancelled = resolve);
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65536)),
      cancel: cancelled,
    }, { highWaterMark: 0 });
    const big = { method: "PUT", body: new Uint8Array(64 * MEGABYTE) };
    for (const init of [big, streamed(endless)]) {
      const response = await http.fetch("http://www.example/", init);
      assert.deepEqual([response.status, await response.text()], [413, "stop"]);
    }
    await cancellation;
    assert.equal(server.accepted(), 2);
  });

  it("skips what a server says before its answer", async () => {
    await using http = await HttpFixture.start(() =>
      Buffer.concat([Buffer.from("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"), reply("hello")])
    );
    const response = await http.fetch("http://www.example/");
    assert.deepEqual([response.status, await response.text()], [200, "hello"]);
  });

  const empty: [string, string, string][] = [
    ["HEAD", "HEAD", "200 OK\r\nContent-Length: 10"],
    ["204", "GET", "204 No Content"],
    ["205", "GET", "205 Reset Content\r\nContent-Length: 0"],
    ["304", "GET", "304 Not Modified\r\nContent-Length: 10"],
  ];
  for (const [what, method, head] of empty) {
    it(`has no body for ${what}, and keeps the connection`, async () => {
      await using http = await HttpFixture.start(() => `HTTP/1.1 ${head}\r\n\r\n`);
      const response = await http.fetch("http://www.example/", { method });
      assert.equal(response.body, null);
      assert.equal(await response.text(), "");
      await http.fetch("http://www.example/", { method });
      assert.equal(http.dials.length, 1);
    });
  }

  const text = "It decodes. ".repeat(1000);
  const codings: [string, Uint8Array][] = [
    ["gzip", gzipSync(text)],
    ["x-gzip", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["deflate, gzip", gzipSync(deflateSync(text))],
    ["identity", Buffer.from(text)],
  ];
  for (const [coding, coded] of codings) {
    it(`decodes ${coding}, and leaves the headers`, async () => {
      await using http = await HttpFixture.start(() =>
        reply(coded, { headers: [`Content-Encoding: ${coding}`] })
      );
      const response = await http.fetch("http://www.example/");
      assert.equal(await response.text(), text);
      assert.equal(response.headers.get("content-encoding"), coding);
      assert.equal(response.headers.get("content-length"), String(coded.byteLength));
      await (await http.fetch("http://www.example/")).arrayBuffer();
      assert.equal(http.dials.length, 1);
    });
  }

  it("decodes br where it has asked for it, and leaves it alone where it cannot", async () => {
    const coded = brotliCompressSync(text);
    await using http = await HttpFixture.start(() =>
      reply(coded, { headers: ["Content-Encoding: br"] })
    );
    const response = await http.fetch("http://www.example/");
    const asked = http.requests[0]!.headers["accept-encoding"]!.split(", ").includes("br");
    const body = Buffer.from(await response.arrayBuffer());
    assert.ok(body.equals(asked ? Buffer.from(text) : coded));
    assert.equal(response.headers.get("content-encoding"), "br");
  });

  it("leaves a body alone that is in a coding which nobody asked for", async () => {
    await using http = await HttpFixture.start(() =>
      reply("as it is", { headers: ["Content-Encoding: unheard-of"] })
    );
    assert.equal(await (await http.fetch("http://www.example/")).text(), "as it is");
  });

  it("takes an empty body that is said to be coded", async () => {
    await using http = await HttpFixture.start(() =>
      reply("", { headers: ["Content-Encoding: gzip"] })
    );
    assert.equal(await (await http.fetch("http://www.example/")).text(), "");
  });

  it("fails where a coded body is cut off, or is not in its coding", async () => {
    for (const coded of [gzipSync(text).subarray(0, 50), Buffer.from("not gzip at all")]) {
      await using http = await HttpFixture.start(() =>
        reply(coded, { headers: ["Content-Encoding: gzip"] })
      );
      const response = await http.fetch("http://www.example/");
      assert.ok(await rejection(response.text()) instanceof TypeError);
    }
  });
});

describe("fetch: what goes wrong", () => {
  const broken: [string, Answer, ErrorClass][] = [
    ["silence, then an end", (_, socket) => void socket.end(), NoResponseError],
    ["a reset", (_, socket) => void socket.resetAndDestroy(), NoResponseError],
    [
      "a head that is cut off",
      (_, socket) => void socket.end("HTTP/1.1 200 OK\r\nA"),
      ProtocolError,
    ],
    ["SSH", () => "SSH-2.0-OpenSSH_9.9\r\n", ProtocolError],
    ["HTTP/2", () => Uint8Array.of(0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100), ProtocolError],
    ["a bad header", () => "HTTP/1.1 200 OK\r\nBad Header\r\n\r\n", ProtocolError],
    [
      "two lengths",
      () => "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      ProtocolError,
    ],
    ["a huge head", () => `HTTP/1.1 200 OK\r\nA: ${"x".repeat(MEGABYTE)}\r\n\r\n`, ProtocolError],
    [
      "an upgrade",
      () => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
      ProtocolError,
    ],
  ];
  for (const [what, answer, Class] of broken) {
    it(`tells of ${what}, and closes the connection`, async () => {
      await using http = await HttpFixture.start(answer);
      const error = await rejection(http.fetch("http://www.example/a?token=secret"));
      assert.ok(error instanceof TypeError, String(error));
      assert.ok(error.cause instanceof Class, describeCauses(error));
      assert.match(error.message, /^Cannot fetch http:\/\/www\.example\/a: /);
      assert.doesNotMatch(error.message, /secret/);
      await http.allClosed();
    });
  }

  const cutOff: [string, string, ErrorClass][] = [
    ["with a length", "Content-Length: 10\r\n\r\nhello", DisconnectedError],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", DisconnectedError],
    ["in a chunk", "Transfer-Encoding: chunked\r\n\r\n9\r\nhello", DisconnectedError],
    [
      "with garbage for a chunk",
      "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
      ProtocolError,
    ],
  ];
  for (const scheme of ["http://www.example/", "https://secure.test/"]) {
    for (const [what, rest, Class] of cutOff) {
      it(`fails a body ${what} that is cut off (${new URL(scheme).protocol})`, async () => {
        await using http = await HttpFixture.start((_, socket) => {
          socket.end(`HTTP/1.1 200 OK\r\n${rest}`);
          return undefined;
        });
        const error = await rejection((async () => await (await http.fetch(scheme)).text())());
        assert.ok(error instanceof TypeError, String(error));
        assert.ok(error.cause instanceof Class, describeCauses(error));
        await http.allClosed();
      });
    }
  }

  it("gives the dialer's error as the cause", async () => {
    const refusal = new ConnectionRefusedError("Cannot connect: refused");
    await using http = await HttpFixture.start(GOOD, { dial: () => Promise.reject(refusal) });
    const error = await rejection(http.fetch("http://www.example/"));
    assert.ok(error instanceof TypeError);
    assert.equal(error.cause, refusal);
  });

  it("verifies the certificate and the name", async () => {
    await using http = await HttpFixture.start(GOOD);
    const error = await rejection(http.fetch("https://other.test/"));
    assert.ok(error.cause instanceof CertificateError, describeCauses(error));
    await using strict = await HttpFixture.start(GOOD, { caCertificates: undefined });
    const untrusted = await rejection(strict.fetch("https://secure.test/"));
    assert.ok(untrusted.cause instanceof CertificateError, describeCauses(untrusted));
    assert.deepEqual([...http.requests, ...strict.requests], []);
  });

  it("gives up on a server that does not answer to TLS", async () => {
    await using http = await HttpFixture.start(() => undefined, {
      // The server without TLS says nothing to a client that begins with it.
      dial: (target) => http.dial({ ...target, port: 80 }),
      tlsTimeout: 20,
    });
    const error = await rejection(http.fetch("https://secure.test/"));
    assert.ok(error instanceof TypeError && error.cause instanceof TimeoutError);
    assert.equal(error.cause.milliseconds, 20);
    await http.allClosed();
  });

  it("refuses everything once the client is closed", async () => {
    await using http = await HttpFixture.start(() => undefined);
    const waiting = rejection(http.fetch("http://www.example/"));
    await http.client.close();
    assert.ok((await waiting).cause instanceof DisconnectedError);
    const error = await rejection(http.fetch("http://www.example/"));
    assert.ok(error instanceof TypeError && error.cause instanceof DisconnectedError);
    await http.allClosed();
  });
});

/** A request that streams its body; `duplex` is not in every platform's declarations. */
function streamed(body: ReadableStream<Uint8Array>): RequestInit {
  return { method: "POST", body: body as BodyInit, duplex: "half" } as RequestInit;
}

function describeCauses(error: unknown): string {
  const told: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) told.push(String(each));
  return told.join(" < ");
}
