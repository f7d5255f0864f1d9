import { directoryItems } from "./directory_items.ts";
import { PortPolicy } from "./port_policy.ts";
import { parseRouterFamily, type RouterFamily } from "./router_family.ts";

/**
 * What a client of today's Tor knows of a relay besides its entry in the consensus (dir-spec, section
 * 3.3).
 */
export interface Microdescriptor {
  /** The relay's old RSA onion key in base64 of DER; newer relays have none. */
  readonly onionKey: string | undefined;
  /** The relay's Curve25519 onion key in base64. */
  readonly ntorOnionKey: string | undefined;
  /** The relay's Ed25519 identity in base64 without padding. */
  readonly ed25519Identity: string | undefined;
  /** To which ports it lets out connections over IPv4. */
  readonly policy: PortPolicy;
  /** To which ports it lets out connections over IPv6. */
  readonly ipv6Policy: PortPolicy;
  /** The relays that are run by the same people. */
  readonly family: RouterFamily;
  /** The lines that were not recognised, as written. */
  readonly extra: readonly string[];
}

/**
 * Parses a microdescriptor, such as the answer to `GETINFO md/id/…` (dir-spec, section 3.3).
 *
 * @param text Its lines.
 * @returns What it says; a line that cannot be read counts as one that is not recognised.
 *
 * @example Read where a relay lets out connections to
 * ```ts
 * import { parseMicrodescriptor } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const { policy, ipv6Policy, ed25519Identity } = parseMicrodescriptor(
 *   "onion-key\nntor-onion-key d+JXsqxHYxrl+zrGA9VoCYnyZC8hYvDJuZePYqYda1c\n" +
 *     "p accept 80,443\nid ed25519 7BvfoI663J1nftaflAW6bpgPMpgtcawiIEVVKoA5lFI\n",
 * );
 * assert.equal(policy.acceptsPort(443), true);
 * assert.equal(ipv6Policy.acceptsPort(443), false);
 * assert.equal(ed25519Identity, "7BvfoI663J1nftaflAW6bpgPMpgtcawiIEVVKoA5lFI");
 * ```
 */
export function parseMicrodescriptor(text: string): Microdescriptor {
  const found: { -readonly [K in keyof Microdescriptor]?: Microdescriptor[K] } = {};
  const extra: string[] = [];
  let family = "";
  let familyIds = "";
  for (const { keyword, text: value, object } of directoryItems(text)) {
    const policy = keyword === "p" || keyword === "p6" ? PortPolicy.parse(value) : undefined;
    if (keyword === "onion-key") found.onionKey = object;
    else if (keyword === "ntor-onion-key") found.ntorOnionKey = value;
    else if (keyword === "id" && value.startsWith("ed25519 ")) {
      found.ed25519Identity = value.slice("ed25519 ".length);
    } else if (keyword === "p" && policy !== undefined) found.policy = policy;
    else if (keyword === "p6" && policy !== undefined) found.ipv6Policy = policy;
    else if (keyword === "family") family = value;
    else if (keyword === "family-ids") familyIds = value;
    else extra.push(value === "" ? keyword : `${keyword} ${value}`);
  }
  return {
    onionKey: found.onionKey,
    ntorOnionKey: found.ntorOnionKey,
    ed25519Identity: found.ed25519Identity,
    policy: found.policy ?? PortPolicy.REJECT_ALL,
    ipv6Policy: found.ipv6Policy ?? PortPolicy.REJECT_ALL,
    family: parseRouterFamily(family, familyIds),
    extra,
  };
}
