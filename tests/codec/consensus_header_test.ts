import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseConsensusHeader } from "../../lib/codec/consensus_header.ts";
import { relayData } from "../_support/relay_data.ts";

describe("parseConsensusHeader", () => {
  it("reads a whole consensus", () => {
    const found = parseConsensusHeader(relayData("consensus_microdesc"));
    assert.deepEqual(found.validAfter, new Date("2026-11-22T00:04:22Z"));
    assert.deepEqual(found.freshUntil, new Date("2026-11-22T00:04:32Z"));
    assert.deepEqual(found.validUntil, new Date("2026-11-22T00:04:52Z"));
    assert.equal(found.method, 35);
    assert.equal(found.knownFlags.length, 12);
    assert.equal(found.params.size, 0);
    assert.equal(found.bandwidthWeights.size, 19);
    assert.equal(found.bandwidthWeights.get("Wgg"), 10000);
    assert.equal(found.bandwidthWeights.get("Wed"), 3333);
    assert.equal(found.bandwidthWeights.get("Wbe"), 0);
  });

  it("reads parameters, and skips what is none", () => {
    const { params } = parseConsensusHeader("params a=1 b=-2 c d= =3 e=x f=10000\n");
    assert.deepEqual([...params], [["a", 1], ["b", -2], ["f", 10000]]);
  });

  it("has nothing to tell of an empty one", () => {
    const found = parseConsensusHeader("");
    assert.equal(found.validAfter, undefined);
    assert.equal(found.method, undefined);
    assert.deepEqual(found.knownFlags, []);
    assert.equal(found.bandwidthWeights.size, 0);
  });

  it("throws nothing, whatever comes", () => {
    const keyword = fc.constantFrom("params", "valid-after", "bandwidth-weights", "known-flags");
    const line = fc.tuple(keyword, fc.string()).map((words) => words.join(" "));
    fc.assert(fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      parseConsensusHeader(lines.join("\n"));
    }));
  });
});
