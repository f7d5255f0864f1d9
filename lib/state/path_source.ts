import type { RandomSource } from "./path_random.ts";
import type { Router } from "./router.ts";

/** The relays that one place in a path is filled from. */
export interface PathSource {
  /** All of them. */
  readonly routers: readonly Router[];
  /** Chooses one that fits; `undefined` where none does. */
  draw(random: RandomSource, fits: (router: Router) => boolean): Router | undefined;
}

/** Gives the first that fits: relays in an order of preference, or one that is given. */
export function inOrder(routers: readonly Router[]): PathSource {
  return { routers, draw: (_random, fits) => routers.find(fits) };
}
