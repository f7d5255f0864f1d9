import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { DirectReads } from "../../lib/runtime/direct_reads.ts";

/** Lets `reads` read `count` bytes to a buffer that was full of others, and gives the chunk. */
function read(reads: DirectReads, count: (size: number) => number): Uint8Array {
  const chunks: Uint8Array[] = [];
  reads.onChunk = (chunk) => chunks.push(chunk) > 0;
  const { buffer, callback } = reads.options.onread;
  assert.ok(typeof buffer === "function");
  const space = buffer();
  space.fill(7);
  assert.equal(callback(count(space.byteLength), space), true);
  assert.equal(chunks.length, 1);
  return chunks[0]!;
}

/** Asserts that there is nothing in the memory of `chunk` but the chunk and zeros. */
function assertNothingElse(chunk: Uint8Array): void {
  const all = new Uint8Array(chunk.buffer);
  const end = chunk.byteOffset + chunk.byteLength;
  assert.ok(all.subarray(0, chunk.byteOffset).every((byte) => byte === 0));
  assert.ok(all.subarray(end).every((byte) => byte === 0));
}

describe("DirectReads", () => {
  for (const part of [1 / 1024, 1 / 4, 1 / 2, 1]) {
    it(`shows with a chunk of ${part} of the buffer nothing else that was in memory`, () => {
      const chunk = read(new DirectReads(), (size) => size * part);
      assert.equal(Object.getPrototypeOf(chunk), Uint8Array.prototype);
      assert.ok(chunk.every((byte) => byte === 7));
      assertNothingElse(chunk);
    });
  }

  it("says whether to go on", () => {
    const reads = new DirectReads();
    reads.onChunk = () => false;
    const { callback } = reads.options.onread;
    assert.equal(callback(1, new Uint8Array(8)), false);
  });
});
