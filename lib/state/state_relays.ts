import type { ConsensusHeader } from "../codec/consensus_header.ts";
import type { GuardEvent, NewConsensusEvent } from "../codec/events/mod.ts";
import type { ConfLine } from "../control/commands/configuration_commands.ts";
import type { ControlConnection } from "../control/connection.ts";
import { DisconnectedError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import { Consensus } from "./consensus.ts";
import { type EntryGuard, isUsableGuard, parseEntryGuards, usableGuards } from "./entry_guards.ts";
import type { GeoIpSource } from "./geoip.ts";
import { RELAY_OPTIONS } from "./relay_rules.ts";
import type { Router } from "./router.ts";
import type { RouterFetch } from "./router_context.ts";

/** What the relays of a state are read with. */
export interface StateRelaysOptions {
  /** The control connection. */
  readonly control: ControlConnection;
  /** Fetches through Tor. */
  readonly fetch?: RouterFetch | undefined;
  /** Tells where relays are; default Tor's own database. */
  readonly geoip?: GeoIpSource | undefined;
  /** Gets what goes wrong while nobody waits for it. */
  readonly onError: ErrorHandler;
}

/** The relays that Tor knows, and the entry guards among them. A `TorState` has them as its attributes. */
export abstract class StateRelays {
  readonly #options: StateRelaysOptions;
  readonly #consensus: Consensus;
  #guards: readonly EntryGuard[] = [];
  #guardsAsked: Promise<void> | undefined;

  /** None is known yet. */
  constructor(options: StateRelaysOptions) {
    this.#options = options;
    this.#consensus = new Consensus(options);
  }

  /** The relays of the consensus, in its order. */
  get allRouters(): readonly Router[] {
    return this.#consensus.allRouters;
  }

  /** The relays by fingerprint, and by nickname where it is unique. */
  get routers(): ReadonlyMap<string, Router> {
    return this.#consensus.routers;
  }

  /** The relays of each nickname. */
  get routersByName(): ReadonlyMap<string, readonly Router[]> {
    return this.#consensus.routersByName;
  }

  /** The relays by the digest of their identity keys in base64. */
  get routersByHash(): ReadonlyMap<string, Router> {
    return this.#consensus.routersByHash;
  }

  /** The relays that have the flag `Guard`, by fingerprint. */
  get guards(): ReadonlyMap<string, Router> {
    return this.#consensus.guards;
  }

  /** The relays that have the flag `Authority`, by nickname. */
  get authorities(): ReadonlyMap<string, Router> {
    return this.#consensus.authorities;
  }

  /**
   * Tor's own entry guards that it can use, by fingerprint, in its order of preference: those that it
   * has used before, then those that it would use next.
   */
  get entryGuards(): ReadonlyMap<string, Router> {
    return new Map(
      usableGuards(this.#guards).map((guard) => [guard.fingerprint, this.#router(guard)]),
    );
  }

  /** Tor's own entry guards that it cannot use now; some may not be in the consensus. */
  get unusableEntryGuards(): readonly EntryGuard[] {
    return this.#guards.filter((guard) => !isUsableGuard(guard));
  }

  /**
   * The relay of a fingerprint, a unique nickname, or both as Tor writes them.
   *
   * @param name Such as `"$9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1"`.
   * @returns The relay; `undefined` where a nickname is unknown or not unique. Of an unknown
   * fingerprint a relay of which nothing is known.
   */
  routerFromId(name: string): Router | undefined {
    return this.#consensus.routerFromId(name);
  }

  /**
   * Reads every microdescriptor that Tor has, so that policies and families of the relays are known; see
   * {@linkcode Consensus.readMicrodescriptors}.
   *
   * @param options A `signal` to give up with.
   * @returns Of how many relays it was one.
   */
  async readMicrodescriptors(options: AbortOptions = {}): Promise<number> {
    return await this.#consensus.readMicrodescriptors(options);
  }

  /**
   * Reads what the consensus says of the network as a whole; see {@linkcode Consensus.readHeader}.
   *
   * @param options A `signal` to give up with.
   * @returns What it says.
   */
  async readConsensusHeader(options: AbortOptions = {}): Promise<ConsensusHeader> {
    return await this.#consensus.readHeader(options);
  }

  /**
   * Reads the options by which Tor's user says which relays may be where: `ExcludeNodes`,
   * `ExcludeExitNodes`, `EntryNodes`, `MiddleNodes`, `ExitNodes` and `NodeFamily`.
   *
   * @param options A `signal` to give up with.
   * @returns Their lines, as GETCONF has them.
   */
  async readRelayOptions(options: AbortOptions = {}): Promise<readonly ConfLine[]> {
    return await this.#options.control.getConf(RELAY_OPTIONS, options);
  }

  /** Takes in the answers to `GETINFO ns/all` and `entry-guards`. */
  protected async resyncRelays(relays: string, entryGuards: string): Promise<void> {
    await this.#consensus.update(relays);
    this.#guards = parseEntryGuards(entryGuards);
  }

  /** Takes in an event. */
  protected applyToRelays(event: NewConsensusEvent | GuardEvent): void {
    if (event.type === "GUARD") this.#guardsAsked ??= this.#askForGuards();
    else this.#consensus.update(event.body).catch(this.#options.onError);
  }

  #router(
    { fingerprint, nickname }: { fingerprint: string; nickname: string | undefined },
  ): Router {
    return this.#consensus.routerFromId(nameOf({ fingerprint, nickname }))!;
  }

  /** Guards change several at a time: what is told meanwhile is in the answer. */
  async #askForGuards(): Promise<void> {
    await Promise.resolve();
    try {
      const onReply = () => this.#guardsAsked = undefined;
      this.#guards = parseEntryGuards(
        await this.#options.control.getInfo("entry-guards", { onReply }),
      );
    } catch (error) {
      this.#guardsAsked = undefined;
      if (!(error instanceof DisconnectedError)) this.#options.onError(error);
    }
  }
}

function nameOf(
  { fingerprint, nickname }: { fingerprint: string; nickname: string | undefined },
): string {
  return nickname === undefined ? `$${fingerprint}` : `$${fingerprint}~${nickname}`;
}
