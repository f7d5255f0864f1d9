import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { ReadBuffer } from "../../lib/runtime/read_buffer.ts";

/** Reads `count` bytes of `value`. */
function read(reads: ReadBuffer, count: number, value: number): Uint8Array {
  return reads.take(reads.lend().fill(value, 0, count), count);
}

describe("ReadBuffer", () => {
  it("reuses the buffer of a small chunk, but never the chunk", () => {
    const reads = new ReadBuffer();
    const buffer = reads.lend();
    const chunk = reads.take(buffer.fill(1, 0, 8), 8);
    assert.notEqual(chunk.buffer, buffer.buffer);
    assert.equal(reads.lend(), buffer);
    buffer.fill(2);
    assert.deepEqual(chunk, new Uint8Array(8).fill(1));
    assert.equal(chunk.buffer.byteLength, 8);
  });

  it("gives a large chunk its buffer away", () => {
    const reads = new ReadBuffer();
    const size = reads.lend().byteLength;
    const chunk = read(reads, size / 2, 1);
    read(reads, size, 2);
    assert.deepEqual(chunk, new Uint8Array(size / 2).fill(1));
  });

  it("never lends a buffer twice", () => {
    const reads = new ReadBuffer();
    assert.notEqual(reads.lend().buffer, reads.lend().buffer);
  });

  it("reads more at once while its buffers are filled, up to a limit", () => {
    const reads = new ReadBuffer();
    const sizes: number[] = [];
    for (let index = 0; index < 5; index++) {
      const buffer = reads.lend();
      sizes.push(buffer.byteLength / 1024);
      reads.take(buffer, buffer.byteLength);
    }
    assert.deepEqual(sizes, [4, 16, 64, 256, 256]);
  });

  it("reads no more at once while its buffers are not filled", () => {
    const reads = new ReadBuffer();
    const size = reads.lend().byteLength;
    read(reads, size - 1, 1);
    assert.equal(reads.lend().byteLength, size);
  });
});
