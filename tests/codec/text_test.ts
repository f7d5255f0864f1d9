import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeText, encodeText } from "../../lib/codec/text.ts";

describe("decodeText and encodeText", () => {
  it("give every byte string back", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.deepEqual(encodeText(decodeText(bytes)), new Uint8Array(bytes));
    }));
  });

  it("give back bytes that begin UTF-8 sequences and break them off", () => {
    const byte = fc.constantFrom(0x41, 0x80, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff, 0xa0);
    fc.assert(fc.property(fc.array(byte, { maxLength: 8 }), (bytes) => {
      const given = Uint8Array.from(bytes);
      assert.deepEqual(encodeText(decodeText(given)), given);
    }));
  });

  it("decode valid UTF-8 as everyone does", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => {
      assert.equal(decodeText(new TextEncoder().encode(text)), text);
    }));
  });

  const TABLE: [string, number[], string][] = [
    ["a byte that is none of UTF-8", [0x61, 0xff, 0x62], "a\udcffb"],
    ["a sequence that is broken off", [0xe2, 0x82], "\udce2\udc82"],
    ["an overlong form", [0xc0, 0xaf], "\udcc0\udcaf"],
    ["a surrogate", [0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
    ["a replacement character beside a bad byte", [0xef, 0xbf, 0xbd, 0x80], "\ufffd\udc80"],
    ["past the last code point", [0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
  ];
  for (const [name, bytes, text] of TABLE) {
    it(`keep ${name}`, () => assert.equal(decodeText(Uint8Array.from(bytes)), text));
  }

  it("refuse a lone surrogate that stands for no byte", () => {
    assert.throws(() => encodeText("a\ud800"), { name: "TypeError", message: /U\+D800/ });
  });
});
