import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { LineDecoder } from "../../lib/codec/line_decoder.ts";
import { LimitExceededError } from "../../lib/errors/mod.ts";

const encoder = new TextEncoder();

describe("LineDecoder", () => {
  it("gives the same text however the bytes are cut, and only whole lines", () => {
    const lines = fc.array(fc.string({ unit: "grapheme" }).map((s) => s.replaceAll("\n", "")));
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(fc.property(lines, sizes, (given, cuts) => {
      const text = given.map((line) => `${line}\n`).join("");
      const bytes = encoder.encode(text);
      const decoder = new LineDecoder();
      let decoded = "";
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = cuts[i % cuts.length]!;
        const piece = decoder.push(bytes.slice(at, at + size));
        assert.ok(piece === "" || piece.endsWith("\n"));
        decoded += piece;
        at += size;
      }
      assert.equal(decoded, text);
    }));
  });

  it("keeps what is left of a line that has not ended", () => {
    const decoder = new LineDecoder();
    assert.equal(decoder.push(encoder.encode("a\nb")), "a\n");
    decoder.push(encoder.encode("c"));
    assert.deepEqual(decoder.rest, encoder.encode("bc"));
  });

  it("does not keep a chunk from being reused by its owner once it is read", () => {
    const decoder = new LineDecoder();
    decoder.push(encoder.encode("25"));
    assert.equal(decoder.push(encoder.encode("0 OK\n")), "250 OK\n");
  });

  for (const chunkSize of [1, 3, 100]) {
    it(`refuses a line beyond the limit, and names it, in chunks of ${chunkSize}`, () => {
      const decoder = new LineDecoder(8);
      const push = (text: string) => {
        const bytes = encoder.encode(text);
        for (let i = 0; i < bytes.length; i += chunkSize) {
          decoder.push(bytes.slice(i, i + chunkSize));
        }
      };
      push("12345678\nabc\n");
      assert.throws(() => push("123456789\n"), (error) => {
        assert.ok(error instanceof LimitExceededError);
        assert.equal(error.limitName, "lineLimit");
        assert.equal(error.limit, 8);
        assert.match(error.message, /more than 8 bytes \(lineLimit\)/);
        return true;
      });
    });
  }

  it("has a default limit of 8 MiB", () => {
    const decoder = new LineDecoder();
    const mebibyte = new Uint8Array(1024 * 1024).fill(0x61);
    for (let i = 0; i < 8; i++) decoder.push(mebibyte);
    assert.throws(() => decoder.push(Uint8Array.of(0x61)), LimitExceededError);
  });
});
