import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { type Answer, HttpFixture, redirect, rejection, reply } from "./_support.ts";

const START = "http://www.example/start";

/** Redirects /start with `status` to `location`, and says "arrived" elsewhere. */
function redirecting(status: number, location: string): Answer {
  return ({ target }) => target === "/start" ? redirect(status, location) : reply("arrived");
}

describe("fetch: redirects", () => {
  const methods: [number, string, string][] = [
    [301, "GET", "GET"],
    [301, "POST", "GET"],
    [301, "PUT", "PUT"],
    [302, "POST", "GET"],
    [302, "DELETE", "DELETE"],
    [303, "POST", "GET"],
    [303, "PUT", "GET"],
    [303, "GET", "GET"],
    [303, "HEAD", "HEAD"],
    [307, "POST", "POST"],
    [307, "GET", "GET"],
    [308, "POST", "POST"],
    [308, "PUT", "PUT"],
  ];
  for (const [status, method, then] of methods) {
    it(`goes on with ${then} after ${status} of ${method}`, async () => {
      await using http = await HttpFixture.start(redirecting(status, "/next?a=b"));
      const hasBody = method !== "GET" && method !== "HEAD";
      const response = await http.fetch(START, {
        method,
        headers: { "content-language": "en", "x-own": "kept" },
        ...(hasBody ? { body: "abc" } : {}),
      });
      const kept = then === method && hasBody;
      assert.equal(http.log[1], `${then} /next?a=b ${kept ? "abc" : ""}`.trim());
      const { headers } = http.requests[1]!;
      assert.equal(headers["x-own"], "kept");
      assert.equal(headers["content-length"], kept ? "3" : undefined);
      assert.equal(headers["content-type"] !== undefined, kept);
      assert.equal(headers["content-language"], then === method ? "en" : undefined);
      assert.equal(response.url, "http://www.example/next?a=b");
      assert.equal(response.redirected, true);
      assert.equal(await response.text(), then === "HEAD" ? "" : "arrived");
      assert.equal(http.dials.length, 1);
    });
  }

  const targets: [string, string, string][] = [
    ["an absolute URL", "http://other.example/x", "http://other.example/x"],
    ["another port", "http://www.example:81/x", "http://www.example:81/x"],
    ["https:", "https://secure.test/x", "https://secure.test/x"],
    ["a path", "/x", "http://www.example/x"],
    ["a relative path", "x/../y", "http://www.example/y"],
    ["a query", "?x", "http://www.example/start?x"],
    ["a URL without a scheme", "//other.example/x", "http://other.example/x"],
    ["a fragment, which is not told", "/x#part", "http://www.example/x"],
  ];
  for (const [what, location, url] of targets) {
    it(`follows ${what}`, async () => {
      await using http = await HttpFixture.start(redirecting(302, location));
      const response = await http.fetch(START);
      assert.equal(response.url, url);
      assert.equal(await response.text(), "arrived");
    });
  }

  it("drops what is meant for one origin alone", async () => {
    const headers = {
      "Authorization": "Basic secret",
      "Proxy-Authorization": "Basic secret",
      "Cookie": "a=secret",
      "Referer": "http://www.example/secret",
      "X-Own": "kept",
    };
    for (
      const location of ["http://other.example/", "http://www.example:81/", "https://secure.test/"]
    ) {
      await using http = await HttpFixture.start(redirecting(307, location));
      await http.fetch(START, { headers });
      assert.equal(http.requests[0]!.headers["authorization"], "Basic secret");
      const sent = http.requests[1]!.headers;
      for (const name of ["authorization", "proxy-authorization", "cookie", "referer"]) {
        assert.equal(sent[name], undefined, name);
      }
      assert.equal(sent["x-own"], "kept");
      assert.equal(sent["host"], new URL(location).host);
    }
    await using http = await HttpFixture.start(redirecting(307, "/same"));
    await http.fetch(START, { headers });
    assert.equal(http.requests[1]!.headers["authorization"], "Basic secret");
    assert.equal(http.requests[1]!.headers["cookie"], "a=secret");
  });

  const refused: [string, string][] = [
    ["ftp:", "ftp://www.example/"],
    ["file:", "file:///etc/passwd"],
    ["data:", "data:,x"],
    ["javascript:", "javascript:alert(1)"],
    ["what is no URL", "http://[/"],
    ["credentials", "http://user:secret@other.example/"],
  ];
  for (const [what, location] of refused) {
    it(`refuses to go to ${what}`, async () => {
      await using http = await HttpFixture.start(redirecting(302, location));
      const error = await rejection(http.fetch(START));
      assert.ok(error instanceof TypeError, String(error));
      assert.doesNotMatch(error.message, /secret/);
      assert.equal(http.requests.length, 1);
      await http.allClosed();
    });
  }

  it("follows 20 redirects, and no more", async () => {
    const answer: Answer = ({ target }) => {
      const left = Number(target.slice(1));
      return left === 0 ? reply("arrived") : redirect(302, `/${left - 1}`);
    };
    await using http = await HttpFixture.start(answer);
    assert.equal(await (await http.fetch("http://www.example/20")).text(), "arrived");
    assert.equal(http.requests.length, 21);
    const error = await rejection(http.fetch("http://www.example/21"));
    assert.ok(error instanceof TypeError);
    assert.match(error.message, /more than 20 times/);
    assert.equal(http.requests.length, 42);
  });

  it("gives the redirect itself where it is to be handled by hand", async () => {
    await using http = await HttpFixture.start(redirecting(302, "/next"));
    const response = await http.fetch(START, { redirect: "manual" });
    assert.equal(response.status, 302);
    assert.equal(response.headers.get("location"), "/next");
    assert.equal(response.redirected, false);
    assert.equal(await response.text(), "elsewhere");
  });

  it("fails where a redirect is an error", async () => {
    await using http = await HttpFixture.start(redirecting(302, "/next"));
    assert.ok(await rejection(http.fetch(START, { redirect: "error" })) instanceof TypeError);
    assert.deepEqual(http.log, ["GET /start"]);
  });

  it("gives a redirect that tells no place, and a status that only looks like one", async () => {
    await using http = await HttpFixture.start(({ target }) =>
      target === "/300"
        ? reply("choose", { status: "300 Multiple Choices", headers: ["Location: /x"] })
        : reply("nowhere", { status: "302 Found" })
    );
    assert.equal((await http.fetch("http://www.example/302")).status, 302);
    assert.equal((await http.fetch("http://www.example/300")).status, 300);
  });

  for (const status of [301, 302, 307, 308]) {
    it(`cannot send a stream again after ${status}`, async () => {
      await using http = await HttpFixture.start(redirecting(status, "/next"));
      const error = await rejection(http.fetch(START, streaming("PUT")));
      assert.ok(error instanceof TypeError);
      assert.match(error.message, /stream cannot be sent again/);
      assert.deepEqual(http.requests.map(({ target }) => target), ["/start"]);
    });
  }

  it("needs no stream again after 303", async () => {
    await using http = await HttpFixture.start(redirecting(303, "/next"));
    assert.equal(await (await http.fetch(START, streaming("POST"))).text(), "arrived");
    assert.equal(http.log[1], "GET /next");
  });

  it("sends the body of a Request again", async () => {
    await using http = await HttpFixture.start(redirecting(307, "/next"));
    await http.fetch(new Request(START, { method: "POST", body: "abc" }));
    assert.deepEqual(http.log, ["POST /start abc", "POST /next abc"]);
  });

  it("does not read a redirect's body without end", async () => {
    await using http = await HttpFixture.start(({ target }, socket) => {
      if (target !== "/start") return reply("arrived");
      const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
      const more = () => {
        while (!socket.destroyed && socket.write(chunk));
      };
      socket.write("HTTP/1.1 302 Found\r\nLocation: /next\r\nTransfer-Encoding: chunked\r\n\r\n");
      socket.on("drain", more);
      more();
      return undefined;
    });
    assert.equal(await (await http.fetch(START)).text(), "arrived");
    assert.equal(http.dials.length, 2);
  });
});

function streaming(method: string): RequestInit {
  const body = new Blob(["abc"]).stream() as BodyInit;
  return { method, body, duplex: "half" } as RequestInit;
}
