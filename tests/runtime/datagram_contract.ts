import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { AddressInUseError, DisconnectedError } from "../../lib/errors/mod.ts";
import type { DatagramSocket, Runtime } from "../../lib/runtime/types.ts";
import { bytes } from "./_support.ts";

/** What every adapter's UDP sockets must do. */
export function datagramContract(runtime: Runtime): void {
  const bind = (): Promise<DatagramSocket> =>
    runtime.listenDatagram({ hostname: "127.0.0.1", port: 0 });

  describe("a UDP socket", () => {
    it("tells the port that it was given", async () => {
      await using socket = await bind();
      assert.equal(socket.address.hostname, "127.0.0.1");
      assert.ok(socket.address.port > 0);
    });

    it("carries datagrams both ways, with their sender", async () => {
      await using left = await bind();
      await using right = await bind();
      await left.send(bytes("question"), right.address);
      for await (const { data, address } of right) {
        assert.equal(Object.getPrototypeOf(data), Uint8Array.prototype);
        assert.deepEqual(data, bytes("question"));
        assert.deepEqual(address, left.address);
        await right.send(bytes("answer"), address);
        break;
      }
      const { value } = await left[Symbol.asyncIterator]().next();
      assert.deepEqual(value?.data, bytes("answer"));
    });

    it("goes on after a loop over it was left", async () => {
      await using socket = await bind();
      for (const letter of "ab") {
        await socket.send(bytes(letter), socket.address);
        for await (const { data } of socket) {
          assert.deepEqual(data, bytes(letter));
          break;
        }
      }
    });

    it("ends the iteration when it is closed, again and again", async () => {
      const socket = await bind();
      const waits = socket[Symbol.asyncIterator]().next();
      await Promise.all([socket.close(), socket.close()]);
      assert.deepEqual(await waits, { done: true, value: undefined });
      await socket[Symbol.asyncDispose]();
    });

    it("refuses to send after it was closed", async () => {
      const socket = await bind();
      await socket.close();
      await assert.rejects(socket.send(bytes("x"), socket.address), DisconnectedError);
    });

    it("refuses an address that is in use", async () => {
      await using socket = await bind();
      await assert.rejects(runtime.listenDatagram(socket.address), (error) => {
        assert.ok(error instanceof AddressInUseError);
        assert.ok(error.cause instanceof Error);
        return true;
      });
    });

    it("refuses malformed addresses", async () => {
      const malformed = runtime.listenDatagram({ hostname: "127.0.0.1", port: 65536 });
      await assert.rejects(malformed, RangeError);
    });
  });
}
