import type { ConsensusHeader } from "../codec/consensus_header.ts";
import { type PathPosition, PathSelectionError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { exitConstraints, guardConstraints, middleConstraints } from "./path_candidates.ts";
import { fittingRouters } from "./path_constraints.ts";
import { type PathState, readCountries, readFamilies, readPathFacts } from "./path_facts.ts";
import type { ExitRequirements, PathPlan } from "./path_plan.ts";
import { PathPool } from "./path_pool.ts";
import type { PathPlace } from "./path_selection.ts";
import { inOrder, type PathSource } from "./path_source.ts";
import { relayWeights } from "./path_weights.ts";
import { Router } from "./router.ts";

/** The pools that relays are drawn from; none where they are given. */
type Pools = { readonly [position in PathPosition]?: PathSource };

/** The pools that belong to a consensus. */
interface Prepared {
  readonly routers: readonly Router[];
  readonly pools: Promise<Pools>;
}

/** What {@linkcode PathSources.places} goes by. */
export interface PlacesOptions extends AbortOptions {
  /** Entry guards that another is taken for, where there is another. */
  avoid?: ReadonlySet<Router> | undefined;
}

/**
 * Knows the relays for each place of a path. The lists are made once for a consensus: that a new one has
 * come shows in that it is not the same list of relays.
 */
export class PathSources {
  readonly #state: PathState;
  readonly #plan: PathPlan;
  #prepared: Prepared | undefined;

  /** Knows nothing yet. */
  constructor(state: PathState, plan: PathPlan) {
    this.#state = state;
    this.#plan = plan;
  }

  /**
   * The places of a path and the relays for each, of which all is known that a choice needs.
   *
   * @throws {PathSelectionError} Where there are none for one of them.
   */
  async places({ signal, avoid }: PlacesOptions = {}): Promise<PathPlace[]> {
    signal?.throwIfAborted();
    for (;;) {
      const { allRouters } = this.#state;
      const places = this.#fill(await abortable(this.#pools(allRouters), signal), avoid);
      const others = places.filter(({ source }) => !(source instanceof PathPool));
      const families = readFamilies(others.flatMap(({ source }) => source.routers));
      await abortable(families, signal);
      // A new consensus may have come meanwhile.
      if (this.#state.allRouters === allRouters) return places;
    }
  }

  #fill(pools: Pools, avoid: ReadonlySet<Router> | undefined): PathPlace[] {
    const { guard, middle, exit, length } = this.#plan;
    const first = pools.guard ?? inOrder(guard instanceof Router ? [guard] : this.#guards(avoid));
    const middles = typeof middle === "string"
      ? Array.from({ length: length - 2 }, () => pools.middle!)
      : middle.map((router) => inOrder([router]));
    const last = pools.exit ?? inOrder([exit as Router]);
    return [
      { position: "guard", source: first },
      ...middles.map((source) => ({ position: "middle" as const, source })),
      { position: "exit", source: last },
    ];
  }

  /** The pools of a consensus, made once. */
  #pools(routers: readonly Router[]): Promise<Pools> {
    if (this.#prepared?.routers === routers) return this.#prepared.pools;
    const prepared = { routers, pools: this.#prepare(routers) };
    this.#prepared = prepared;
    prepared.pools.catch(() => {
      if (this.#prepared === prepared) this.#prepared = undefined;
    });
    return prepared.pools;
  }

  async #prepare(routers: readonly Router[]): Promise<Pools> {
    const { guard, middle, exit, isStable, length } = this.#plan;
    const drawsMiddle = typeof middle === "string" && length > 2;
    const drawsExit = !(exit instanceof Router);
    if (guard !== "any" && !drawsMiddle && !drawsExit) return {};
    const header = await readPathFacts(this.#state);
    const pools: { -readonly [position in keyof Pools]: Pools[position] } = {};
    if (drawsExit) pools.exit = await this.#exits(routers, exit, header);
    if (guard === "any") {
      const fitting = fittingRouters("guard", routers, guardConstraints());
      pools.guard = weightedPool("guard", fitting, header);
    }
    if (drawsMiddle) {
      const fitting = fittingRouters("middle", routers, middleConstraints({ isStable }));
      pools.middle = middle === "uniform"
        ? new PathPool(fitting)
        : weightedPool("middle", fitting, header);
    }
    return pools;
  }

  async #exits(
    routers: readonly Router[],
    exit: ExitRequirements,
    header: ConsensusHeader,
  ): Promise<PathSource> {
    const { countries = [], selection } = exit;
    let fitting = fittingRouters("exit", routers, exitConstraints(exit, this.#plan));
    if (countries.length > 0) {
      const there = await readCountries(fitting, countries);
      const name = `is in ${countries.map((country) => country.toUpperCase()).join(" or ")}`;
      fitting = fittingRouters("exit", fitting, [{ name, fits: (router) => there.has(router) }]);
    }
    return selection === "uniform" ? new PathPool(fitting) : weightedPool("exit", fitting, header);
  }

  #guards(avoid: ReadonlySet<Router> = new Set()): readonly Router[] {
    const guards = [...this.#state.entryGuards.values()];
    if (guards.length === 0) {
      const constraint = "is one of Tor's entry guards that it can use";
      const left = this.#state.allRouters.length;
      throw new PathSelectionError({ position: "guard", constraint, left });
    }
    const others = guards.filter((guard) => !avoid.has(guard));
    return others.length === 0 ? guards : others;
  }
}

function weightedPool(
  position: PathPosition,
  routers: readonly Router[],
  header: ConsensusHeader,
): PathPool {
  return new PathPool(routers, relayWeights(routers, position, header));
}
