import { parseIsoTime } from "./events/iso_time.ts";
import { parseCount } from "./events/numbers.ts";

/**
 * By how much relays of one kind count in one position of a path, against the scale of
 * `bwweightscale`, usually 10000 (dir-spec, section 3.8.3; path-spec, section 2.2). The second letter
 * is the position: `g` guard, `m` middle, `e` exit, `b` directory request (`d` in `Wdb`). The third is
 * the kind: `g` with the flag Guard, `e` Exit, `d` both, `m` neither, `b` all.
 */
export type BandwidthWeight =
  | "Wgg"
  | "Wgm"
  | "Wgd"
  | "Wgb"
  | "Wmg"
  | "Wmm"
  | "Wme"
  | "Wmd"
  | "Wmb"
  | "Weg"
  | "Wem"
  | "Wee"
  | "Wed"
  | "Web"
  | "Wbg"
  | "Wbm"
  | "Wbe"
  | "Wbd"
  | "Wdb"
  | (string & Record<never, never>);

/** What a consensus says of the network as a whole (dir-spec, section 3.4.1). */
export interface ConsensusHeader {
  /** When it became valid. */
  readonly validAfter: Date | undefined;
  /** When there should be a newer one. */
  readonly freshUntil: Date | undefined;
  /** When it should not be used any more. */
  readonly validUntil: Date | undefined;
  /** The method that the authorities made it by. */
  readonly method: number | undefined;
  /** The flags that its authorities can give to relays. */
  readonly knownFlags: readonly string[];
  /** The network's parameters (param-spec). One that is missing has its default value. */
  readonly params: ReadonlyMap<string, number>;
  /** The weights for path selection; empty where there are none. */
  readonly bandwidthWeights: ReadonlyMap<BandwidthWeight, number>;
}

/**
 * Parses what stands before and after the relays in a consensus, such as the answer to
 * `GETINFO dir/status-vote/current/consensus-microdesc` (dir-spec, section 3.4.1).
 *
 * @param text The consensus; its relays may be left out.
 * @returns What it says. Lines that cannot be read are skipped.
 *
 * @example Read how middle relays are weighted
 * ```ts
 * import { parseConsensusHeader } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const { bandwidthWeights, params } = parseConsensusHeader(
 *   "network-status-version 3 microdesc\nparams bwweightscale=10000\n" +
 *     "directory-footer\nbandwidth-weights Wmg=3333 Wmm=10000\n",
 * );
 * assert.equal(bandwidthWeights.get("Wmg"), 3333);
 * assert.equal(params.get("bwweightscale"), 10000);
 * ```
 */
export function parseConsensusHeader(text: string): ConsensusHeader {
  const value = (keyword: string) => findLine(text, keyword) ?? "";
  return {
    validAfter: parseIsoTime(value("valid-after")),
    freshUntil: parseIsoTime(value("fresh-until")),
    validUntil: parseIsoTime(value("valid-until")),
    method: parseCount(value("consensus-method")),
    knownFlags: value("known-flags").split(" ").filter(Boolean),
    params: parseNumbers(value("params")),
    bandwidthWeights: parseNumbers(value("bandwidth-weights")),
  };
}

/**
 * Parses the words of a `bandwidth-weights` or `params` line.
 *
 * @param text Words such as `Wgg=3333`, parted by spaces; what is none is skipped.
 */
function parseNumbers(text: string): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const word of text.split(" ")) {
    const match = /^([^=]+)=(-?\d+)$/.exec(word);
    if (match !== null) numbers.set(match[1]!, Number(match[2]));
  }
  return numbers;
}

/** What follows a keyword on the first line that begins with it; no relay's lines have such words. */
function findLine(text: string, keyword: string): string | undefined {
  const start = text.startsWith(`${keyword} `) ? 0 : text.indexOf(`\n${keyword} `) + 1;
  if (start === 0 && !text.startsWith(`${keyword} `)) return undefined;
  const end = text.indexOf("\n", start);
  return text.slice(start + keyword.length + 1, end < 0 ? text.length : end);
}
