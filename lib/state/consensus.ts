import type { ConsensusHeader } from "../codec/consensus_header.ts";
import type { Fingerprint } from "../codec/events/identifiers.ts";
import { type LongName, parseServerSpec } from "../codec/events/long_name.ts";
import { RouterEntryReader } from "../codec/router_entry.ts";
import { MalformedRelaysError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { type ErrorHandler, reportUnhandled } from "../util/report_error.ts";
import { digestToBase64 } from "../util/hex.ts";
import { nextTurn } from "../util/next_turn.ts";
import { timeSlices } from "../util/time_slices.ts";
import { ConsensusLists } from "./consensus_lists.ts";
import { Router } from "./router.ts";
import { moveRouterEntry, setRouterEntry } from "./router_attributes.ts";
import { readConsensusHeader } from "./read_consensus_header.ts";
import { readMicrodescriptors } from "./read_microdescriptors.ts";
import type { InfoSource, LineSource, RouterContext } from "./router_context.ts";

/** What a {@linkcode Consensus} needs. */
export interface ConsensusOptions extends RouterContext {
  /** The control connection. */
  readonly control: InfoSource & LineSource;
  /** Is told of relays that could not be read; default `reportError`, else a warning. */
  onError?: ErrorHandler | undefined;
}

/** What a new consensus changed. */
export interface ConsensusChange {
  /** The relays that the one before did not have. */
  readonly added: readonly Router[];
  /** The relays that only the one before had. */
  readonly removed: readonly Router[];
}

/**
 * All relays that the directory authorities agree on, as Tor tells them (`GETINFO ns/all`,
 * NEWCONSENSUS). A new consensus replaces the lists and maps here in one step: what was taken before
 * stays as it was. A relay that both have is the same object.
 *
 * @example Find relays
 * ```ts
 * import { connect, Consensus } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * const consensus = new Consensus({ control: tor.control });
 * const { added } = await consensus.update(
 *   "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE " +
 *     "2038-01-01 00:00:00 127.0.0.1 21002 0\ns Fast Guard Running Valid\nw Bandwidth=2\n",
 * );
 * const [router] = consensus.allRouters;
 * assert.equal(added[0], router);
 * assert.equal(consensus.routers.get("66972AEBAE3817FCB98E86F1299384730775AB5A"), router);
 * assert.equal(consensus.routersByHash.get("Zpcq6644F/y5jobxKZOEcwd1q1o"), router);
 * assert.ok(consensus.guards.has(router!.idHex));
 * ```
 */
export class Consensus {
  readonly #options: ConsensusOptions;
  /** As the relays stand in a consensus: whoever wants fingerprints has them made. */
  #byHash: ReadonlyMap<string, Router> = new Map();
  #lists: ConsensusLists = new ConsensusLists(new Map());
  /** Relays that the consensus does not have, as long as anybody holds them. */
  readonly #strangers = new Map<Fingerprint, WeakRef<Router>>();
  #updated: Promise<unknown> = Promise.resolve();

  /**
   * Makes an empty one.
   *
   * @param options What the relays ask Tor by.
   */
  constructor(options: ConsensusOptions) {
    this.#options = options;
  }

  /** Every relay of the consensus, in its order. */
  get allRouters(): readonly Router[] {
    return this.#lists.all;
  }

  /** The relays by {@linkcode Router.idHex}, and by nickname those whose nickname no other has. */
  get routers(): ReadonlyMap<string, Router> {
    return this.#lists.routers;
  }

  /** The relays by nickname, which several may have. */
  get routersByName(): ReadonlyMap<string, readonly Router[]> {
    return this.#lists.byName;
  }

  /** The relays by {@linkcode Router.idHash}. */
  get routersByHash(): ReadonlyMap<string, Router> {
    return this.#lists.byHash;
  }

  /** The relays with the flag `Guard`, by {@linkcode Router.idHex}. */
  get guards(): ReadonlyMap<Fingerprint, Router> {
    return this.#lists.guards;
  }

  /** The relays with the flag `Authority`, by nickname. */
  get authorities(): ReadonlyMap<string, Router> {
    return this.#lists.authorities;
  }

  /**
   * Finds a relay, or makes one up where a fingerprint is given that the consensus does not have:
   * the same one for the same fingerprint, as long as anybody holds it.
   *
   * @param name `$FINGERPRINT~nickname`, `$FINGERPRINT=nickname`, `$FINGERPRINT`, the same without
   * `$`, or a nickname that only one relay has; or the parts of the path of an event.
   * @returns The relay, or `undefined` where no or no single relay has the nickname.
   *
   * @example Name the relays of a path
   * ```ts
   * import { connect, Consensus } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * const consensus = new Consensus({ control: tor.control });
   * const router = consensus.routerFromId(`$${"A".repeat(40)}~bridge`);
   * assert.equal(router?.nickname, "bridge");
   * assert.equal(router?.isInConsensus, false);
   * assert.equal(consensus.routerFromId("A".repeat(40)), router);
   * assert.equal(consensus.routerFromId("nobody"), undefined);
   * ```
   */
  routerFromId(name: LongName): Router;
  /** Finds a relay by its name in text form. */
  routerFromId(name: string): Router | undefined;
  routerFromId(name: string | LongName): Router | undefined {
    const spec = typeof name === "string" ? parseServerSpec(name) : name;
    if (spec === undefined) return undefined;
    const { fingerprint, nickname } = spec;
    if (fingerprint === undefined) return this.routers.get(nickname!);
    const known = find(this.#byHash, fingerprint) ?? this.#strangers.get(fingerprint)?.deref();
    if (known !== undefined) return known;
    const router = new Router(this.#options, { fingerprint, nickname });
    this.#strangers.set(fingerprint, new WeakRef(router));
    return router;
  }

  /**
   * Takes on a new consensus. It is read in slices of a few milliseconds, and takes effect in one
   * step. Several are taken on one after the other. An entry that cannot be read is skipped, and
   * `onError` is told of it.
   *
   * @param text The entries of all relays: `r`, `a`, `s`, `w`, `p` lines (dir-spec, section 3.4.1), as
   * `GETINFO ns/all` and `NewConsensusEvent.body` have them; or a whole consensus.
   * @param options A `signal` to give up with; then nothing has changed.
   * @returns Which relays came and went.
   *
   * @example Take on two, one after the other
   * ```ts
   * import { connect, Consensus } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * const consensus = new Consensus({ control: tor.control });
   * const { added } = await consensus.update(
   *   "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE " +
   *     "2038-01-01 00:00:00 127.0.0.1 21002 0\ns Fast Guard Running Valid\nw Bandwidth=2\n",
   * );
   * const { removed } = await consensus.update("");
   * assert.equal(removed[0], added[0]);
   * assert.equal(consensus.guards.size, 0);
   * ```
   */
  update(text: string, { signal }: AbortOptions = {}): Promise<ConsensusChange> {
    const update = this.#updated.then(async () => {
      signal?.throwIfAborted();
      const next = await this.#read(text, signal);
      const change = this.#takeEffect(next);
      this.#report(next.malformed);
      return change;
    });
    this.#updated = update.catch(() => {});
    return update;
  }

  /**
   * Reads every microdescriptor that Tor has (`GETINFO md/all`), so that {@linkcode Router.policy} and
   * {@linkcode Router.family} are known of the relays that these belong to. A Tor that uses
   * microdescriptors, as clients do, has one of nearly every relay; others have none. Of 10,000 relays
   * it is some 7 megabytes.
   *
   * @param options A `signal` to give up with.
   * @returns Of how many relays it was one.
   * @throws {DisconnectedError} Where the connection is lost before the end.
   *
   * @example Find relays that let out connections to a port
   * ```ts
   * import { connect, Consensus } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("GETINFO md/all").reply("250+md/all=", "onion-key", "p accept 443", ".", "250 OK");
   * await using tor = await connect({ control: port.address });
   * const consensus = new Consensus({ control: tor.control });
   * await consensus.update(
   *   "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o wfXKWndc3geFBHgK0SmhCVXSWs8 " +
   *     "2038-01-01 00:00:00 127.0.0.1 21002 0\n",
   * );
   *
   * assert.equal(await consensus.readMicrodescriptors(), 1);
   * const exits = consensus.allRouters.filter((router) => router.acceptsPort(443));
   * assert.equal(exits[0], consensus.routers.get("n02r"));
   * ```
   */
  async readMicrodescriptors({ signal }: AbortOptions = {}): Promise<number> {
    return await readMicrodescriptors(this.#options.control, this.allRouters, { signal });
  }

  /**
   * Asks Tor for what its consensus says of the network as a whole: the weights for path selection,
   * the parameters, the times.
   *
   * @param options A `signal` to give up with.
   * @returns What it says.
   * @throws {InternalTorError} Where Tor has no consensus.
   * @throws {DisconnectedError} Where the connection is lost before the end.
   *
   * @example Read a weight
   * ```ts
   * import { connect, Consensus } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * const key = "dir/status-vote/current/consensus-microdesc";
   * port.expect(`GETINFO ${key}`)
   *   .reply(`250+${key}=`, "directory-footer", "bandwidth-weights Wmg=3333", ".", "250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const header = await new Consensus({ control: tor.control }).readHeader();
   * assert.equal(header.bandwidthWeights.get("Wmg"), 3333);
   * ```
   */
  async readHeader({ signal }: AbortOptions = {}): Promise<ConsensusHeader> {
    return await readConsensusHeader(this.#options.control, { signal });
  }

  /** Finds the relays of a consensus, and changes none that anybody can have. */
  async #read(text: string, signal: AbortSignal | undefined): Promise<NextConsensus> {
    const next: NextConsensus = {
      byHash: new Map(),
      added: [],
      kept: [],
      entries: [],
      malformed: [],
    };
    const onMalformed = (line: string) => next.malformed.push(line);
    // The turn in which megabytes came has been a long one.
    await nextTurn();
    const pause = timeSlices();
    const reader = new RouterEntryReader(text, { onMalformed });
    while (reader.next()) {
      const { identity } = reader;
      if (next.byHash.has(identity)) continue;
      let router = this.#byHash.get(identity);
      if (router === undefined) {
        router = new Router(this.#options, undefined);
        setRouterEntry(router, reader.text);
        next.added.push(router);
      } else {
        next.kept.push(router);
        next.entries.push(reader.text);
      }
      next.byHash.set(identity, router);
      if (next.byHash.size % STEP > 0) continue;
      await pause();
      signal?.throwIfAborted();
    }
    return next;
  }

  #takeEffect({ byHash, added, kept, entries }: NextConsensus): ConsensusChange {
    const known = new Map<Router, Router>();
    for (const [fingerprint, reference] of this.#strangers) {
      const router = reference.deref();
      const newcomer = find(byHash, fingerprint);
      if (router === undefined || newcomer !== undefined) this.#strangers.delete(fingerprint);
      if (router === undefined || newcomer === undefined) continue;
      // What somebody holds takes the place of what nobody has seen.
      moveRouterEntry(newcomer, router);
      byHash.set(newcomer.idHash, router);
      known.set(newcomer, router);
    }
    for (const [i, router] of kept.entries()) setRouterEntry(router, entries[i]);
    const removed: Router[] = [];
    for (const [hash, router] of this.#byHash) {
      if (byHash.has(hash)) continue;
      setRouterEntry(router, undefined);
      removed.push(router);
      this.#strangers.set(router.idHex, new WeakRef(router));
    }
    this.#byHash = byHash;
    this.#lists = new ConsensusLists(byHash);
    return { added: added.map((router) => known.get(router) ?? router), removed };
  }

  #report(malformed: readonly string[]): void {
    if (malformed.length === 0) return;
    const { onError = reportUnhandled } = this.#options;
    onError(new MalformedRelaysError(malformed));
  }
}

/** A consensus that has not taken effect. */
interface NextConsensus {
  readonly byHash: Map<string, Router>;
  /** Those that the one before has not. */
  readonly added: Router[];
  /** Those that it has, too, which still say what it said. */
  readonly kept: Router[];
  /** The lines of those, in the same order. */
  readonly entries: string[];
  /** The lines that are no relay's. */
  readonly malformed: string[];
}

/** The relay of a fingerprint, which is not known to be well formed. */
function find(byHash: ReadonlyMap<string, Router>, fingerprint: Fingerprint): Router | undefined {
  const router = byHash.get(digestToBase64(fingerprint));
  return router?.idHex === fingerprint ? router : undefined;
}

/** After how many relays the clock is looked at. */
const STEP = 128;
