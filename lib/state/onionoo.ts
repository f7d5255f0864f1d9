import { TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { RouterFetch } from "./router_context.ts";

/** Where to ask for the details of a relay. */
export interface OnionooOptions extends AbortOptions {
  /**
   * Where Onionoo is, its onion service or a mirror, without a slash at the end; default
   * `https://onionoo.torproject.org`.
   */
  url?: string | undefined;
}

/**
 * What Onionoo knows of a relay: its details document (Onionoo's protocol, version 8), the names of
 * whose fields are in camel case here, such as `orAddresses` for `or_addresses`. Times are UTC, as in
 * `2026-11-21 20:00:00`; bandwidths are bytes a second. All but the fingerprint may be missing, and
 * there may be more.
 */
export interface OnionooDetails {
  /** 40 upper-case hex digits. */
  readonly fingerprint: string;
  /** The relay's nickname. */
  readonly nickname?: string;
  /** Its addresses and ports for connections, IPv6 addresses in brackets. */
  readonly orAddresses?: readonly string[];
  /** The addresses that its exit connections come from. */
  readonly exitAddresses?: readonly string[];
  /** When it was last in a consensus. */
  readonly lastSeen?: string;
  /** When it was first in a consensus. */
  readonly firstSeen?: string;
  /** When it last changed its address or port. */
  readonly lastChangedAddressOrPort?: string;
  /** When it was last started. */
  readonly lastRestarted?: string;
  /** Whether it was in the newest consensus. */
  readonly running?: boolean;
  /** What the authorities say of it. */
  readonly flags?: readonly string[];
  /** Its country by two letters, in lower case. */
  readonly country?: string;
  /** Its country's name. */
  readonly countryName?: string;
  /** Its autonomous system, such as `AS3320`. */
  readonly as?: string;
  /** Who runs that autonomous system. */
  readonly asName?: string;
  /** The names of its addresses that resolve to them again. */
  readonly verifiedHostNames?: readonly string[];
  /** Its weight in path selection. */
  readonly consensusWeight?: number;
  /** Its part of the weight of all relays, 0 to 1. */
  readonly consensusWeightFraction?: number;
  /** How likely clients choose it for their first hop, 0 to 1. */
  readonly guardProbability?: number;
  /** How likely clients choose it for a middle hop, 0 to 1. */
  readonly middleProbability?: number;
  /** How likely clients choose it for their last hop, 0 to 1. */
  readonly exitProbability?: number;
  /** Whether bandwidth authorities have measured it. */
  readonly measured?: boolean;
  /** What it is told to use at most on average. */
  readonly bandwidthRate?: number;
  /** What it is told to use at most for a short time. */
  readonly bandwidthBurst?: number;
  /** What it has been seen to reach. */
  readonly observedBandwidth?: number;
  /** The least of these three. */
  readonly advertisedBandwidth?: number;
  /** The lines of its exit policy. */
  readonly exitPolicy?: readonly string[];
  /** Its exit policy's ports for IPv4. */
  readonly exitPolicySummary?: OnionooPorts;
  /** Its exit policy's ports for IPv6. */
  readonly exitPolicyV6Summary?: OnionooPorts;
  /** How to reach who runs it. */
  readonly contact?: string;
  /** The system and the version of Tor that it says it runs. */
  readonly platform?: string;
  /** Its version of Tor. */
  readonly version?: string;
  /** Whether the authorities recommend that version. */
  readonly recommendedVersion?: boolean;
  /** What they say of it, such as `obsolete`. */
  readonly versionStatus?: string;
  /** The fingerprints of its family where both sides say so, its own among them. */
  readonly effectiveFamily?: readonly string[];
  /** Those that it names, and that do not name it. */
  readonly allegedFamily?: readonly string[];
  /** Those of its family's families. */
  readonly indirectFamily?: readonly string[];
  /** What was added since. */
  readonly [field: string]: unknown;
}

/** The ports of an exit policy: one of the two lists, of such as `80` and `8000-8100`. */
export interface OnionooPorts {
  /** The ports that are accepted. */
  readonly accept?: readonly string[];
  /** The ports that are not. */
  readonly reject?: readonly string[];
}

const ONIONOO = "https://onionoo.torproject.org";

/** Asks Onionoo for the details of a relay. */
export async function fetchOnionooDetails(
  fingerprint: string,
  { fetch, signal, url = ONIONOO }: OnionooOptions & { fetch: RouterFetch },
): Promise<OnionooDetails> {
  const address = `${url}/details?lookup=${fingerprint}`;
  const response = await fetch(address, signal === undefined ? {} : { signal });
  if (!response.ok) {
    await response.body?.cancel();
    throw new TorError(`Cannot get ${address}: Onionoo answered with status ${response.status}`);
  }
  const relays = relaysOf(camelCased(await response.json()));
  if (relays.length === 0) throw new TorError(`Cannot get ${address}: Onionoo knows no such relay`);
  const details = relays.find((relay) => relay.fingerprint.toUpperCase() === fingerprint);
  if (details === undefined) throw new TorError(`Cannot get ${address}: the answer is of another`);
  return details;
}

function relaysOf(answer: unknown): OnionooDetails[] {
  const relays: unknown = (answer as { relays?: unknown } | null)?.relays;
  if (!Array.isArray(relays)) throw new TorError("Cannot read the answer of Onionoo: no `relays`");
  return relays.filter((relay) => typeof relay?.fingerprint === "string");
}

/** The same value with the names of all fields in camel case. */
function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase()),
      camelCased(field),
    ]),
  );
}
