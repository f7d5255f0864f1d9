import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeBase64, encodeBase64 } from "../../lib/util/base64.ts";

const bytes = fc.uint8Array({ maxLength: 40 });

describe("encodeBase64 and decodeBase64", () => {
  it("agree with RFC 4648", () => {
    const vectors = ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"];
    for (const [length, text] of vectors.entries()) {
      const plain = new TextEncoder().encode("foobar".slice(0, length));
      assert.equal(encodeBase64(plain), text);
      assert.deepEqual(decodeBase64(text), plain);
      assert.deepEqual(decodeBase64(text.replace(/=+$/, "")), plain);
    }
    assert.equal(encodeBase64(Uint8Array.of(0xfb, 0xff, 0xfe)), "+//+");
  });

  it("give every byte string back", () => {
    fc.assert(fc.property(bytes, (given) => {
      assert.deepEqual(decodeBase64(encodeBase64(given)), new Uint8Array(given));
    }));
  });

  for (
    const text of [
      "Zg=",
      "Zg===",
      "=",
      "Z",
      "Zh==",
      "Zm9=",
      "Zm9v=",
      "Zm 9v",
      "Zm9v\n",
      "-_8=",
      "é",
    ]
  ) {
    it(`refuse ${JSON.stringify(text)}, without showing it`, () => {
      assert.throws(() => decodeBase64(text), {
        name: "SyntaxError",
        message: `Cannot decode ${text.length} characters as base64`,
      });
    });
  }
});
