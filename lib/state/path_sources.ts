import type { ConsensusHeader } from "../codec/consensus_header.ts";
import { type PathPosition, PathSelectionError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { nextTurn } from "../util/next_turn.ts";
import { exitConstraints, guardConstraints, middleConstraints } from "./path_candidates.ts";
import { fittingRouters } from "./path_constraints.ts";
import { type PathState, readCountries, readFamilies, readPathFacts } from "./path_facts.ts";
import type { ExitRequirements, PathPlan } from "./path_plan.ts";
import { PathPool } from "./path_pool.ts";
import type { PathPlace } from "./path_selection.ts";
import { inOrder, type PathSource } from "./path_source.ts";
import { relayWeights } from "./path_weights.ts";
import { RelayRules } from "./relay_rules.ts";
import { Router } from "./router.ts";

/** The pools that relays are drawn from; none where they are given. */
interface Pools {
  readonly guard?: PathSource | undefined;
  readonly middle?: PathSource | undefined;
  readonly exit?: PathSource | undefined;
  /** Whether nearly all relays are in them that will be. */
  readonly isComplete: boolean;
}

/** The pools that belong to a consensus. */
interface Prepared {
  readonly routers: readonly Router[];
  readonly rules: RelayRules;
  readonly pools: Promise<Pools>;
  /** The relays in no pool whose families were read. */
  readonly read: Set<Router>;
}

/** What {@linkcode PathSources.places} goes by. */
export interface PlacesOptions extends AbortOptions {
  /** Entry guards that another is taken for, where there is another. */
  avoid?: ReadonlySet<Router> | undefined;
}

/** What a path is chosen from. */
export interface PathPlaces {
  /** The places, the nearest first, and the relays for each, of which all is known that a choice needs. */
  readonly places: readonly PathPlace[];
  /** What Tor's user says of relays. */
  readonly rules: RelayRules;
}

/**
 * Knows the relays for each place of a path. The lists are made once for a consensus, and for what Tor's
 * user says of relays: that a new consensus has come shows in that it is not the same list of relays.
 */
export class PathSources {
  readonly #state: PathState;
  readonly #plan: PathPlan;
  #prepared: Prepared | undefined;
  #rules: RelayRules = new RelayRules([]);
  #isComplete = true;

  /** Knows nothing yet. */
  constructor(state: PathState, plan: PathPlan) {
    this.#state = state;
    this.#plan = plan;
  }

  /** Whether Tor had descriptors of nearly all relays, where any were asked for, when it was asked last. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /**
   * The places of a path.
   *
   * @throws {PathSelectionError} Where there are no relays for one of them.
   */
  async places({ signal, avoid }: PlacesOptions = {}): Promise<PathPlaces> {
    signal?.throwIfAborted();
    for (;;) {
      const rules = await abortable(this.#readRules(), signal);
      const { allRouters } = this.#state;
      const prepared = this.#prepared?.routers === allRouters && this.#prepared.rules === rules
        ? this.#prepared
        : this.#begin(allRouters, rules);
      const drawn = this.#fill(await abortable(prepared.pools, signal));
      const checked = drawn.map((place) => checkPlace(place, prepared, avoid));
      const places = await abortable(Promise.all(checked), signal);
      // A new consensus may have come meanwhile.
      if (this.#state.allRouters === allRouters) return { places, rules };
    }
  }

  /** Reads what Tor's user says of relays: the same object as long as that is the same. */
  async #readRules(): Promise<RelayRules> {
    const lines = await this.#state.readRelayOptions();
    return this.#rules = this.#rules.isOf(lines) ? this.#rules : new RelayRules(lines);
  }

  #fill(pools: Pools): PathPlace[] {
    const { guard, middle, exit, length } = this.#plan;
    const first = pools.guard ?? inOrder(guard instanceof Router ? [guard] : this.#guards());
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

  /** Makes the pools of a consensus, and keeps them unless there will be more in them. */
  #begin(routers: readonly Router[], rules: RelayRules): Prepared {
    const pools = this.#prepare(routers, rules);
    const prepared = { routers, rules, pools, read: new Set<Router>() };
    this.#prepared = prepared;
    const forget = () => {
      if (this.#prepared === prepared) this.#prepared = undefined;
    };
    prepared.pools.then(({ isComplete }) => isComplete || forget(), forget);
    return prepared;
  }

  /** Makes the pools. Each step takes thousands of relays some milliseconds, and lets others have a turn. */
  async #prepare(routers: readonly Router[], rules: RelayRules): Promise<Pools> {
    const { guard, middle, exit, isStable, length } = this.#plan;
    const drawsMiddle = typeof middle === "string" && length > 2;
    const drawsExit = !(exit instanceof Router);
    if (guard !== "any" && !drawsMiddle && !drawsExit) return { isComplete: true };
    const { header, isComplete } = await readPathFacts(this.#state);
    this.#isComplete = isComplete;
    const pools: { -readonly [K in keyof Pools]: Pools[K] } = { isComplete };
    if (drawsExit) pools.exit = await this.#exits(routers, exit, { header, rules });
    if (guard === "any") {
      await nextTurn();
      const fitting = fittingRouters("guard", routers, guardConstraints());
      pools.guard = await weightedPool("guard", await allowed("guard", fitting, rules), header);
    }
    if (drawsMiddle) {
      await nextTurn();
      let fitting = fittingRouters("middle", routers, middleConstraints({ isStable }));
      fitting = await allowed("middle", fitting, rules);
      pools.middle = middle === "uniform"
        ? new PathPool(fitting)
        : await weightedPool("middle", fitting, header);
    }
    return pools;
  }

  async #exits(
    routers: readonly Router[],
    exit: ExitRequirements,
    { header, rules }: { header: ConsensusHeader; rules: RelayRules },
  ): Promise<PathSource> {
    const { countries = [], selection } = exit;
    let fitting = fittingRouters("exit", routers, exitConstraints(exit, this.#plan));
    fitting = await allowed("exit", fitting, rules);
    if (countries.length > 0) {
      const there = await readCountries(fitting, countries);
      const name = `is in ${countries.map((country) => country.toUpperCase()).join(" or ")}`;
      fitting = fittingRouters("exit", fitting, [{ name, fits: (router) => there.has(router) }]);
    }
    return selection === "uniform"
      ? new PathPool(fitting)
      : await weightedPool("exit", fitting, header);
  }

  #guards(): readonly Router[] {
    const guards = [...this.#state.entryGuards.values()];
    if (guards.length === 0) {
      const constraint = "is one of Tor's entry guards that it can use";
      const left = this.#state.allRouters.length;
      throw new PathSelectionError({ position: "guard", constraint, left });
    }
    return guards;
  }
}

/** The relays that Tor's user lets be in a place. */
async function allowed(
  position: PathPosition,
  routers: Router[],
  rules: RelayRules,
): Promise<Router[]> {
  if (rules.areEmpty) return routers;
  await rules.learn(routers);
  return fittingRouters(position, routers, rules.constraints(position));
}

/**
 * Learns what must be known of relays that are in no pool, given ones and entry guards, and leaves out
 * those that Tor's user does, and those to avoid where there are others.
 */
async function checkPlace(
  { position, source }: PathPlace,
  { rules, read }: Prepared,
  avoid: ReadonlySet<Router> = new Set(),
): Promise<PathPlace> {
  if (source instanceof PathPool) return { position, source };
  const routers = await allowed(position, [...source.routers], rules);
  const unread = routers.filter((router) => router.family === undefined || !read.has(router));
  await readFamilies(unread);
  for (const router of unread) read.add(router);
  const others = routers.filter((router) => !avoid.has(router));
  return { position, source: inOrder(others.length === 0 ? routers : others) };
}

async function weightedPool(
  position: PathPosition,
  routers: readonly Router[],
  header: ConsensusHeader,
): Promise<PathPool> {
  await nextTurn();
  return new PathPool(routers, relayWeights(routers, position, header));
}
