import type { ConsensusHeader } from "../codec/consensus_header.ts";
import type { PathPosition } from "../errors/mod.ts";
import type { Router } from "./router.ts";

/** The second letter of a weight, by position. */
const LETTERS = { guard: "g", middle: "m", exit: "e" } as const;
/** What Tor takes a relay's bandwidth for where the consensus does not tell it, in kilobytes a second. */
const UNKNOWN_BANDWIDTH = 30;
/** The most that Tor takes it for. */
const MAX_BANDWIDTH = Math.floor((2 ** 31 - 1) / 1000);
/** Weights are counted in ten thousandths, so that sums of them are exact. */
const UNIT = 10_000;

/**
 * How likely relays are in a position against each other, as for Tor: the bandwidth in the consensus,
 * times the weight for the relay's kind (dir-spec, section 3.8.3; path-spec, section 2.2). Where the
 * consensus does not tell the weights, bandwidth alone counts.
 *
 * @returns An integer for each relay, in their order.
 */
export function relayWeights(
  routers: readonly Router[],
  position: PathPosition,
  { bandwidthWeights, params }: ConsensusHeader,
): number[] {
  const scale = Math.max(params.get("bwweightscale") ?? UNIT, 1);
  const weight = (name: string) => {
    const value = bandwidthWeights.get(name);
    return value === undefined || value < 0 ? undefined : value / scale;
  };
  const kinds = ["m", "g", "e", "d"].map((kind) => {
    // There is none for exits alone as guards: these have no flag Guard.
    if (position === "guard" && kind === "e") return 0;
    return weight(`W${LETTERS[position]}${kind}`);
  });
  const isComplete = kinds.every((value) => value !== undefined);
  const byKind = kinds.map((value) => isComplete ? value! : 1);
  // These count for relays that serve the directory as well.
  const directory = ["m", "g", "e", "d"].map((kind) => weight(`W${kind}b`) ?? 1);
  return routers.map(({ flags, bandwidth = UNKNOWN_BANDWIDTH }) => {
    const isExit = flags.has("Exit") && !flags.has("BadExit");
    const kind = (flags.has("Guard") ? 1 : 0) + (isExit ? 2 : 0);
    const factor = byKind[kind]! * (flags.has("V2Dir") ? directory[kind]! : 1);
    return Math.round(Math.min(bandwidth, MAX_BANDWIDTH) * factor * UNIT);
  });
}
