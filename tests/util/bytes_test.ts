import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { constantTimeEqual } from "../../lib/util/constant_time_equal.ts";
import { decodeHex, encodeHex } from "../../lib/util/hex.ts";

const bytes = fc.uint8Array({ maxLength: 40 });

describe("encodeHex and decodeHex", () => {
  it("give every byte string back, in either case", () => {
    fc.assert(fc.property(bytes, (given) => {
      const text = encodeHex(given);
      assert.match(text, /^(?:[0-9A-F]{2})*$/);
      assert.deepEqual(decodeHex(text), new Uint8Array(given));
      assert.deepEqual(decodeHex(text.toLowerCase()), new Uint8Array(given));
    }));
  });

  for (const text of ["a", "0g", "0x00", " 00", "é0"]) {
    it(`refuse ${text}, without showing it`, () => {
      assert.throws(() => decodeHex(text), (error) => {
        assert.ok(error instanceof SyntaxError);
        assert.equal(
          error.message,
          `Cannot decode ${text.length} characters as hexadecimal digits`,
        );
        return true;
      });
    });
  }
});

describe("constantTimeEqual", () => {
  it("agrees with comparing byte by byte", () => {
    fc.assert(fc.property(bytes, bytes, (a, b) => {
      assert.equal(constantTimeEqual(a, b), encodeHex(a) === encodeHex(b));
      assert.equal(constantTimeEqual(a, a.slice()), true);
    }));
  });

  it("sees one bit", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1 }), fc.nat(), fc.nat(7), (a, at, bit) => {
      const b = a.slice();
      b[at % b.length]! ^= 1 << bit;
      assert.equal(constantTimeEqual(a, b), false);
    }));
  });
});
