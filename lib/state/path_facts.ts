import type { ConsensusHeader } from "../codec/consensus_header.ts";
import { UnrecognizedEntityError } from "../errors/mod.ts";
import { inBatches } from "../util/in_batches.ts";
import type { Router } from "./router.ts";
import type { TorState } from "./tor_state.ts";

/** Where the relays of paths, and what must be known of them, come from. */
export type PathState = Pick<
  TorState,
  "allRouters" | "entryGuards" | "readConsensusHeader" | "readMicrodescriptors" | "readRelayOptions"
>;

/** What must be known of a consensus, besides what its relays know of themselves. */
export interface PathFacts {
  /** Has the weights. */
  readonly header: ConsensusHeader;
  /** Whether Tor had descriptors of nearly all relays. One that has just begun gets them bit by bit. */
  readonly isComplete: boolean;
}

/** What was read for each consensus, as long as anybody has it. */
const known = new WeakMap<readonly Router[], Promise<PathFacts>>();

/** The share of relays that are known where Tor is said to have descriptors of nearly all. */
const COMPLETE = 0.9;

/**
 * Reads what every choice by the newest consensus needs: the weights, and policies and families of all
 * relays, which are attributes of theirs then. It is read once, or as often as it is not complete.
 */
export async function readPathFacts(state: PathState): Promise<PathFacts> {
  const { allRouters } = state;
  let facts = known.get(allRouters);
  if (facts === undefined) {
    facts = read(state);
    known.set(allRouters, facts);
    const forget = () => known.delete(allRouters);
    facts.then(({ isComplete }) => isComplete || forget(), forget);
  }
  return await facts;
}

/** Reads the families of relays, where Tor can tell them. */
export async function readFamilies(routers: readonly Router[]): Promise<void> {
  await inBatches(routers, async (router) => {
    try {
      await router.getFamily();
    } catch (error) {
      if (!(error instanceof UnrecognizedEntityError)) throw error;
    }
  });
}

/** Tells the relays that are in one of the countries. */
export async function readCountries(
  routers: readonly Router[],
  countries: readonly string[],
): Promise<ReadonlySet<Router>> {
  const wanted = new Set(countries.map((country) => country.toUpperCase()));
  const found = new Set<Router>();
  await inBatches(routers, async (router) => {
    const { countryCode } = await router.getLocation();
    if (countryCode !== undefined && wanted.has(countryCode.toUpperCase())) found.add(router);
  });
  return found;
}

async function read(state: PathState): Promise<PathFacts> {
  const { allRouters } = state;
  const [header, count] = await Promise.all([
    state.readConsensusHeader(),
    state.readMicrodescriptors(),
  ]);
  // A Tor that uses no microdescriptors has descriptors.
  if (count === 0) await readFamilies(allRouters);
  const described = allRouters.filter(({ family }) => family !== undefined);
  return { header, isComplete: described.length >= COMPLETE * allRouters.length };
}
