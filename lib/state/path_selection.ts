import { type PathPosition, PathSelectionError } from "../errors/mod.ts";
import {
  distinctness,
  type DistinctnessOptions,
  fittingRouters,
  meets,
} from "./path_constraints.ts";
import type { RandomSource } from "./path_random.ts";
import type { PathSource } from "./path_source.ts";
import type { Router } from "./router.ts";

/** A place in a path, and the relays that it may be filled from. */
export interface PathPlace {
  /** Which it is. */
  readonly position: PathPosition;
  /** The relays. */
  readonly source: PathSource;
}

/** What {@linkcode selectPath} goes by. */
export interface SelectPathOptions extends DistinctnessOptions {
  /** The source of random numbers. */
  random: RandomSource;
}

/** How many dead ends are left before it is given up. */
const MAX_DEAD_ENDS = 256;

/**
 * Chooses a path: relays that are given first, then, as path-spec, section 2.2, has it, the exit, then the
 * others from the front. Where nothing is left for a place, another relay is tried in the one before.
 * It asks nobody: all that it needs to know of the relays must be known.
 *
 * @param places The places, the nearest first.
 * @returns A relay for each place.
 * @throws {PathSelectionError} Where no path is found; it tells the first place that none was left for.
 */
export function selectPath(
  places: readonly PathPlace[],
  { random, ...options }: SelectPathOptions,
): Router[] {
  const order = [...places.keys()].sort((a, b) => rank(places[a]!) - rank(places[b]!));
  const chosen: Router[] = [];
  const constraints = distinctness(chosen, options);
  let failure: PathSelectionError | undefined;
  let deadEnds = 0;

  const fill = (): boolean => {
    if (chosen.length === places.length) return true;
    const { position, source } = places[order[chosen.length]!]!;
    const tried = new Set<Router>();
    while (deadEnds < MAX_DEAD_ENDS) {
      const router = source.draw(
        random,
        (router) => !tried.has(router) && meets(router, constraints),
      );
      if (router === undefined) {
        if (tried.size === 0) deadEnds++;
        if (tried.size === 0 && failure === undefined) {
          failure = whyNone(() => fittingRouters(position, source.routers, constraints));
        }
        return false;
      }
      chosen.push(router);
      if (fill()) return true;
      chosen.pop();
      tried.add(router);
    }
    return false;
  };
  if (!fill()) throw failure!;
  const path: Router[] = [];
  for (const [i, place] of order.entries()) path[place] = chosen[i]!;
  return path;
}

const RANKS = { exit: 1, guard: 2, middle: 3 } as const;

function rank({ position, source }: PathPlace): number {
  return source.routers.length === 1 ? 0 : RANKS[position];
}

function whyNone(find: () => unknown): PathSelectionError {
  try {
    find();
  } catch (error) {
    if (error instanceof PathSelectionError) return error;
    throw error;
  }
  throw new TypeError("Cannot tell why no relay fits: one does");
}
