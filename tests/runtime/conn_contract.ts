import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { DisconnectedError } from "../../lib/errors/mod.ts";
import type { Conn, Runtime } from "../../lib/runtime/types.ts";
import {
  bytes,
  pattern,
  receive,
  same,
  send,
  settle,
  SOCKET_KINDS,
  type SocketKind,
  text,
  withPair,
} from "./_support.ts";

const MEGABYTE = 1024 * 1024;
/** More than any system's buffers of a socket take up. */
const MUCH = 16 * MEGABYTE;

/** What every adapter's connections must do. */
export function connContract(runtime: Runtime): void {
  for (const kind of SOCKET_KINDS) {
    describe(`a ${kind} connection`, () => {
      const withConns = (body: (client: Conn, server: Conn) => Promise<void>) => () =>
        withPair(runtime, kind, body);
      describeTransfer(runtime, withConns);
      describeEnd(withConns);
      describeBreak(runtime, withConns);
      describeAddresses(kind, withConns);
    });
  }
}

type WithConns = (body: (client: Conn, server: Conn) => Promise<void>) => () => Promise<void>;

function describeTransfer(runtime: Runtime, withConns: WithConns): void {
  it(
    "reads plain Uint8Arrays",
    withConns(async (client, server) => {
      await send(client, "hello");
      const reader = server.readable.getReader();
      const { value } = await reader.read();
      assert.equal(Object.getPrototypeOf(value), Uint8Array.prototype);
      assert.deepEqual(value, bytes("hello"));
    }),
  );

  it(
    "carries megabytes both ways at once",
    withConns(async (client, server) => {
      const there = pattern(8 * MEGABYTE);
      const back = there.toReversed();
      const [atServer, atClient] = await Promise.all([
        receive(server.readable, there.byteLength),
        receive(client.readable, back.byteLength),
        send(client, there),
        send(server, back),
      ]);
      assert.ok(same(atServer, there));
      assert.ok(same(atClient, back));
    }),
  );

  it(
    "keeps the order of writes that nobody waited for",
    withConns(async (client, server) => {
      const writer = client.writable.getWriter();
      const writes = [..."abcdefghij"].map((letter) => writer.write(bytes(letter)));
      await Promise.all([...writes, writer.close()]);
      assert.equal(await text(server.readable), "abcdefghij");
    }),
  );

  it(
    "does not reuse the bytes of a chunk",
    withConns(async (client, server) => {
      const reader = server.readable.getReader();
      const chunks: Uint8Array[] = [];
      for (const letter of "abc") {
        await send(client, letter);
        chunks.push((await reader.read()).value!);
      }
      assert.deepEqual(chunks, [bytes("a"), bytes("b"), bytes("c")]);
    }),
  );

  it(
    "accepts an empty write",
    withConns(async (client, server) => {
      await send(client, new Uint8Array());
      await send(client, "x");
      assert.deepEqual(await receive(server.readable, 1), bytes("x"));
    }),
  );

  it(
    "refuses to write what is no Uint8Array",
    withConns(async (client, server) => {
      const writer = client.writable.getWriter();
      await assert.rejects(writer.write("text" as unknown as Uint8Array), TypeError);
      assert.equal(await text(server.readable), "");
      await client.closed;
    }),
  );

  it(
    "makes a write wait while the peer does not read",
    withConns(async (client, server) => {
      let written = false;
      const write = send(client, new Uint8Array(MUCH)).then(() => {
        written = true;
      });
      await settle(runtime);
      assert.equal(written, false);
      const received = await receive(server.readable, MUCH);
      assert.equal(received.byteLength, MUCH);
      await write;
    }),
  );

  it(
    "holds the peer back while its own reader waits",
    withConns(async (client, server) => {
      const writer = client.writable.getWriter();
      let sent = 0;
      const pump = async () => {
        const chunk = new Uint8Array(MEGABYTE / 4);
        for (; sent < MUCH; sent += chunk.byteLength) await writer.write(chunk);
        await writer.close();
      };
      const pumped = pump();
      let before = -1;
      while (before !== sent) {
        before = sent;
        await settle(runtime);
      }
      assert.ok(sent < MUCH / 2, `${sent} bytes were taken though nobody read them`);
      const received = await receive(server.readable);
      assert.equal(received.byteLength, MUCH);
      await pumped;
    }),
  );
}

function describeEnd(withConns: WithConns): void {
  it(
    "half-closes: reads go on after writable.close()",
    withConns(async (client, server) => {
      await send(client, "question");
      await client.writable.close();
      assert.equal(await text(server.readable), "question");
      await send(server, "answer");
      await server.writable.close();
      assert.equal(await text(client.readable), "answer");
      await Promise.all([client.closed, server.closed]);
    }),
  );

  for (const first of ["connected", "listened"]) {
    it(
      `goes on writing after the peer, which ${first}, half-closed`,
      withConns(async (client, server) => {
        const [peer, own] = first === "connected" ? [client, server] : [server, client];
        await peer.writable.close();
        assert.equal(await text(own.readable), "");
        await send(own, "still here");
        await own.writable.close();
        assert.equal(await text(peer.readable), "still here");
        await Promise.all([own.closed, peer.closed]);
      }),
    );
  }

  it(
    "ends a read that waits when it is closed here",
    withConns(async (client) => {
      const reader = client.readable.getReader();
      const read = reader.read();
      await client.close();
      assert.deepEqual(await read, { done: true, value: undefined });
      await reader.closed;
      await client.closed;
    }),
  );

  it(
    "ends the peer's reads when it is closed here",
    withConns(async (client, server) => {
      await client.close();
      assert.equal(await text(server.readable), "");
    }),
  );

  it(
    "can be closed again and again",
    withConns(async (client) => {
      await Promise.all([client.close(), client.close()]);
      await client.close();
      await client[Symbol.asyncDispose]();
      await client.closed;
    }),
  );

  it(
    "can be closed after the peer ended",
    withConns(async (client, server) => {
      await server.close();
      assert.equal(await text(client.readable), "");
      await client.close();
      await client.closed;
    }),
  );

  it(
    "can be closed after it closed itself",
    withConns(async (client, server) => {
      await Promise.all([client.writable.close(), server.writable.close()]);
      assert.equal(await text(client.readable), "");
      await client.closed;
      await client.close();
    }),
  );

  it(
    "is disposed by closing",
    withConns(async (client, server) => {
      await client[Symbol.asyncDispose]();
      assert.equal(await text(server.readable), "");
    }),
  );

  it(
    "does not lose what was written when it is closed",
    withConns(async (client, server) => {
      const data = pattern(4 * MEGABYTE);
      const received = receive(server.readable);
      await send(client, data);
      await client.close();
      assert.ok(same(await received, data));
    }),
  );

  it(
    "refuses writes after it was closed",
    withConns(async (client) => {
      await client.close();
      await assert.rejects(send(client, "late"), DisconnectedError);
    }),
  );

  it(
    "rejects a write that waits when it is closed here",
    withConns(async (client) => {
      const write = assert.rejects(send(client, new Uint8Array(MUCH)), DisconnectedError);
      await client.close();
      await write;
      await client.closed;
    }),
  );

  it(
    "goes on writing after its readable is cancelled, and frees itself at the end",
    withConns(async (client, server) => {
      await client.readable.cancel();
      await send(client, "still here");
      await client.writable.close();
      assert.equal(await text(server.readable), "still here");
      await client.closed;
      await client.close();
    }),
  );

  it(
    "frees itself when a read that waits is cancelled after the half-close",
    withConns(async (client, server) => {
      await client.writable.close();
      const reader = client.readable.getReader();
      const read = reader.read();
      await reader.cancel();
      assert.deepEqual(await read, { done: true, value: undefined });
      await client.closed;
      assert.equal(await text(server.readable), "");
    }),
  );

  it(
    "closes at once when its writable is aborted",
    withConns(async (client, server) => {
      const read = client.readable.getReader().read();
      const writer = client.writable.getWriter();
      const write = assert.rejects(writer.write(new Uint8Array(MUCH)));
      await writer.abort(new Error("enough"));
      await write;
      assert.deepEqual(await read, { done: true, value: undefined });
      await client.closed;
      assert.ok((await receive(server.readable)).byteLength < MUCH);
    }),
  );
}

function describeBreak(runtime: Runtime, withConns: WithConns): void {
  /** The server closes with bytes of the client's unread, which resets the connection. */
  async function reset(client: Conn, server: Conn): Promise<Promise<void>> {
    const write = send(client, new Uint8Array(MUCH));
    write.catch(() => {});
    await receive(server.readable, 1);
    // By then the server's adapter has stopped to read ahead.
    await settle(runtime);
    await server.close();
    return write;
  }

  it(
    "rejects reads, writes and closed when the peer resets it",
    withConns(async (client, server) => {
      const reader = client.readable.getReader();
      const read = assert.rejects(reader.read(), broken);
      await assert.rejects(reset(client, server), broken);
      await read;
      await assert.rejects(reader.read(), broken);
      await assert.rejects(client.closed, broken);
      await assert.rejects(send(client, "late"), broken);
      await client.close();
      await client.close();
    }),
  );

  it(
    "raises nothing that nobody handles when the peer resets it",
    withConns(async (client, server) => {
      const reader = client.readable.getReader();
      await reset(client, server).catch(() => {});
      await client.closed.catch(() => {});
      reader.releaseLock();
    }),
  );

  it(
    "gives what arrived before the peer reset it",
    withConns(async (client, server) => {
      await send(server, "last words");
      await reset(client, server).catch(() => {});
      const reader = client.readable.getReader();
      assert.deepEqual((await reader.read()).value, bytes("last words"));
      await assert.rejects(reader.read(), broken);
    }),
  );

  function broken(error: unknown): boolean {
    assert.ok(error instanceof DisconnectedError);
    assert.ok(error.cause instanceof Error);
    assert.match(error.message, /^Lost the connection with /);
    return true;
  }
}

function describeAddresses(kind: SocketKind, withConns: WithConns): void {
  it(
    "tells its addresses",
    withConns(async (client, server) => {
      const address = kind === "TCP" ? server.localAddress : client.remoteAddress;
      assert.ok(address);
      assert.deepEqual(client.remoteAddress, address);
      assert.deepEqual(server.localAddress, address);
      if (kind === "TCP") assert.deepEqual(client.localAddress, server.remoteAddress);
      await Promise.resolve();
    }),
  );
}
