import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Conn } from "../../lib/runtime/types.ts";
import { CountingSignal } from "../runtime/_support.ts";
import { HttpFixture, rejection, reply } from "./_support.ts";

const REASON = new Error("changed my mind");

describe("fetch: an abort", () => {
  it("before it begins opens nothing", async () => {
    await using http = await HttpFixture.start(() => reply());
    const signal = AbortSignal.abort(REASON);
    assert.equal(await rejection(http.fetch("http://www.example/", { signal })), REASON);
    const request = new Request("http://www.example/", { signal });
    assert.equal(await rejection(http.fetch(request)), REASON);
    assert.deepEqual(http.dials, []);
  });

  it("while it dials reaches the dialer, and closes what comes too late", async () => {
    const { signal, controller } = controlled();
    let connected: (conn: Conn) => void = () => {};
    await using http = await HttpFixture.start(() => reply(), {
      dial: (target) => {
        assert.equal(target.signal?.aborted, false);
        target.signal?.addEventListener("abort", () => connected(late));
        queueMicrotask(() => controller.abort(REASON));
        return new Promise((resolve) => connected = resolve);
      },
    });
    const late = await http.dial({ hostname: "www.example", port: 80, isolation: undefined });
    assert.equal(await rejection(http.fetch("http://www.example/", { signal })), REASON);
    await late.closed;
  });

  it("in the TLS handshake closes the connection", async () => {
    const { signal, controller } = controlled();
    // The server without TLS says nothing to a client that begins with it.
    await using http = await HttpFixture.start(() => reply(), {
      dial: async (target) => {
        const conn = await http.dial({ ...target, port: 80 });
        setTimeout(() => controller.abort(REASON));
        return conn;
      },
    });
    assert.equal(await rejection(http.fetch("https://secure.test/", { signal })), REASON);
    await http.allClosed();
  });

  for (const url of ["http://www.example/", "https://secure.test/"]) {
    it(`while it waits for the answer closes the connection (${url})`, async () => {
      const { signal, controller } = controlled();
      await using http = await HttpFixture.start(() => void controller.abort(REASON));
      assert.equal(await rejection(http.fetch(url, { signal })), REASON);
      await http.allClosed();
    });

    it(`in the head of the answer closes the connection (${url})`, async () => {
      const { signal, controller } = controlled();
      await using http = await HttpFixture.start((_, socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-", () => controller.abort(REASON));
        return undefined;
      });
      assert.equal(await rejection(http.fetch(url, { signal })), REASON);
      await http.allClosed();
    });

    it(`in the body fails the body and closes the connection (${url})`, async () => {
      const { signal, controller } = controlled();
      await using http = await HttpFixture.start(() =>
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
      );
      const response = await http.fetch(url, { signal });
      const reader = response.body!.getReader();
      assert.equal((await reader.read()).value?.byteLength, 5);
      const read = rejection(reader.read());
      controller.abort(REASON);
      assert.equal(await read, REASON);
      await http.allClosed();
    });
  }

  it("in a body that nobody has read yet fails what is read then", async () => {
    const { signal, controller } = controlled();
    await using http = await HttpFixture.start(() => reply("hello"));
    const response = await http.fetch("http://www.example/", { signal });
    controller.abort(REASON);
    assert.equal(await rejection(response.text()), REASON);
  });

  it("in a coded body fails it with the reason", async () => {
    const { signal, controller } = controlled();
    const coded = gzipSync(Buffer.alloc(1000, "abc"));
    await using http = await HttpFixture.start((_, socket) => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n");
      socket.write(coded.subarray(0, 20));
      return undefined;
    });
    const response = await http.fetch("http://www.example/", { signal });
    const text = rejection(response.text());
    controller.abort(REASON);
    assert.equal(await text, REASON);
    await http.allClosed();
  });

  it("while the request's body is sent cancels that", async () => {
    const { signal, controller } = controlled();
    let cancelled: (reason: unknown) => void = () => {};
    const cancellation = new Promise((resolve) => cancelled = resolve);
    const body = new ReadableStream<Uint8Array>({
      pull: (stream) => {
        stream.enqueue(new Uint8Array(1024));
        setTimeout(() => controller.abort(REASON));
        return new Promise(() => {});
      },
      cancel: (reason) => cancelled(reason),
    }, { highWaterMark: 0 });
    await using http = await HttpFixture.start(() => undefined);
    const init = { method: "POST", body, duplex: "half", signal } as RequestInit;
    assert.equal(await rejection(http.fetch("http://www.example/", init)), REASON);
    await cancellation;
    await http.allClosed();
  });

  it("by a timeout rejects with the platform's TimeoutError", async () => {
    await using http = await HttpFixture.start(() => undefined);
    const signal = AbortSignal.timeout(20);
    const error = await rejection(http.fetch("http://www.example/", { signal }));
    assert.equal(error.name, "TimeoutError");
    await http.allClosed();
  });

  it("after the end does nothing, and no listener stays", async () => {
    await using http = await HttpFixture.start(() => reply("hello"));
    const counting = new CountingSignal();
    const init = { signal: counting.signal };
    for (const method of ["GET", "HEAD"]) {
      const response = await http.fetch("http://www.example/", { ...init, method });
      await response.text();
    }
    await rejection(http.fetch("http://www.example/", { ...init, integrity: "sha256-AA" }));
    // The platform's Request has one of its own.
    assert.ok(counting.listeners <= 3, `${counting.listeners} listeners stayed`);
    counting.abort(REASON);
    assert.equal(await (await http.fetch("http://www.example/")).text(), "hello");
    assert.equal(http.dials.length, 1);
  });

  it("is not needed to stop: a body can be cancelled", async () => {
    await using http = await HttpFixture.start(() =>
      "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"
    );
    const response = await http.fetch("http://www.example/");
    await response.body!.cancel();
    await http.allClosed();
  });
});

function controlled(): { signal: AbortSignal; controller: AbortController } {
  const controller = new AbortController();
  return { signal: controller.signal, controller };
}
