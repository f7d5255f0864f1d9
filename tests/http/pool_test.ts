import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { NoResponseError } from "../../lib/errors/mod.ts";
import { type Answer, HttpFixture, rejection, reply } from "./_support.ts";

const GOOD: Answer = ({ connection }) => reply(`connection ${connection}`);
const URLS = { http: "http://www.example/", https: "https://secure.test/" };

async function text(response: Promise<Response>): Promise<string> {
  return await (await response).text();
}

describe("fetch: connections", () => {
  for (const [scheme, url] of Object.entries(URLS)) {
    it(`are kept and used again for ${scheme}`, async () => {
      await using http = await HttpFixture.start(GOOD);
      for (const method of ["GET", "POST", "HEAD", "GET", "PUT", "POST", "GET"]) {
        const body = /^P/.test(method) ? { body: "abc" } : {};
        await text(http.fetch(url, { method, ...body }));
      }
      assert.deepEqual(http.requests.map(({ connection }) => connection), Array(7).fill(1));
    });
  }

  it("are each used by one request at a time", async () => {
    await using http = await HttpFixture.start(GOOD);
    const texts = await Promise.all([1, 2, 3].map(() => text(http.fetch(URLS.http))));
    assert.deepEqual(texts.sort(), ["connection 1", "connection 2", "connection 3"]);
  });

  it("are shared by no two origins", async () => {
    await using http = await HttpFixture.start(GOOD);
    const urls = ["http://a.example/", "http://b.example/", "http://a.example:81/"];
    for (const url of [...urls, ...urls]) await text(http.fetch(url));
    assert.equal(http.dials.length, 3);
  });

  const closing: [string, Answer][] = [
    ["that the server closes", () => reply("x", { headers: ["Connection: close"] })],
    ["of HTTP/1.0", () => "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx"],
    ["that the server keeps too short", () => reply("x", { headers: ["Keep-Alive: timeout=1"] })],
    ["on which more comes than was asked for", () => Buffer.concat([reply("x"), reply("evil")])],
  ];
  for (const [what, answer] of closing) {
    it(`${what} are not kept`, async () => {
      await using http = await HttpFixture.start(answer);
      assert.equal(await text(http.fetch(URLS.http)), "x");
      await http.allClosed();
      assert.equal(await text(http.fetch(URLS.http)), "x");
      assert.equal(http.dials.length, 2);
    });
  }

  it("of HTTP/1.0 are kept where the server says so", async () => {
    await using http = await HttpFixture.start(() =>
      "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\nx"
    );
    await text(http.fetch(URLS.http));
    await text(http.fetch(URLS.http));
    assert.equal(http.dials.length, 1);
  });

  it("that the server ends meanwhile are forgotten", async () => {
    await using http = await HttpFixture.start((_, socket) => {
      socket.end(reply("x"));
      return undefined;
    });
    await text(http.fetch(URLS.http));
    await http.allClosed();
    await text(http.fetch(URLS.http));
    assert.equal(http.dials.length, 2);
  });

  it("are limited for each origin, and in all", async () => {
    await using http = await HttpFixture.start(GOOD, {
      maxIdlePerOrigin: 2,
      maxIdleConnections: 3,
    });
    const ask = async (name: string, count: number) => {
      const before = http.dials.length;
      const url = `http://${name}.example/`;
      await Promise.all(Array.from({ length: count }, () => text(http.fetch(url))));
      return http.dials.length - before;
    };
    assert.equal(await ask("a", 3), 3);
    assert.equal(await ask("a", 3), 1);
    assert.equal(await ask("b", 1), 1);
    assert.equal(await ask("c", 1), 1);
    // One of the two had to make room for the last.
    assert.equal(await ask("a", 2), 1);
    await using none = await HttpFixture.start(GOOD, { maxIdleConnections: 0 });
    await text(none.fetch(URLS.http));
    await none.allClosed();
  });

  it("are closed when nobody uses them for a while", async () => {
    await using http = await HttpFixture.start(GOOD, { idleTimeout: 10 });
    await text(http.fetch(URLS.http));
    await http.allClosed();
  });

  it("refuse limits that make no sense", async () => {
    for (const limits of [{ idleTimeout: -1 }, { maxIdleConnections: NaN }]) {
      assert.ok(await rejection(HttpFixture.start(GOOD, limits)) instanceof RangeError);
    }
  });
});

/** Hangs up on every request of a connection but its first, without a word. */
const HANGS_UP: Answer = (request, socket) => {
  if (firsts.has(socket)) return void socket.destroy();
  firsts.add(socket);
  return reply(`connection ${request.connection}`);
};
const firsts = new WeakSet<object>();

describe("fetch: a kept connection that dies", () => {
  for (const method of ["GET", "HEAD", "OPTIONS", "DELETE", "PUT"]) {
    it(`is replaced once for ${method}`, async () => {
      await using http = await HttpFixture.start(HANGS_UP);
      await text(http.fetch(URLS.http));
      const body = method === "PUT" ? { body: "abc" } : {};
      assert.equal((await http.fetch(URLS.http, { method, ...body })).status, 200);
      assert.deepEqual(http.requests.map(({ connection }) => connection), [1, 1, 2]);
    });
  }

  const once: [string, RequestInit][] = [
    ["POST, which might do twice what it does", { method: "POST", body: "abc" }],
    [
      "a stream, which is gone",
      {
        method: "PUT",
        body: new Blob(["abc"]).stream() as BodyInit,
        duplex: "half",
      } as RequestInit,
    ],
  ];
  for (const [what, init] of once) {
    it(`is an error for ${what}`, async () => {
      await using http = await HttpFixture.start(HANGS_UP);
      await text(http.fetch(URLS.http));
      const error = await rejection(http.fetch(URLS.http, init));
      assert.ok(error.cause instanceof NoResponseError, String(error.cause));
      assert.equal(http.requests.length, 2);
    });
  }

  it("is an error where the answer had begun", async () => {
    let count = 0;
    await using http = await HttpFixture.start((_, socket) => {
      if (++count === 1) return reply();
      socket.end("HTTP/1.1 200");
      return undefined;
    });
    await text(http.fetch(URLS.http));
    await rejection(http.fetch(URLS.http));
    assert.equal(http.requests.length, 2);
  });

  it("is no reason to try a fresh connection twice", async () => {
    await using http = await HttpFixture.start((_, socket) => void socket.destroy());
    await rejection(http.fetch(URLS.http));
    assert.equal(http.requests.length, 1);
  });
});

describe("fetch: isolation", () => {
  const urls = ["http://a.example/1", "http://a.example/2", "http://b.example/"];

  async function keys(isolation: string | undefined): Promise<(string | undefined)[]> {
    await using http = await HttpFixture.start(GOOD);
    // All at once, so that each needs a connection.
    const init = isolation === undefined ? {} : { isolation };
    await Promise.all(urls.map((url) => text(http.fetch(url, init))));
    return http.dials.map(({ isolation }) => isolation);
  }

  it("is by origin if not told otherwise", async () => {
    const [a, a2, b] = await keys(undefined);
    assert.ok(a !== undefined && a === a2 && b !== undefined && a !== b);
  });

  it("can be none", async () => {
    assert.deepEqual(await keys("none"), [undefined, undefined, undefined]);
  });

  it("can be by request, which then has a connection of its own", async () => {
    assert.equal(new Set(await keys("per-request")).size, 3);
    await using http = await HttpFixture.start(GOOD, { isolation: "per-request" });
    await text(http.fetch(URLS.http));
    assert.equal(http.requests[0]!.headers["connection"], "close");
    await http.allClosed();
    await text(http.fetch(URLS.http));
    assert.equal(http.dials.length, 2);
  });

  it("can be by a text, and nobody else's connection is used", async () => {
    assert.equal(new Set(await keys("mine")).size, 1);
    await using http = await HttpFixture.start(GOOD, { isolation: "mine" });
    for (const isolation of ["mine", "yours", "none", "per-origin", "origin http://www.example"]) {
      await text(http.fetch(URLS.http, { isolation }));
    }
    await text(http.fetch(URLS.http));
    assert.equal(new Set(http.dials.map(({ isolation }) => isolation)).size, 5);
    assert.equal(http.dials.length, 5);
  });

  it("is kept by a request across redirects", async () => {
    await using http = await HttpFixture.start(({ target }) =>
      target === "/1" ? reply("", { status: "302 Found", headers: ["Location: /2"] }) : reply()
    );
    await http.fetch("http://a.example/1", { isolation: "per-request" });
    const [first, second] = http.dials.map(({ isolation }) => isolation);
    assert.equal(first, second);
  });
});
