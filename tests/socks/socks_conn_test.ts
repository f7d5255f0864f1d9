import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Conn } from "../../lib/runtime/types.ts";
import { SocksConn } from "../../lib/socks/socks_conn.ts";

const TARGET = { hostname: "a.example", port: 80 };
const LOCAL = { hostname: "127.0.0.1", port: 9 };
const first = Uint8Array.of(1);

/** A connection that gives what `source` says, and counts how often it is asked. */
function fakeConn(source: (controller: ReadableStreamDefaultController<Uint8Array>) => void) {
  const told = { pulls: 0, cancelled: undefined as unknown, closes: 0 };
  const conn: Conn = {
    readable: new ReadableStream<Uint8Array>({
      pull(controller) {
        told.pulls++;
        source(controller);
      },
      cancel(reason) {
        told.cancelled = reason;
      },
    }, { highWaterMark: 0 }),
    writable: new WritableStream<Uint8Array>(),
    closed: Promise.resolve(),
    localAddress: LOCAL,
    remoteAddress: undefined,
    close() {
      told.closes++;
      return Promise.resolve();
    },
    [Symbol.asyncDispose]: () => conn.close(),
  };
  return { conn, told };
}

describe("SocksConn", () => {
  it("is the connection, but for its peer", async () => {
    const { conn, told } = fakeConn(() => {});
    const socks = new SocksConn(conn, { target: TARGET, rest: new Uint8Array(0) });
    for (const name of ["writable", "closed", "localAddress"] as const) {
      assert.equal(socks[name], conn[name]);
    }
    assert.deepEqual(socks.remoteAddress, TARGET);
    await socks.close();
    await socks[Symbol.asyncDispose]();
    assert.equal(told.closes, 2);
  });

  it("has a readable that was never read, though the connection's own was", async () => {
    const { conn } = fakeConn((controller) => controller.close());
    const reader = conn.readable.getReader();
    await reader.read();
    reader.releaseLock();
    const socks = new SocksConn(conn, { target: TARGET, rest: new Uint8Array(0) });
    assert.equal(await new Response(socks.readable).text(), "");
  });

  it("asks for no more than is read", async () => {
    const { conn, told } = fakeConn((controller) => controller.enqueue(Uint8Array.of(2)));
    const reader = new SocksConn(conn, { target: TARGET, rest: first }).readable.getReader();
    assert.deepEqual(await reader.read(), { done: false, value: first });
    assert.equal(told.pulls, 0);
    assert.deepEqual(await reader.read(), { done: false, value: Uint8Array.of(2) });
    assert.equal(told.pulls, 1);
  });

  it("ends with the connection", async () => {
    const { conn } = fakeConn((controller) => controller.close());
    const reader = new SocksConn(conn, { target: TARGET, rest: first }).readable.getReader();
    assert.deepEqual((await reader.read()).value, first);
    assert.equal((await reader.read()).done, true);
  });

  it("fails with the connection, after what came before", async () => {
    const broken = new Error("broken");
    const { conn } = fakeConn((controller) => controller.error(broken));
    const reader = new SocksConn(conn, { target: TARGET, rest: first }).readable.getReader();
    assert.deepEqual((await reader.read()).value, first);
    await assert.rejects(reader.read(), broken);
  });

  it("cancels the connection's readable", async () => {
    const { conn, told } = fakeConn(() => {});
    await new SocksConn(conn, { target: TARGET, rest: first }).readable.cancel("enough");
    assert.equal(told.cancelled, "enough");
  });
});
