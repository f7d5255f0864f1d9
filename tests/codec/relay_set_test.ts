import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type RelayIdentity, RelaySet } from "../../lib/codec/relay_set.ts";

const FINGERPRINT = "A".repeat(40);
const RELAY: RelayIdentity = {
  idHex: FINGERPRINT,
  nickname: "Alice",
  ip: "192.0.2.7",
  orPort: 9001,
  ipv6Addresses: [{ address: "2001:db8::7", port: 443 }],
};

describe("a set of relays", () => {
  for (
    const [text, isIn] of [
      ["", false],
      [`$${FINGERPRINT}`, true],
      [FINGERPRINT.toLowerCase(), true],
      [`$${FINGERPRINT}~another`, true],
      ["B".repeat(40), false],
      ["alice", true],
      ["bob, carol ,ALICE", true],
      ["alice2", false],
      ["{de}", true],
      ["{DE}", true],
      ["{us},{??}", false],
      ["192.0.2.7", true],
      ["192.0.2.0/24", true],
      ["192.0.2.0/255.255.255.0", true],
      ["192.0.3.0/24", false],
      ["192.0.2.7:9001", true],
      ["192.0.2.7:443", false],
      ["*:9000-9010", true],
      ["*:80", false],
      ["*:443", true],
      ["[2001:db8::]/32", true],
      ["[2001:db8::7]", true],
      ["[2001:db8::]/32:443", true],
      ["[2001:db8::]/32:9001", false],
      ["bob,198.51.100.1,{fr},192.0.2.7", true],
    ] as const
  ) {
    it(`reads ${text === "" ? "nothing" : text}`, () => {
      assert.equal(RelaySet.parse(text)?.has(RELAY, "DE"), isIn);
    });
  }

  it("has those of no known country by a sign of its own", () => {
    assert.equal(RelaySet.parse("{??}")?.has(RELAY, undefined), true);
    assert.equal(RelaySet.parse("{de}")?.has(RELAY, undefined), false);
    assert.equal(RelaySet.parse("{de}")?.hasCountries, true);
    assert.equal(RelaySet.parse("de,192.0.2.7")?.hasCountries, false);
  });

  it("does not tell what takes an address that is not known", () => {
    const bridge = { ...RELAY, ip: undefined, orPort: undefined, ipv6Addresses: [] };
    assert.equal(RelaySet.parse("{de}")?.has(bridge, undefined), undefined);
    assert.equal(RelaySet.parse("bob,*:80")?.has(bridge, undefined), undefined);
    assert.equal(RelaySet.parse("alice,{de}")?.has(bridge, undefined), true);
    assert.equal(RelaySet.parse("bob")?.has(bridge, undefined), false);
    const nameless = { ...bridge, nickname: undefined };
    assert.equal(RelaySet.parse("bob")?.has(nameless, undefined), false);
  });

  it("is none where an item is of no kind that is known", () => {
    for (const text of ["a-b", "{d}", "300.0.0.1", "alice,[::1", "2001:db8::1", "*:port"]) {
      assert.equal(RelaySet.parse(text), undefined, text);
    }
  });
});
