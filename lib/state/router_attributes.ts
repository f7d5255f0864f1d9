import type { HostPort } from "../codec/events/host_port.ts";
import type { Fingerprint } from "../codec/events/identifiers.ts";
import type { LongName } from "../codec/events/long_name.ts";
import { PortPolicy } from "../codec/port_policy.ts";
import { areFamily, type RouterFamily } from "../codec/router_family.ts";
import {
  entryBandwidth,
  entryDigest,
  entryFingerprint,
  entryFlags,
  entryIdentity,
  entryNickname,
  mayHavePolicy,
} from "../codec/router_entry.ts";
import { parseRouterStatuses, type RouterFlag, type RouterStatus } from "../codec/router_status.ts";
import { flat } from "../codec/events/flat.ts";
import { TorError } from "../errors/mod.ts";
import { digestToBase64 } from "../util/hex.ts";

/** Which policy `Router.acceptsPort` asks. */
export interface AcceptsPortOptions {
  /** Ask for connections over IPv6; default `false`. */
  ipv6?: boolean | undefined;
}

/** What a relay keeps of its microdescriptor or descriptor. */
export interface RouterFacts {
  /** What `orHash` was when they were asked for. */
  readonly orHash: string | undefined;
  /** To which ports it lets out connections over IPv4; `undefined` where only the consensus may tell. */
  readonly policy: PortPolicy | undefined;
  /** To which ports it lets out connections over IPv6. */
  readonly ipv6Policy: PortPolicy;
  /** The relays that are run by the same people. */
  readonly family: RouterFamily;
}

/**
 * Gives a relay its lines in the newest consensus, well formed, or `undefined` where that has none of
 * it.
 */
export let setRouterEntry: (router: RouterAttributes, entry: string | undefined) => void;

/** Gives a relay the lines of another object that stands for the same relay. */
export let moveRouterEntry: (from: RouterAttributes, to: RouterAttributes) => void;

/** Gives a relay what was read of it. */
export let setRouterFacts: (router: RouterAttributes, facts: RouterFacts) => void;

/** What was read of a relay, unless it belongs to an older consensus. */
export let newestFacts: (router: RouterAttributes) => RouterFacts | undefined;

/**
 * What is known of a relay without asking. A `Router` has these attributes, and asks for more.
 *
 * @example Look at a relay
 * ```ts
 * import { Router } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const control = { getInfo: () => Promise.resolve("") };
 * const fingerprint = "66972AEBAE3817FCB98E86F1299384730775AB5A";
 * const router = new Router({ control }, { fingerprint, nickname: "n02r" });
 * assert.equal(router.idHash, "Zpcq6644F/y5jobxKZOEcwd1q1o");
 * assert.equal(router.isInConsensus, false);
 * assert.equal(router.policy, undefined);
 * ```
 */
export abstract class RouterAttributes {
  /** `undefined` until somebody asks, of a relay that a consensus told of. */
  #idHex: Fingerprint | undefined;
  readonly #nickname: string | undefined;
  /** The relay's lines in the newest consensus that had it, and what they say once somebody asks. */
  #entry: string | RouterStatus | undefined;
  #isInConsensus = false;
  #facts: RouterFacts | undefined;

  static {
    setRouterEntry = (router, entry) => {
      router.#isInConsensus = entry !== undefined;
      if (entry !== undefined) router.#entry = entry;
      // Its lines are a part of a whole consensus, which need not be kept for them.
      else if (typeof router.#entry === "string") router.#entry = flat(router.#entry);
    };
    moveRouterEntry = (from, to) => {
      to.#isInConsensus = from.#isInConsensus;
      to.#entry = from.#entry;
    };
    setRouterFacts = (router, facts) => {
      router.#facts = facts;
    };
    newestFacts = (router) => router.#facts?.orHash === router.orHash ? router.#facts : undefined;
  }

  /**
   * Makes a relay that no consensus has told of yet.
   *
   * @param name The relay's fingerprint and, where it is known, its nickname; `undefined` where the
   * lines of a consensus are given to it at once.
   */
  constructor(name: LongName | undefined) {
    this.#idHex = name?.fingerprint;
    this.#nickname = name?.nickname;
  }

  /** The digest of the relay's RSA identity key: 40 upper-case hex digits, without `$`. */
  get idHex(): Fingerprint {
    return this.#idHex ??= this.#readFingerprint();
  }

  /** The same in base64 without padding, 27 characters, as it stands in a consensus. */
  get idHash(): string {
    const entry = this.#entry;
    return typeof entry === "string" ? entryIdentity(entry) : digestToBase64(this.idHex);
  }

  /** The relay's nickname, which others may have as well; `undefined` where it is not known. */
  get nickname(): string | undefined {
    const entry = this.#entry;
    if (typeof entry === "string") return entryNickname(entry);
    return entry?.nickname ?? this.#nickname;
  }

  /** Whether the newest consensus has the relay. */
  get isInConsensus(): boolean {
    return this.#isInConsensus;
  }

  /**
   * The digest of the relay's descriptor in base64 without padding: 27 characters. Where Tor uses
   * microdescriptors, it is the first 20 bytes of the microdescriptor's SHA-256 digest.
   */
  get orHash(): string | undefined {
    const entry = this.#entry;
    if (typeof entry === "string") return entryDigest(entry);
    return entry?.digest === undefined ? undefined : digestToBase64(entry.digest);
  }

  /** The relay's IPv4 address. */
  get ip(): string | undefined {
    return this.#status?.ip;
  }

  /** The IPv6 addresses for connections of relays and clients, with their ports (`a` lines). */
  get ipv6Addresses(): readonly HostPort[] {
    return this.#status?.orAddresses.filter(({ address }) => address.includes(":")) ?? [];
  }

  /** The port for connections of relays and clients. */
  get orPort(): number | undefined {
    return this.#status?.orPort;
  }

  /** The port for directory requests; 0 for none. */
  get dirPort(): number | undefined {
    return this.#status?.dirPort;
  }

  /** What the authorities say of the relay, in their words, such as `Exit`; also unknown words. */
  get flags(): ReadonlySet<RouterFlag> {
    const entry = this.#entry;
    return flagSet((typeof entry === "string" ? entryFlags(entry) : entry?.flags) ?? NO_FLAGS);
  }

  /** The relay's weight in path selection, in kilobytes a second; `undefined` where it has none. */
  get bandwidth(): number | undefined {
    const entry = this.#entry;
    return typeof entry === "string" ? entryBandwidth(entry) : entry?.bandwidth;
  }

  /**
   * Whether too few authorities have measured the bandwidth. `GETINFO ns/all` and NEWCONSENSUS events
   * never say so, only a whole consensus does.
   */
  get isUnmeasured(): boolean {
    return this.#status?.unmeasured ?? false;
  }

  /** When the relay's descriptor was published; newer consensuses say 2038-01-01 of all relays. */
  get modified(): Date | undefined {
    return this.#status?.publication;
  }

  /** The version that the relay runs, such as `Tor 0.4.9.11`; only a whole consensus tells it. */
  get version(): string | undefined {
    return this.#status?.version;
  }

  /** The protocols that the relay speaks, such as `Cons=1-2 Link=1-5`; only a whole consensus tells. */
  get protocols(): string | undefined {
    return this.#status?.protocols;
  }

  /**
   * To which ports the relay lets out connections to most IPv4 addresses. `undefined` until it is
   * known: a Tor that uses microdescriptors, as clients do, does not tell it with the consensus. It is
   * known once `getPolicy` or `Consensus.readMicrodescriptors` has asked.
   */
  get policy(): PortPolicy | undefined {
    const entry = this.#entry;
    const isTold = typeof entry !== "string" || mayHavePolicy(entry);
    return (isTold ? summaryPolicy(this.#status) : undefined) ?? this.#facts?.policy;
  }

  /** The same for IPv6 addresses, which no consensus tells. */
  get ipv6Policy(): PortPolicy | undefined {
    return this.#facts?.ipv6Policy;
  }

  /** The relay's family, `undefined` until it is known, as with {@linkcode RouterAttributes.policy}. */
  get family(): RouterFamily | undefined {
    return this.#facts?.family;
  }

  /**
   * Whether the relay lets out connections to a port, at most addresses. It answers at once, from what is
   * known: await `getPolicy()` of the relay first, or `readMicrodescriptors()` of the state or the consensus,
   * which asks for all relays together. Guessing would be wrong in either way.
   *
   * @param port 1 to 65535.
   * @param options Whether to ask for IPv6.
   * @returns Whether it does.
   * @throws {TorError} Where the policy is not known yet; the message tells what to call.
   * @throws {RangeError} Where there is no such port.
   *
   * @example Read the policy, then ask
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const control = { getInfo: () => Promise.resolve("onion-key\np accept 80,443\n") };
   * const fingerprint = "66972AEBAE3817FCB98E86F1299384730775AB5A";
   * const router = new Router({ control }, { fingerprint, nickname: undefined });
   * assert.throws(() => router.acceptsPort(443), { name: "TorError" });
   * await router.getPolicy();
   * assert.equal(router.acceptsPort(443), true);
   * assert.equal(router.acceptsPort(443, { ipv6: true }), false);
   * ```
   */
  acceptsPort(port: number, { ipv6 = false }: AcceptsPortOptions = {}): boolean {
    const policy = ipv6 ? this.ipv6Policy : this.policy;
    if (policy === undefined) {
      throw new TorError(
        `Cannot tell whether ${this} accepts port ${port}: its policy is not read yet; await ` +
          "getPolicy() first, or of many relays readMicrodescriptors()",
      );
    }
    return policy.acceptsPort(port);
  }

  /**
   * Whether the two relays are of one family: they name each other, or share a family's key
   * (path-spec, section 2.2).
   *
   * @param other Another relay.
   * @returns Whether they are; a relay is of its own family.
   * @throws {TorError} Where a family is not known yet; see {@linkcode RouterAttributes.family}.
   *
   * @example Ask for the families, then compare
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const [a, b] = ["A".repeat(40), "B".repeat(40)];
   * const control = { getInfo: () => Promise.resolve(`onion-key\nfamily $${a} $${b}\n`) };
   * const routers = [a, b].map((fingerprint) =>
   *   new Router({ control }, { fingerprint, nickname: undefined })
   * );
   * for (const router of routers) await router.getFamily();
   * assert.ok(routers[0]!.isFamilyOf(routers[1]!));
   * ```
   */
  isFamilyOf(other: RouterAttributes): boolean {
    if (other.idHex === this.idHex) return true;
    const [a, b] = [this, other].map((router) => {
      const { idHex: fingerprint, nickname, family } = router;
      if (family !== undefined) return { fingerprint, nickname, family };
      throw new TorError(
        `Cannot tell whether ${router} is of a family: its family is not read yet; await getFamily() first`,
      );
    });
    return areFamily(a!, b!);
  }

  /**
   * The relay as Tor writes it (control-spec, section 2.4: `LongName`).
   *
   * @returns Such as `$66972AEBAE3817FCB98E86F1299384730775AB5A~n02r`.
   *
   * @example Write a relay
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const control = { getInfo: () => Promise.resolve("") };
   * const router = new Router({ control }, { fingerprint: "A".repeat(40), nickname: "moria1" });
   * assert.equal(String(router), `$${"A".repeat(40)}~moria1`);
   * ```
   */
  toString(): string {
    const { nickname } = this;
    return nickname === undefined ? `$${this.idHex}` : `$${this.idHex}~${nickname}`;
  }

  #readFingerprint(): Fingerprint {
    const entry = this.#entry!;
    return typeof entry === "string" ? entryFingerprint(entry) : entry.fingerprint;
  }

  get #status(): RouterStatus | undefined {
    if (typeof this.#entry === "string") this.#entry = parseRouterStatuses(this.#entry)[0];
    return this.#entry;
  }
}

const NO_FLAGS: readonly RouterFlag[] = [];

/** Few lists of flags are shared by thousands of relays, and so are the sets that are made of them. */
const flagSets = new WeakMap<readonly RouterFlag[], ReadonlySet<RouterFlag>>();

function flagSet(flags: readonly RouterFlag[]): ReadonlySet<RouterFlag> {
  let set = flagSets.get(flags);
  if (set === undefined) flagSets.set(flags, set = new Set(flags));
  return set;
}

function summaryPolicy(status: RouterStatus | undefined): PortPolicy | undefined {
  const summary = status?.policySummary;
  return summary === undefined ? undefined : PortPolicy.parse(summary);
}
