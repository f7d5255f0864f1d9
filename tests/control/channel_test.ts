import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Channel } from "../../lib/control/channel.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import { nextTurn } from "../../lib/util/next_turn.ts";

const CHUNK = new TextEncoder().encode(`${"x".repeat(62)}\r\n`.repeat(1024));
const CHUNKS = 64;

/** A connection on which a reply of 4 MiB is there at once. */
function connOfMegabytes(): Conn {
  const encoder = new TextEncoder();
  const chunks = [
    encoder.encode("250+ns/all=\r\n"),
    ...new Array<Uint8Array>(CHUNKS).fill(CHUNK),
    encoder.encode(".\r\n250 OK\r\n"),
  ];
  const close = () => Promise.resolve();
  return {
    readable: new ReadableStream({
      pull(controller) {
        const chunk = chunks.shift();
        if (chunk !== undefined) controller.enqueue(chunk);
      },
    }),
    writable: new WritableStream(),
    closed: new Promise(() => {}),
    localAddress: undefined,
    remoteAddress: undefined,
    close,
    [Symbol.asyncDispose]: close,
  };
}

describe("Channel", () => {
  it("leaves everything else its turns while megabytes come that are there at once", async () => {
    const channel = new Channel(connOfMegabytes());
    let turns = 0;
    let isOver = false;
    const count = async () => {
      for (; !isOver; turns++) await nextTurn();
    };
    const counted = count();
    const reply = await channel.request({ keyword: "GETINFO", args: ["ns/all"] });
    isOver = true;
    await counted;
    assert.equal(reply.lines[0]?.data?.length, CHUNKS * 1024 * 63 - 1);
    assert.ok(turns >= CHUNKS / 8, `${turns} turns`);
    await channel.close();
  });
});
