import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseMicrodescriptor } from "../../lib/codec/microdescriptor.ts";
import { relayData } from "../_support/relay_data.ts";

const [A, B] = ["A".repeat(40), "B".repeat(40)];

describe("parseMicrodescriptor", () => {
  it("reads what tor tells of an exit and of an authority", () => {
    const found = relayData("md_all").split(/^(?=onion-key\n)/m).map(parseMicrodescriptor);
    assert.equal(found.length, 6);
    assert.deepEqual(found.map(({ policy }) => String(policy)).sort(), [
      "reject 1-65535",
      "reject 1-65535",
      "reject 1-65535",
      "reject 17405,24027",
      "reject 17405,28640",
      "reject 24027,28640",
    ]);
    for (const { onionKey, ntorOnionKey, ed25519Identity, ipv6Policy, extra, family } of found) {
      assert.match(onionKey!, /^MIGJAoGBA[A-Za-z0-9+/]+=+$/);
      assert.match(ntorOnionKey!, /^[A-Za-z0-9+/]{43}$/);
      assert.match(ed25519Identity!, /^[A-Za-z0-9+/]{43}$/);
      assert.equal(String(ipv6Policy), "reject 1-65535");
      assert.deepEqual(extra, []);
      assert.equal(family.fingerprints.size, 0);
    }
  });

  it("reads what the private network has not", () => {
    const { family, ipv6Policy, onionKey, extra } = parseMicrodescriptor(
      `onion-key\np6 accept 443\nfamily $${A} $${B.toLowerCase()}~nick Moria1 !?\n` +
        "family-ids ed25519:abc other:def\nfuture\nfuture word\nid rsa1024 x\np accept x\n",
    );
    assert.equal(onionKey, undefined);
    assert.equal(String(ipv6Policy), "accept 443");
    assert.deepEqual([...family.fingerprints], [A, B]);
    assert.deepEqual([...family.nicknames], ["moria1"]);
    assert.deepEqual([...family.ids], ["ed25519:abc", "other:def"]);
    assert.deepEqual(extra, ["future", "future word", "id rsa1024 x", "p accept x"]);
  });

  it("throws nothing, whatever comes", () => {
    const line = fc.constantFrom(
      "onion-key",
      "-----BEGIN X-----",
      "-----END X-----",
      "p accept 1",
      "family",
      "family $",
      "opt p reject 2",
      "",
      "__proto__ 1",
      "id ed25519 ",
    );
    fc.assert(fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      parseMicrodescriptor(lines.join("\n"));
    }));
  });
});
