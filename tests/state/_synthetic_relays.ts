import { type ConsensusHeader, parseConsensusHeader } from "../../lib/codec/consensus_header.ts";
import { parseMicrodescriptor } from "../../lib/codec/microdescriptor.ts";
import type { ConfLine } from "../../lib/control/commands/configuration_commands.ts";
import { Consensus } from "../../lib/state/consensus.ts";
import type { GeoIpSource } from "../../lib/state/geoip.ts";
import type { RandomSource } from "../../lib/state/path_random.ts";
import type { Router } from "../../lib/state/router.ts";
import { setRouterFacts } from "../../lib/state/router_attributes.ts";
import { parseIpAddress } from "../../lib/util/ip_address.ts";
import { idOf, infoSource } from "./_relays.ts";

/** A relay that a test makes up. */
export interface Relay {
  name: string;
  flags?: string;
  bandwidth?: number | undefined;
  /** Default one that is in a network of its own. */
  ip?: string;
  ipv6?: string | undefined;
  /** Its family, by names; `undefined` where nobody knows, default none. */
  family?: readonly string[] | undefined;
  /** The lines of its microdescriptor. */
  policy?: string;
}

export const USUAL = "Fast Guard Running Stable V2Dir Valid";

/** A state of which tests can change everything. */
export interface SyntheticState {
  allRouters: readonly Router[];
  entryGuards: ReadonlyMap<string, Router>;
  header: ConsensusHeader;
  /** What GETCONF answers. */
  options: readonly ConfLine[];
  /** What was asked. */
  readonly asked: string[];
  readConsensusHeader(): Promise<ConsensusHeader>;
  readMicrodescriptors(): Promise<number>;
  readRelayOptions(): Promise<readonly ConfLine[]>;
}

/** What relays that a test makes up ask. */
export interface SyntheticOptions {
  /** What Tor answers, by key of GETINFO. */
  answers?: Readonly<Record<string, string>>;
  /** The user's GeoIP database. */
  geoip?: GeoIpSource;
}

/** The relays of a consensus, in order, with all that is known of them. */
export async function makeRouters(
  relays: readonly Relay[],
  { answers = {}, geoip }: SyntheticOptions = {},
): Promise<readonly Router[]> {
  const consensus = new Consensus({ control: infoSource(answers), geoip });
  await consensus.update(relays.map(entry).join(""));
  for (const relay of relays) {
    const { family = [], policy = "" } = relay;
    if ("family" in relay && relay.family === undefined) continue;
    const members = family.map((name) => `$${idOf(name)}`).join(" ");
    const text = `onion-key\n${members === "" ? "" : `family ${members}\n`}${policy}`;
    const router = consensus.routers.get(idOf(relay.name))!;
    setRouterFacts(router, { ...parseMicrodescriptor(text), orHash: router.orHash });
  }
  return consensus.allRouters;
}

/** A state with these relays; those whose name begins with `g` are entry guards. */
export async function makeState(
  relays: readonly Relay[],
  options: SyntheticOptions = {},
): Promise<SyntheticState> {
  const allRouters = await makeRouters(relays, options);
  const asked: string[] = [];
  const guards = allRouters.filter(({ nickname }) => nickname!.startsWith("g"));
  const state: SyntheticState = {
    allRouters,
    entryGuards: new Map(guards.map((guard) => [guard.idHex, guard])),
    header: parseConsensusHeader(""),
    options: [],
    asked,
    readConsensusHeader() {
      asked.push("header");
      return Promise.resolve(state.header);
    },
    readMicrodescriptors() {
      asked.push("microdescriptors");
      return Promise.resolve(allRouters.length);
    },
    readRelayOptions: () => Promise.resolve(state.options),
  };
  return state;
}

/** Random numbers that are the same each time (mulberry32). */
export function seeded(seed: number): RandomSource {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return Math.floor(((word ^ (word >>> 14)) >>> 0) / 2 ** 32 * below);
  };
}

/** How far counts are from what is expected of them (Pearson's chi-square). */
export function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
}

export function names(routers: readonly Router[]): string[] {
  return routers.map(({ nickname }) => nickname!);
}

function entry({ name, flags = USUAL, ip, ipv6, ...relay }: Relay, i: number): string {
  const bandwidth = "bandwidth" in relay ? relay.bandwidth : 5;
  const base64 = (text: string) =>
    btoa(String.fromCharCode(...text.match(/../g)!.map((hex) => Number.parseInt(hex, 16))))
      .slice(0, 27);
  const address = ip ?? `10.${i % 256}.${i >> 8}.1`;
  if (parseIpAddress(address) === undefined) throw new TypeError(`No address: ${address}`);
  return `r ${name} ${base64(idOf(name))} ${base64(idOf(`${name} digest`))} ` +
    `2038-01-01 00:00:00 ${address} 9001 0\n${ipv6 === undefined ? "" : `a [${ipv6}]:9001\n`}` +
    `s ${flags}\n${bandwidth === undefined ? "" : `w Bandwidth=${bandwidth}\n`}`;
}
