import type { SettableCircuitPurpose } from "../control/commands/circuit_commands.ts";
import {
  type CircuitAttempt,
  CircuitAttemptsError,
  CircuitFailedError,
  ControlReplyError,
  PathSelectionError,
  TimeoutError,
  type TorError,
} from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { checkLimit, checkTime } from "../util/check_number.ts";
import type { Circuit } from "./circuit.ts";
import type { PathState } from "./path_facts.ts";
import { type PathOptions, type PathPlan, planPath } from "./path_plan.ts";
import { selectPath } from "./path_selection.ts";
import { PathSources, type PlacesOptions } from "./path_sources.ts";
import type { Router } from "./router.ts";
import type { TorState } from "./tor_state.ts";

/** What a {@linkcode CircuitBuilder} builds by. A {@linkcode TorState} is one. */
export type CircuitBuilderState = PathState & Pick<TorState, "buildTimeoutCircuit">;

/** How a {@linkcode CircuitBuilder} chooses paths, and builds circuits by them. */
export interface CircuitBuilderOptions extends PathOptions {
  /**
   * What the circuits are for; default `"controller"`: Tor puts no streams on them of its own choice. On a
   * `"general"` one it does.
   */
  purpose?: SettableCircuitPurpose | undefined;
  /**
   * How many paths are tried for a circuit; default 3. A relay that fails circuits on purpose has a choice
   * of those that it lets be: more attempts give it more of them.
   */
  attempts?: number | undefined;
  /** The time for an attempt, in milliseconds; default {@linkcode DEFAULT_ATTEMPT_TIMEOUT}. */
  timeout?: number | undefined;
  /**
   * How long a choice that finds no relay waits for more, in milliseconds, where Tor has descriptors of few
   * yet since it has just begun; default 10,000.
   */
  descriptorTimeout?: number | undefined;
}

/** How often Tor is asked for more descriptors, in milliseconds. */
const DESCRIPTOR_INTERVAL = 500;

/** The time for an attempt at a circuit, in milliseconds, as long as Tor allows at first. */
export const DEFAULT_ATTEMPT_TIMEOUT = 60_000;

/**
 * The reasons that Tor gives for the end of a circuit whose first relay it cannot connect to; of others it
 * says `DESTROYED`.
 */
const FIRST_RELAY_REASONS: readonly string[] = [
  "CHANNEL_CLOSED",
  "CONNECTFAILED",
  "OR_CONN_CLOSED",
  "OR_IDENTITY",
];

/**
 * Builds circuits by paths that it chooses as path-spec, section 2.2, has it, but for what it is told
 * otherwise: another length, a first relay, relays between, a last relay, or what that must be like.
 * What Tor's user says of relays holds for all of them, those that are given as well: `ExcludeNodes`,
 * `ExcludeExitNodes`, `EntryNodes`, `MiddleNodes`, `ExitNodes` and `NodeFamily` of Tor's configuration. Tor
 * does not hold to these where it is told a path, as by {@linkcode TorState.buildCircuit}.
 *
 * No path has a relay twice, or two of one family, or, unless told, two of one network; and every relay
 * that is drawn is `Running`, `Valid`, `Fast`, and known to Tor by a descriptor.
 *
 * **Tor chooses better than you.** Its paths are like those of all its users, and whatever is not like
 * them can be told from them: that a path is unusual tells of the client. Whoever runs or watches the relays
 * of a path's ends knows who connects to what. Shape paths only where you know what for.
 *
 * @example Build a circuit by an exit that accepts a port
 * ```ts
 * import { CircuitBuilder, connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * const [guard, middle, exit] = ["A", "B", "C"].map((digit) => digit.repeat(40));
 * await using port = await ScriptedControlPort.start();
 * port.always(/^SETEVENTS/).reply("250 OK");
 * port.always(/^GETINFO/).replyWith(({ args }) => [
 *   ...args.split(" ").map((key) => `250-${key}=`),
 *   "250 OK",
 * ]);
 * port.always(/^GETCONF/).reply("250 ExcludeNodes=");
 * port.expect(`EXTENDCIRCUIT 0 $${guard},$${middle},$${exit} purpose=controller`)
 *   .reply("250 EXTENDED 7", "650 CIRC 7 BUILT");
 * await using tor = await connect({ control: port.address });
 * await using state = await tor.getState({ onWarning() {} });
 *
 * const router = (fingerprint?: string) => state.routerFromId(`$${fingerprint}`)!;
 * const builder = new CircuitBuilder(state, {
 *   guard: router(guard),
 *   middle: [router(middle)],
 *   exit: router(exit),
 * });
 * const circuit = await builder.build();
 * assert.equal(circuit.state, "BUILT");
 * ```
 */
export class CircuitBuilder {
  readonly #state: CircuitBuilderState;
  readonly #plan: PathPlan;
  readonly #sources: PathSources;
  readonly #purpose: SettableCircuitPurpose;
  readonly #attempts: number;
  readonly #timeout: number;
  readonly #descriptorTimeout: number;

  /**
   * Makes a builder, which does nothing by itself.
   *
   * @param state The state of a Tor.
   * @param options What paths are like, and how often and how long a circuit is tried for.
   * @throws {TypeError} Where an option is of a wrong kind.
   * @throws {RangeError} Where a number is out of range, or there are too many or too few relays.
   */
  constructor(state: CircuitBuilderState, options: CircuitBuilderOptions = {}) {
    const { purpose = "controller", attempts = 3, timeout = DEFAULT_ATTEMPT_TIMEOUT } = options;
    const { descriptorTimeout = 10_000 } = options;
    checkLimit("attempts", attempts, { infinite: false });
    checkTime("timeout", timeout);
    checkTime("descriptorTimeout", descriptorTimeout, { least: 0 });
    this.#state = state;
    this.#plan = planPath(options);
    this.#sources = new PathSources(state, this.#plan);
    this.#purpose = purpose;
    this.#attempts = attempts;
    this.#timeout = timeout;
    this.#descriptorTimeout = descriptorTimeout;
  }

  /**
   * Chooses a path, and builds nothing. For the first path by a consensus it asks Tor for weights, policies
   * and families, of 10,000 relays some 10 megabytes; for those after it, for the user's options alone.
   *
   * @param options A `signal` to give up with.
   * @returns The relays, the nearest first.
   * @throws {PathSelectionError} Where no relay fits in one of the places; it tells what left none.
   * @throws {InternalTorError} Where Tor has no consensus, or countries are asked for and it has no database
   * of them.
   * @throws {ControlReplyError} Where Tor, or a filter in front of it, does not tell the user's options.
   * @throws {DisconnectedError} Where the connection is lost before the end.
   */
  async select({ signal }: AbortOptions = {}): Promise<Router[]> {
    return await this.#choose({ signal });
  }

  /**
   * Chooses a path and builds a circuit by it; where that fails, by another one, as often as was allowed.
   * Another entry guard is taken only where Tor cannot connect to the first.
   *
   * @param options A `signal` to give up with: a circuit that is not built yet is closed then.
   * @returns The circuit, which is built.
   * @throws {PathSelectionError} Where no relay fits in one of the places; it tells what left none.
   * @throws {CircuitAttemptsError} Where every attempt failed; it tells why each did.
   * @throws {DisconnectedError} Where the connection is lost before the end.
   */
  async build({ signal }: AbortOptions = {}): Promise<Circuit> {
    const failed: CircuitAttempt[] = [];
    const avoid = new Set<Router>();
    while (failed.length < this.#attempts) {
      const path = await this.#choose({ signal, avoid });
      try {
        return await this.#state.buildTimeoutCircuit(path, this.#timeout, {
          purpose: this.#purpose,
          signal,
        });
      } catch (error) {
        signal?.throwIfAborted();
        if (!isFailure(error)) throw error;
        failed.push({ path: path.map(String), error });
        if (isOfFirstRelay(error)) avoid.add(path[0]!);
      }
    }
    throw new CircuitAttemptsError(failed);
  }

  async #choose(options: PlacesOptions): Promise<Router[]> {
    const until = performance.now() + this.#descriptorTimeout;
    for (;;) {
      try {
        return await this.#chooseNow(options);
      } catch (error) {
        const mayFind = error instanceof PathSelectionError && !this.#sources.isComplete;
        if (!mayFind || performance.now() >= until) throw error;
      }
      await delay(DESCRIPTOR_INTERVAL, options.signal);
    }
  }

  async #chooseNow(options: PlacesOptions): Promise<Router[]> {
    const { places, rules } = await this.#sources.places(options);
    const areFamily = (a: Router, b: Router) => rules.areFamily(a, b);
    return selectPath(places, { ...this.#plan, areFamily });
  }
}

/** Whether another path may do better. */
function isFailure(error: unknown): error is TorError {
  return error instanceof CircuitFailedError || error instanceof TimeoutError ||
    error instanceof ControlReplyError;
}

function isOfFirstRelay(error: TorError): boolean {
  return error instanceof CircuitFailedError && FIRST_RELAY_REASONS.includes(error.reason ?? "");
}
