import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeBase32, encodeBase32 } from "../../lib/util/base32.ts";

const bytes = fc.uint8Array({ maxLength: 40 });

describe("encodeBase32 and decodeBase32", () => {
  it("agree with RFC 4648, without its padding", () => {
    const vectors = ["", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"];
    for (const [length, text] of vectors.entries()) {
      const plain = new TextEncoder().encode("foobar".slice(0, length));
      assert.equal(encodeBase32(plain), text);
      assert.deepEqual(decodeBase32(text), plain);
    }
  });

  it("give every byte string back, in either case", () => {
    fc.assert(fc.property(bytes, (given) => {
      const text = encodeBase32(given);
      assert.match(text, /^[A-Z2-7]*$/);
      assert.deepEqual(decodeBase32(text), new Uint8Array(given));
      assert.deepEqual(decodeBase32(text.toLowerCase()), new Uint8Array(given));
    }));
  });

  it("take one spelling of each byte string alone", () => {
    const text = fc.string({ unit: fc.constantFrom(..."ABQZ234567"), maxLength: 20 });
    fc.assert(fc.property(text, (given) => {
      let decoded: Uint8Array;
      try {
        decoded = decodeBase32(given);
      } catch {
        return;
      }
      assert.equal(encodeBase32(decoded), given);
    }));
  });

  const refused: [text: string, why: RegExp][] = [
    ["M1", /expected only the digits A to Z and 2 to 7$/],
    ["MZ=", /expected only the digits/],
    ["MZXQ====", /expected only the digits/],
    [" MY", /expected only the digits/],
    ["MY\n", /expected only the digits/],
    // The upper case of this letter is an ASCII S, and of this one an ASCII I.
    ["\u017fY", /expected only the digits/],
    ["M\u0131", /expected only the digits/],
    ["M", /no whole number of bytes has so many digits$/],
    ["MZX", /no whole number of bytes/],
    ["MZXW6Y", /no whole number of bytes/],
    ["MZ", /the last digit has bits that are no part of a byte$/],
    ["MZXW6YR", /the last digit has bits/],
  ];
  for (const [text, why] of refused) {
    it(`refuse ${JSON.stringify(text)}, without showing it`, () => {
      assert.throws(() => decodeBase32(text), (error) => {
        assert.ok(error instanceof SyntaxError);
        assert.match(error.message, why);
        assert.ok(error.message.startsWith(`Cannot decode ${text.length} characters as base32: `));
        return true;
      });
    });
  }
});
