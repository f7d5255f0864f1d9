import type { LongName } from "../codec/events/long_name.ts";
import { type Microdescriptor, parseMicrodescriptor } from "../codec/microdescriptor.ts";
import type { PortPolicy } from "../codec/port_policy.ts";
import type { RouterFamily } from "../codec/router_family.ts";
import { parseServerDescriptor, type ServerDescriptor } from "../codec/server_descriptor.ts";
import { TorError, UnrecognizedEntityError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { lookUpLocation, type RouterLocation } from "./geoip.ts";
import { fetchOnionooDetails, type OnionooDetails, type OnionooOptions } from "./onionoo.ts";
import {
  newestFacts,
  RouterAttributes,
  type RouterFacts,
  setRouterFacts,
} from "./router_attributes.ts";
import type { RouterContext } from "./router_context.ts";

/** Asks Tor in which country an address of a relay is, whatever the user's database says. */
export let askTorForCountry: (
  router: Router,
  ip: string,
  options?: AbortOptions,
) => Promise<string | undefined>;

/**
 * A relay. Its attributes are what the newest consensus that had it says of it (dir-spec, section
 * 3.4.1), and change with the next one; the object stays the same as long as anybody holds it.
 *
 * A relay that the consensus does not have, such as a bridge or one in the path of an older circuit,
 * has a fingerprint and perhaps a nickname, and `undefined` for the rest.
 *
 * @example Look at a relay
 * ```ts
 * import { connect, Consensus } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * const consensus = new Consensus({ control: tor.control });
 * await consensus.update(
 *   "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE " +
 *     "2038-01-01 00:00:00 127.0.0.1 21002 0\ns Exit Fast Running Valid\nw Bandwidth=2\n",
 * );
 * const router = consensus.routers.get("n02r");
 * assert.equal(router?.idHex, "66972AEBAE3817FCB98E86F1299384730775AB5A");
 * assert.equal(router?.orPort, 21002);
 * assert.ok(router?.flags.has("Exit"));
 * ```
 */
export class Router extends RouterAttributes {
  readonly #context: RouterContext;
  #location: { readonly ip: string; readonly place: RouterLocation } | undefined;

  static {
    askTorForCountry = (router, ip, options) => router.#askForCountry(ip, options);
  }

  /**
   * Makes a relay that no consensus has told of yet; a `Consensus` makes those that one has.
   *
   * @param context What to ask Tor by.
   * @param name The relay's fingerprint and, where it is known, its nickname; `undefined` is for a
   * `Consensus`.
   */
  constructor(context: RouterContext, name: LongName | undefined) {
    super(name);
    this.#context = context;
  }

  /**
   * Reads to which ports the relay lets out connections, where it is not known yet.
   *
   * @param options A `signal` to give up with.
   * @returns The policy for IPv4; {@linkcode Router.ipv6Policy} is known from then on, too.
   * @throws {UnrecognizedEntityError} Where Tor has no descriptor of the relay.
   * @throws {TorError} Where what Tor has does not tell it.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Read a policy
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const control = { getInfo: () => Promise.resolve("onion-key\np accept 80,443\n") };
   * const fingerprint = "66972AEBAE3817FCB98E86F1299384730775AB5A";
   * const router = new Router({ control }, { fingerprint, nickname: undefined });
   * assert.equal(String(await router.getPolicy()), "accept 80,443");
   * ```
   */
  async getPolicy({ signal }: AbortOptions = {}): Promise<PortPolicy> {
    await this.#readFacts({ signal });
    if (this.policy !== undefined) return this.policy;
    throw new TorError(`Cannot tell the policy of ${this}: its descriptor has no summary of it`);
  }

  /**
   * Reads which relays are run by the same people, where it is not known yet.
   *
   * @param options A `signal` to give up with.
   * @returns The family.
   * @throws {UnrecognizedEntityError} Where Tor has no descriptor of the relay.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Read a family
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const other = "B".repeat(40);
   * const control = { getInfo: () => Promise.resolve(`onion-key\nfamily $${other}\n`) };
   * const router = new Router({ control }, { fingerprint: "A".repeat(40), nickname: undefined });
   * assert.deepEqual([...(await router.getFamily()).fingerprints], [other]);
   * ```
   */
  async getFamily({ signal }: AbortOptions = {}): Promise<RouterFamily> {
    return (await this.#readFacts({ signal })).family;
  }

  /**
   * Asks for the relay's microdescriptor (`GETINFO md/id/…`), which clients have of nearly every relay.
   *
   * @param options A `signal` to give up with.
   * @returns The microdescriptor.
   * @throws {UnrecognizedEntityError} Where Tor has none of the relay.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Read a relay's onion key
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const control = { getInfo: () => Promise.resolve("onion-key\nntor-onion-key d+JXsqxH\n") };
   * const router = new Router({ control }, { fingerprint: "A".repeat(40), nickname: undefined });
   * assert.equal((await router.getMicrodescriptor()).ntorOnionKey, "d+JXsqxH");
   * ```
   */
  async getMicrodescriptor({ signal }: AbortOptions = {}): Promise<Microdescriptor> {
    const { orHash } = this;
    const text = await this.#context.control.getInfo(`md/id/${this.idHex}`, { signal });
    const microdescriptor = parseMicrodescriptor(text);
    const { policy, ipv6Policy, family } = microdescriptor;
    setRouterFacts(this, { orHash, policy, ipv6Policy, family });
    return microdescriptor;
  }

  /**
   * Asks for the relay's descriptor (`GETINFO desc/id/…`), with its full exit policy. Clients have them
   * only with `UseMicrodescriptors 0`, or with `FetchUselessDescriptors 1`.
   *
   * @param options A `signal` to give up with.
   * @returns The descriptor.
   * @throws {UnrecognizedEntityError} Where Tor has none of the relay.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Ask for whole addresses
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const control = { getInfo: () => Promise.resolve("reject 192.0.2.0/24:*\naccept *:443\n") };
   * const router = new Router({ control }, { fingerprint: "A".repeat(40), nickname: undefined });
   * const { exitPolicy } = await router.getDescriptor();
   * assert.equal(exitPolicy.accepts("198.51.100.7", 443), true);
   * assert.equal(exitPolicy.accepts("192.0.2.7", 443), false);
   * ```
   */
  async getDescriptor({ signal }: AbortOptions = {}): Promise<ServerDescriptor> {
    const text = await this.#context.control.getInfo(`desc/id/${this.idHex}`, { signal });
    return parseServerDescriptor(text);
  }

  /**
   * Looks up where the relay is: in the user's GeoIP database (an option of `getState`), then in
   * Tor's (`GETINFO ip-to-country/…`).
   *
   * @param options A `signal` to give up with.
   * @returns Where it is; its `countryCode` is `undefined` where nobody knows.
   * @throws {InternalTorError} Where Tor has no database.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Ask Tor for a country
   * ```ts
   * import { connect, Consensus } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("GETINFO ip-to-country/192.0.2.1")
   *   .reply("250-ip-to-country/192.0.2.1=de", "250 OK");
   * await using tor = await connect({ control: port.address });
   * const consensus = new Consensus({ control: tor.control });
   * await consensus.update(
   *   "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE " +
   *     "2038-01-01 00:00:00 192.0.2.1 21002 0\n",
   * );
   * assert.equal((await consensus.allRouters[0]!.getLocation()).countryCode, "DE");
   * ```
   */
  async getLocation({ signal }: AbortOptions = {}): Promise<RouterLocation> {
    const { ip } = this;
    if (ip === undefined) return { countryCode: undefined };
    if (this.#location?.ip === ip) return this.#location.place;
    const { geoip } = this.#context;
    let place = geoip && await abortable(lookUpLocation(geoip, ip, { signal }), signal);
    if (place?.countryCode === undefined) {
      place = { ...place, countryCode: await this.#askForCountry(ip, { signal }) };
    }
    this.#location = { ip, place };
    return place;
  }

  /**
   * Asks Onionoo, the Tor Project's service, for what it knows of the relay, through Tor.
   *
   * @param options A `signal` to give up with, and where Onionoo is.
   * @returns The relay's details document.
   * @throws {TorError} Where the answer is not one about this relay, or there is nothing to fetch by.
   *
   * @example Ask for details
   * ```ts
   * import { Router } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const fingerprint = "66972AEBAE3817FCB98E86F1299384730775AB5A";
   * const control = { getInfo: () => Promise.resolve("") };
   * const answer = { relays: [{ fingerprint, as_name: "Example" }] };
   * const fetch = () => Promise.resolve(new Response(JSON.stringify(answer)));
   * const router = new Router({ control, fetch }, { fingerprint, nickname: undefined });
   * assert.equal((await router.getDetails()).asName, "Example");
   * ```
   */
  async getDetails(options: OnionooOptions = {}): Promise<OnionooDetails> {
    const { fetch } = this.#context;
    if (fetch === undefined) {
      throw new TorError(`Cannot ask for details of ${this}: there is no way to fetch through Tor`);
    }
    return await fetchOnionooDetails(this.idHex, { ...options, fetch });
  }

  async #askForCountry(ip: string, options: AbortOptions = {}): Promise<string | undefined> {
    const code = await this.#context.control.getInfo(`ip-to-country/${ip}`, options);
    return /^[a-z]{2}$/i.test(code) ? code.toUpperCase() : undefined;
  }

  /** Reads the newest facts, from the microdescriptor or, where Tor has none, from the descriptor. */
  async #readFacts({ signal }: AbortOptions): Promise<RouterFacts> {
    const known = newestFacts(this);
    if (known !== undefined) return known;
    const { orHash } = this;
    try {
      const { policy, ipv6Policy, family } = await this.getMicrodescriptor({ signal });
      return { orHash, policy, ipv6Policy, family };
    } catch (error) {
      if (!(error instanceof UnrecognizedEntityError)) throw error;
      const { ipv6Policy, family } = await this.getDescriptor({ signal });
      const facts = { orHash, policy: undefined, ipv6Policy, family };
      setRouterFacts(this, facts);
      return facts;
    }
  }
}
