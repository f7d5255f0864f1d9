import type { RandomSource } from "./path_random.ts";
import type { PathSource } from "./path_source.ts";
import type { Router } from "./router.ts";

/** How often a relay is drawn before those that do not fit are sorted out. */
const TRIES = 16;

/**
 * Relays of which one is drawn at random, by weights or each as likely as the others. A draw among
 * thousands looks at a dozen: one that does not fit is put back and another drawn, which leaves the odds of
 * the others against each other as they are. Only where few fit, all are looked at.
 */
export class PathPool implements PathSource {
  readonly routers: readonly Router[];
  readonly #weights: readonly number[] | undefined;
  /** The sum of the weights up to and with each relay. */
  readonly #sums: Float64Array | undefined;

  /**
   * Makes a pool.
   *
   * @param routers The relays.
   * @param weights An integer for each. Without them, or where all are 0, each is as likely as the others.
   */
  constructor(routers: readonly Router[], weights?: readonly number[]) {
    this.routers = routers;
    if (weights === undefined) return;
    this.#weights = weights;
    this.#sums = sumsOf(weights);
  }

  /** Draws one that fits; `undefined` where none does. */
  draw(random: RandomSource, fits: (router: Router) => boolean): Router | undefined {
    if (this.routers.length === 0) return undefined;
    for (let i = 0; i < TRIES; i++) {
      const router = this.routers[drawIndex(random, this.routers.length, this.#sums)]!;
      if (fits(router)) return router;
    }
    const fitting = [...this.routers.keys()].filter((i) => fits(this.routers[i]!));
    if (fitting.length === 0) return undefined;
    const weights = this.#weights;
    const sums = weights && sumsOf(fitting.map((i) => weights[i]!));
    return this.routers[fitting[drawIndex(random, fitting.length, sums)]!];
  }
}

function sumsOf(weights: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(weights, (weight) => sum += weight);
}

function drawIndex(random: RandomSource, count: number, sums: Float64Array | undefined): number {
  const total = sums?.[count - 1] ?? 0;
  if (sums === undefined || total === 0) return random(count);
  const number = random(total);
  // The first whose sum is above the number.
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle]! > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
