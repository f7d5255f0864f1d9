import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { DisconnectedError } from "../../lib/errors/mod.ts";
import type { Conn, Runtime } from "../../lib/runtime/types.ts";
import { type OwnWire, ownWire } from "../../lib/util/wire.ts";
import { bytes, same, send, settle, SOCKET_KINDS, text, withPair } from "./_support.ts";

const MUCH = 16 * 1024 * 1024;

/** What a connection of every adapter must do before its streams are asked for. */
export function wireContract(runtime: Runtime): void {
  for (const kind of SOCKET_KINDS) {
    describe(`the wire of a ${kind} connection`, () => {
      const withWire = (body: (client: Conn, wire: OwnWire, server: Conn) => Promise<void>) => () =>
        withPair(runtime, kind, async (client, server) => {
          const wire = ownWire(client);
          assert.ok(wire);
          await body(client, wire, server);
        });
      describeWire(runtime, withWire);
    });
  }
}

function describeWire(
  runtime: Runtime,
  withWire: (
    body: (client: Conn, wire: OwnWire, server: Conn) => Promise<void>,
  ) => () => Promise<void>,
): void {
  it(
    "sends and receives plain Uint8Arrays, up to the end",
    withWire(async (client, wire, server) => {
      await wire.send(bytes("question"));
      const { value } = await server.readable.getReader().read();
      assert.deepEqual(value, bytes("question"));
      await send(server, "answer");
      const answer = await wire.receive();
      assert.equal(Object.getPrototypeOf(answer), Uint8Array.prototype);
      assert.deepEqual(answer, bytes("answer"));
      await server.writable.close();
      assert.equal(await wire.receive(), undefined);
      assert.equal(await wire.receive(), undefined);
      await wire.end();
      await client.closed;
    }),
  );

  it(
    "half-closes",
    withWire(async (client, wire, server) => {
      await wire.end();
      assert.equal(await text(server.readable), "");
      await send(server, "still here");
      assert.deepEqual(await wire.receive(), bytes("still here"));
      await server.writable.close();
      assert.equal(await wire.receive(), undefined);
      await client.closed;
    }),
  );

  it(
    "leaves what comes later to the streams, and is over with the first of them",
    withWire(async (client, wire, server) => {
      await send(server, "first");
      assert.deepEqual(await wire.receive(), bytes("first"));
      wire.release();
      const { readable } = client;
      assert.equal(ownWire(client), undefined);
      await send(server, "second");
      await server.writable.close();
      assert.equal(await new Response(readable).text(), "second");
    }),
  );

  it(
    "is over with the writable, too",
    withWire((client) => {
      void client.writable;
      assert.equal(ownWire(client), undefined);
      return Promise.resolve();
    }),
  );

  it(
    "takes bytes back",
    withWire(async (client, wire, server) => {
      await send(server, "first, second");
      await wire.receive();
      wire.putBack(bytes("second"));
      assert.deepEqual(await wire.receive(), bytes("second"));
      wire.putBack(bytes("third"));
      wire.release();
      await client.close();
      assert.equal(await text(client.readable), "third");
    }),
  );

  it(
    "ends when the connection is closed here, and so do the streams made after that",
    withWire(async (client, wire) => {
      const waiting = wire.receive();
      await client.close();
      assert.equal(await waiting, undefined);
      assert.equal(await wire.receive(), undefined);
      await assert.rejects(wire.send(bytes("late")), DisconnectedError);
      await client.closed;
      assert.equal(await text(client.readable), "");
      await client.readable.getReader().closed;
      await assert.rejects(send(client, "late"), DisconnectedError);
    }),
  );

  it(
    "fails when the peer resets the connection, and so do the streams made after that",
    withWire(async (client, wire, server) => {
      const waiting = assert.rejects(wire.receive(), DisconnectedError);
      const sending = assert.rejects(wire.send(new Uint8Array(MUCH)), DisconnectedError);
      const reader = server.readable.getReader();
      await reader.read();
      reader.releaseLock();
      // By then the server's adapter has stopped to read ahead: bytes unread make it a reset.
      await settle(runtime);
      await server.close();
      await Promise.all([waiting, sending]);
      await assert.rejects(client.closed, DisconnectedError);
      await assert.rejects(text(client.readable), DisconnectedError);
      await assert.rejects(send(client, "late"), DisconnectedError);
    }),
  );

  it(
    "holds the peer back while nothing is received",
    withWire(async (_client, wire, server) => {
      await send(server, "x");
      assert.deepEqual(await wire.receive(), bytes("x"));
      const data = new Uint8Array(MUCH).fill(7);
      let sent = false;
      const sending = send(server, data).then(() => {
        sent = true;
      });
      await settle(runtime);
      assert.equal(sent, false);
      let count = 0;
      while (count < MUCH) {
        const chunk = await wire.receive();
        assert.ok(chunk && same(chunk, data.subarray(0, chunk.byteLength)));
        count += chunk.byteLength;
      }
      assert.equal(count, MUCH);
      await sending;
    }),
  );
}
