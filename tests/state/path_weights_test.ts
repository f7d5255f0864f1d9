import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseConsensusHeader } from "../../lib/codec/consensus_header.ts";
import type { PathPosition } from "../../lib/errors/mod.ts";
import { relayWeights } from "../../lib/state/path_weights.ts";
import { makeRouters, type Relay } from "./_synthetic_relays.ts";

const KINDS: readonly Relay[] = [
  { name: "middle", flags: "Running" },
  { name: "guard", flags: "Guard Running" },
  { name: "exit", flags: "Exit Running" },
  { name: "both", flags: "Exit Guard Running" },
  { name: "bad", flags: "BadExit Exit Running" },
];

/** A header whose weights tell their names: `Wgg` is 11, `Wgm` 12, `Wmg` 21 and so on. */
const LINE = "directory-footer\nbandwidth-weights " +
  [..."gme"].flatMap((position, p) =>
    [..."gmed"].map((kind, k) => `W${position}${kind}=${(p + 1) * 10 + k + 1}`)
  ).filter((word) => !word.startsWith("Wge")).join(" ");

async function weigh(
  relays: readonly Relay[],
  position: PathPosition,
  header: string,
): Promise<number[]> {
  return relayWeights(await makeRouters(relays), position, parseConsensusHeader(header));
}

describe("the weight of a relay", () => {
  it("is its bandwidth times that of its kind in the position", async () => {
    // A bandwidth of 5, in ten thousandths, times the weight in ten thousandths.
    assert.deepEqual(await weigh(KINDS, "guard", LINE), [12, 11, 0, 14, 12].map((w) => 5 * w));
    assert.deepEqual(await weigh(KINDS, "middle", LINE), [22, 21, 23, 24, 22].map((w) => 5 * w));
    assert.deepEqual(await weigh(KINDS, "exit", LINE), [32, 31, 33, 34, 32].map((w) => 5 * w));
  });

  it("counts against the scale of the consensus", async () => {
    const header = `params bwweightscale=100\n${LINE}`;
    assert.deepEqual(await weigh(KINDS.slice(0, 2), "middle", header), [11_000, 10_500]);
  });

  it("is the bandwidth alone where the consensus does not tell all that count", async () => {
    const bare = [50_000, 50_000, 50_000, 50_000, 50_000];
    assert.deepEqual(await weigh(KINDS, "middle", ""), bare);
    assert.deepEqual(await weigh(KINDS, "middle", LINE.replace("Wme=23", "")), bare);
    assert.deepEqual(await weigh(KINDS, "middle", LINE.replace("Wme=23", "Wme=-1")), bare);
    assert.deepEqual(await weigh(KINDS, "guard", ""), bare);
  });

  it("counts directories by the weights for these", async () => {
    const relays = [
      { name: "a", flags: "Guard Running V2Dir", bandwidth: 10 },
      { name: "b", flags: "V2Dir" },
    ];
    const header = `${LINE} Wgb=5000 Wmb=0 Web=1 Wdb=2`;
    assert.deepEqual(await weigh(relays, "middle", header), [10 * 21 / 2, 0]);
    assert.deepEqual(await weigh(relays, "middle", LINE), [10 * 21, 5 * 22]);
  });

  it("takes a bandwidth that is missing or out of bounds for what Tor does", async () => {
    const relays = [
      { name: "a", bandwidth: undefined },
      { name: "b", bandwidth: 4_000_000_000 },
      { name: "c", bandwidth: 0 },
    ];
    assert.deepEqual(await weigh(relays, "middle", ""), [300_000, 21_474_830_000, 0]);
  });
});
