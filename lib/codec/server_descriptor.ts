import { directoryItems } from "./directory_items.ts";
import { type HostPort, parseHostPort } from "./events/host_port.ts";
import type { Fingerprint } from "./events/identifiers.ts";
import { parseIsoTime } from "./events/iso_time.ts";
import { parseCount } from "./events/numbers.ts";
import { ExitPolicy } from "./exit_policy.ts";
import { familyKey } from "./family_certificate.ts";
import { PortPolicy } from "./port_policy.ts";
import { parseRouterFamily, type RouterFamily } from "./router_family.ts";

/**
 * What a relay says of itself (dir-spec, section 2.1.1). Tor has checked its signatures before it
 * hands it on; this does not.
 */
export interface ServerDescriptor {
  /** The relay's nickname. */
  readonly nickname: string | undefined;
  /** The digest of its RSA identity key: 40 upper-case hex digits. */
  readonly fingerprint: Fingerprint | undefined;
  /** Its IPv4 address. */
  readonly ip: string | undefined;
  /** The port for connections of relays and clients. */
  readonly orPort: number | undefined;
  /** The port for directory requests; 0 for none. */
  readonly dirPort: number | undefined;
  /** Further addresses for connections, mostly of IPv6. */
  readonly orAddresses: readonly HostPort[];
  /** The system and the version of Tor, such as `Tor 0.4.9.11 on Linux`. */
  readonly platform: string | undefined;
  /** The protocols that it speaks, such as `Cons=1-2 Link=1-5`. */
  readonly protocols: string | undefined;
  /** When it made the descriptor. */
  readonly published: Date | undefined;
  /** How long it had run then, in seconds. */
  readonly uptime: number | undefined;
  /** What it may use on average, in bytes a second. */
  readonly bandwidthRate: number | undefined;
  /** What it may use for a short time, in bytes a second. */
  readonly bandwidthBurst: number | undefined;
  /** What it has seen itself reach, in bytes a second. */
  readonly observedBandwidth: number | undefined;
  /** How to reach who runs it. */
  readonly contact: string | undefined;
  /** Whether it sleeps, since it has used up what it may. */
  readonly isHibernating: boolean;
  /** Whether it keeps the descriptors of onion services. */
  readonly isHiddenServiceDirectory: boolean;
  /** Whether it answers directory requests through its OR port. */
  readonly isTunnelledDirectory: boolean;
  /** When it was last overloaded. */
  readonly overloaded: Date | undefined;
  /** Which way a bridge wants to be given to its users, such as `any`. */
  readonly bridgeDistribution: string | undefined;
  /** Its old RSA onion key in base64 of DER; newer relays have none. */
  readonly onionKey: string | undefined;
  /** Its Curve25519 onion key in base64. */
  readonly ntorOnionKey: string | undefined;
  /** Its RSA identity key in base64 of DER. */
  readonly signingKey: string | undefined;
  /** Its Ed25519 identity in base64 without padding. */
  readonly ed25519Identity: string | undefined;
  /** The digest of its extra-info document: 40 hex digits. */
  readonly extraInfoDigest: string | undefined;
  /** Where it lets out connections to; for IPv6 it answers by {@linkcode ServerDescriptor.ipv6Policy}. */
  readonly exitPolicy: ExitPolicy;
  /** To which ports it lets out connections over IPv6. */
  readonly ipv6Policy: PortPolicy;
  /** The relays that are run by the same people. */
  readonly family: RouterFamily;
  /** The lines that were not recognised, or could not be read, as written. */
  readonly extra: readonly string[];
}

type Draft = { -readonly [K in keyof ServerDescriptor]?: ServerDescriptor[K] | undefined } & {
  addresses: HostPort[];
  rules: string[];
  familyNames: string;
  familyIds: string[];
};

/**
 * Parses a server descriptor, such as the answer to `GETINFO desc/id/…` (dir-spec, section 2.1.1).
 *
 * @param text Its lines.
 * @returns What it says. A line that cannot be read counts as one that is not recognised; a relay
 * whose exit policy has such a line lets nothing out.
 *
 * @example Read who runs a relay
 * ```ts
 * import { parseServerDescriptor } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const { nickname, contact, exitPolicy } = parseServerDescriptor(
 *   "router relay1 127.4.0.1 33459 0 0\ncontact none\nreject *:25\naccept *:*\n",
 * );
 * assert.equal(nickname, "relay1");
 * assert.equal(contact, "none");
 * assert.equal(exitPolicy.acceptsPort(25), false);
 * ```
 */
export function parseServerDescriptor(text: string): ServerDescriptor {
  const draft: Draft = { addresses: [], rules: [], familyNames: "", familyIds: [] };
  const extra: string[] = [];
  for (const { keyword, text: value, object } of directoryItems(text)) {
    const isRead = readItem[keyword]?.(draft, value, object) ?? false;
    if (!isRead) extra.push(value === "" ? keyword : `${keyword} ${value}`);
  }
  const ipv6Policy = draft.ipv6Policy ?? PortPolicy.REJECT_ALL;
  return {
    nickname: draft.nickname,
    fingerprint: draft.fingerprint,
    ip: draft.ip,
    orPort: draft.orPort,
    dirPort: draft.dirPort,
    orAddresses: draft.addresses,
    platform: draft.platform,
    protocols: draft.protocols,
    published: draft.published,
    uptime: draft.uptime,
    bandwidthRate: draft.bandwidthRate,
    bandwidthBurst: draft.bandwidthBurst,
    observedBandwidth: draft.observedBandwidth,
    contact: draft.contact,
    isHibernating: draft.isHibernating ?? false,
    isHiddenServiceDirectory: draft.isHiddenServiceDirectory ?? false,
    isTunnelledDirectory: draft.isTunnelledDirectory ?? false,
    overloaded: draft.overloaded,
    bridgeDistribution: draft.bridgeDistribution,
    onionKey: draft.onionKey,
    ntorOnionKey: draft.ntorOnionKey,
    signingKey: draft.signingKey,
    ed25519Identity: draft.ed25519Identity,
    extraInfoDigest: draft.extraInfoDigest,
    exitPolicy: ExitPolicy.parse(draft.rules, { ipv6Policy }) ??
      ExitPolicy.parse(["reject *:*"], { ipv6Policy })!,
    ipv6Policy,
    family: parseRouterFamily(draft.familyNames, draft.familyIds.join(" ")),
    extra,
  };
}

/** Reads one item into the draft, and tells whether it could. */
type ReadItem = (draft: Draft, value: string, object: string | undefined) => boolean;

/** Items whose lines are checked by Tor and not needed afterwards. */
const skip: ReadItem = () => true;

const readItem: Readonly<Record<string, ReadItem>> = {
  __proto__: null as never,
  "router": (draft, value) => {
    const match = /^(\S+) (\S+) (\d{1,5}) \d{1,5} (\d{1,5})$/.exec(value);
    if (match === null) return false;
    [, draft.nickname, draft.ip] = match;
    draft.orPort = Number(match[3]);
    draft.dirPort = Number(match[4]);
    return true;
  },
  "fingerprint": (draft, value) => {
    const digits = value.replaceAll(" ", "").toUpperCase();
    if (!/^[0-9A-F]{40}$/.test(digits)) return false;
    draft.fingerprint = digits;
    return true;
  },
  "or-address": (draft, value) => {
    const address = parseHostPort(value);
    if (address === undefined) return false;
    draft.addresses.push(address);
    return true;
  },
  "bandwidth": (draft, value) => {
    const counts = value.split(" ").map((word) => parseCount(word));
    if (counts.length !== 3 || counts.includes(undefined)) return false;
    [draft.bandwidthRate, draft.bandwidthBurst, draft.observedBandwidth] = counts;
    return true;
  },
  "published": (draft, value) => (draft.published = parseIsoTime(value)) !== undefined,
  "uptime": (draft, value) => (draft.uptime = parseCount(value)) !== undefined,
  "overload-general": (draft, value) => {
    const match = /^\d+ (.+)$/.exec(value);
    return (draft.overloaded = parseIsoTime(match?.[1] ?? "")) !== undefined;
  },
  "platform": (draft, value) => store(draft, "platform", value),
  "proto": (draft, value) => store(draft, "protocols", value),
  "contact": (draft, value) => store(draft, "contact", value),
  "bridge-distribution-request": (draft, value) => store(draft, "bridgeDistribution", value),
  "ntor-onion-key": (draft, value) => store(draft, "ntorOnionKey", value),
  "master-key-ed25519": (draft, value) => store(draft, "ed25519Identity", value),
  "extra-info-digest": (draft, value) => store(draft, "extraInfoDigest", value.split(" ")[0]!),
  "onion-key": (draft, _value, object) => object !== undefined && store(draft, "onionKey", object),
  "signing-key": (draft, _value, object) =>
    object !== undefined && store(draft, "signingKey", object),
  "hibernating": (draft, value) => {
    draft.isHibernating = value === "1";
    return value === "0" || value === "1";
  },
  "hidden-service-dir": (draft) => draft.isHiddenServiceDirectory = true,
  "tunnelled-dir-server": (draft) => draft.isTunnelledDirectory = true,
  "accept": (draft, value) => draft.rules.push(`accept ${value}`) > 0,
  "reject": (draft, value) => draft.rules.push(`reject ${value}`) > 0,
  "ipv6-policy": (draft, value) => (draft.ipv6Policy = PortPolicy.parse(value)) !== undefined,
  "family": (draft, value) => {
    draft.familyNames = value;
    return true;
  },
  "family-cert": (draft, _value, object) => {
    const key = object === undefined ? undefined : familyKey(object);
    return key !== undefined && draft.familyIds.push(key) > 0;
  },
  "identity-ed25519": skip,
  "onion-key-crosscert": skip,
  "ntor-onion-key-crosscert": skip,
  "caches-extra-info": skip,
  "router-sig-ed25519": skip,
  "router-signature": skip,
};

function store(
  draft: Draft,
  key:
    | "platform"
    | "protocols"
    | "contact"
    | "bridgeDistribution"
    | "ntorOnionKey"
    | "ed25519Identity"
    | "extraInfoDigest"
    | "onionKey"
    | "signingKey",
  value: string,
): boolean {
  draft[key] = value;
  return true;
}
