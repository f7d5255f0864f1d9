import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { hashedControlPassword } from "../../lib/testing/hashed_control_password.ts";
import { decodeHex } from "../../lib/util/hex.ts";

describe("hashedControlPassword", () => {
  // Printed by `tor --hash-password` of tor 0.4.9.11; the salt is in the text.
  for (
    const [password, hashed] of [
      ["swordfish", "16:33251121D2B983E0608A4CBD290C659AA9572AFF70CE9481012A9300A6"],
      ["", "16:4D52C91844E1197360BA29B55532294827C2A3EEA0BBD353827EE63E9A"],
      ['päss "wörd" \\ 🧅', "16:4A3FF747C16F3EB060547B3AA17F76951058C1346ACB090301D2293380"],
      ["x".repeat(200), "16:A5239F8FDBD111DB60CD7F2EAC47860DF518C5D66982DEBC91127E302C"],
    ] as const
  ) {
    it(`is what tor prints for ${JSON.stringify(password.slice(0, 20))}`, async () => {
      assert.equal(await hashedControlPassword(password, decodeHex(hashed.slice(3, 19))), hashed);
    });
  }

  it("takes a salt of its own", async () => {
    const [one, two] = await Promise.all(["x", "x"].map((text) => hashedControlPassword(text)));
    assert.match(one!, /^16:[0-9A-F]{16}60[0-9A-F]{40}$/);
    assert.notEqual(one, two);
  });

  it("refuses a salt of another length", async () => {
    await assert.rejects(hashedControlPassword("x", new Uint8Array(7)), RangeError);
  });
});
