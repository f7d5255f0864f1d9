import type { ConsensusHeader } from "../codec/consensus_header.ts";
import { UnrecognizedEntityError } from "../errors/mod.ts";
import type { Router } from "./router.ts";
import type { TorState } from "./tor_state.ts";

/** Where the relays of paths, and what must be known of them, come from. */
export type PathState = Pick<
  TorState,
  "allRouters" | "entryGuards" | "readConsensusHeader" | "readMicrodescriptors"
>;

/** What was read for each consensus, as long as anybody has it. */
const headers = new WeakMap<readonly Router[], Promise<ConsensusHeader>>();

/** How many relays are asked for at a time. */
const BATCH = 64;

/**
 * Reads what every choice by the newest consensus needs, once for each: the weights, and policies and
 * families of all relays, which are attributes of theirs then.
 */
export async function readPathFacts(state: PathState): Promise<ConsensusHeader> {
  const { allRouters } = state;
  let header = headers.get(allRouters);
  if (header === undefined) {
    header = read(state);
    headers.set(allRouters, header);
    header.catch(() => headers.delete(allRouters));
  }
  return await header;
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

async function read(state: PathState): Promise<ConsensusHeader> {
  const { allRouters } = state;
  const [header, known] = await Promise.all([
    state.readConsensusHeader(),
    state.readMicrodescriptors(),
  ]);
  // A Tor that uses no microdescriptors has descriptors.
  if (known === 0) await readFamilies(allRouters);
  return header;
}

async function inBatches(
  routers: readonly Router[],
  work: (router: Router) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < routers.length; i += BATCH) {
    await Promise.all(routers.slice(i, i + BATCH).map(work));
  }
}
