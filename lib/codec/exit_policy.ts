import { parseIpAddress } from "../util/ip_address.ts";
import { parseCount } from "./events/numbers.ts";
import { checkPort, parsePortRange, type PortPolicy, type PortRange } from "./port_policy.ts";

/** What a rule of an exit policy holds for. */
export interface ExitPolicyRule {
  /** Whether connections that match are let out. */
  readonly isAccept: boolean;
  /** The network: 4 or 16 bytes; `undefined` for every address of the families. */
  readonly network: Uint8Array | undefined;
  /** How many bits of the network count. */
  readonly bits: number;
  /** Whether IPv4 addresses can match. */
  readonly ipv4: boolean;
  /** Whether IPv6 addresses can match. */
  readonly ipv6: boolean;
  /** The ports. */
  readonly ports: PortRange;
}

/** What else is known of an exit policy. */
export interface ExitPolicyOptions {
  /**
   * The summary for IPv6. A server descriptor has one: there, the rules speak of IPv4 alone, and `*`
   * as well.
   */
  ipv6Policy?: PortPolicy | undefined;
}

/** Which policy {@linkcode ExitPolicy.acceptsPort} asks. */
export interface ExitPolicyPortOptions {
  /** Ask for connections over IPv6; default `false`. */
  ipv6?: boolean | undefined;
}

/**
 * Where a relay lets connections out to: `accept` and `reject` rules, of which the first that matches
 * decides (dir-spec, section 2.1.1; for `accept6`, `reject6`, `*4`, `*6` and `private` tor's manual,
 * `ExitPolicy`). What no rule matches is accepted.
 *
 * @example Ask a policy
 * ```ts
 * import { ExitPolicy } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const policy = ExitPolicy.parse([
 *   "reject private:*",
 *   "reject 192.0.2.0/24:1-1024",
 *   "accept *:443",
 *   "reject *:*",
 * ]);
 * assert.equal(policy?.accepts("198.51.100.7", 443), true);
 * assert.equal(policy?.accepts("192.0.2.7", 443), false);
 * assert.equal(policy?.accepts("10.0.0.1", 443), false);
 * assert.equal(policy?.acceptsPort(443), true);
 * ```
 */
export class ExitPolicy {
  /** The rules, in order. One line with `private` is a rule for each private network. */
  readonly rules: readonly ExitPolicyRule[];
  readonly #ipv6Policy: PortPolicy | undefined;

  private constructor(rules: readonly ExitPolicyRule[], ipv6Policy: PortPolicy | undefined) {
    this.rules = Object.freeze(rules);
    this.#ipv6Policy = ipv6Policy;
  }

  /**
   * Reads a policy.
   *
   * @param lines The rules, such as `"reject 192.0.2.0/24:*"`.
   * @param options What else is known.
   * @returns The policy, or `undefined` where one of the lines is no rule.
   *
   * @example Read what is none
   * ```ts
   * import { ExitPolicy } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * assert.equal(ExitPolicy.parse(["accept 300.0.0.1:80"]), undefined);
   * ```
   */
  static parse(
    lines: Iterable<string>,
    { ipv6Policy }: ExitPolicyOptions = {},
  ): ExitPolicy | undefined {
    const rules: ExitPolicyRule[] = [];
    for (const line of lines) {
      const found = parseRule(line);
      if (found === undefined) return undefined;
      rules.push(...found);
    }
    return new ExitPolicy(rules, ipv6Policy);
  }

  /**
   * Whether connections to an address and a port are let out.
   *
   * @param ip An IPv4 or IPv6 address, without brackets.
   * @param port 1 to 65535.
   * @returns Whether they are.
   * @throws {TypeError} Where it is no IP address.
   * @throws {RangeError} Where there is no such port.
   *
   * @example Ask for an address
   * ```ts
   * import { ExitPolicy } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const policy = ExitPolicy.parse(["reject6 [2001:db8::]/32:*", "accept *:*"]);
   * assert.equal(policy?.accepts("2001:db8::1", 80), false);
   * assert.equal(policy?.accepts("2001:dead::1", 80), true);
   * ```
   */
  accepts(ip: string, port: number): boolean {
    checkPort(port);
    const address = parseIpAddress(ip);
    if (address === undefined) throw new TypeError(`Cannot ask a policy for ${ip}: no IP address`);
    if (address.length === 16 && this.#ipv6Policy !== undefined) {
      return this.#ipv6Policy.acceptsPort(port);
    }
    return this.rules.find((rule) => matches(rule, address, port))?.isAccept ?? true;
  }

  /**
   * Whether connections to a port are let out, to addresses that no rule speaks of by themselves.
   *
   * @param port 1 to 65535.
   * @param options Whether to ask for IPv6.
   * @returns Whether they are.
   * @throws {RangeError} Where there is no such port.
   *
   * @example Ask for a port
   * ```ts
   * import { ExitPolicy } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const policy = ExitPolicy.parse(["accept 192.0.2.1:25", "reject *:25", "accept *4:*", "reject *:*"]);
   * assert.equal(policy?.acceptsPort(25), false);
   * assert.equal(policy?.acceptsPort(80), true);
   * assert.equal(policy?.acceptsPort(80, { ipv6: true }), false);
   * ```
   */
  acceptsPort(port: number, { ipv6 = false }: ExitPolicyPortOptions = {}): boolean {
    checkPort(port);
    if (ipv6 && this.#ipv6Policy !== undefined) return this.#ipv6Policy.acceptsPort(port);
    const rule = this.rules.find(({ network, bits, ports, ...families }) =>
      (network === undefined || bits === 0) && (ipv6 ? families.ipv6 : families.ipv4) &&
      ports.first <= port && port <= ports.last
    );
    return rule?.isAccept ?? true;
  }
}

/** The networks that `private` stands for. */
const PRIVATE_NETWORKS: readonly string[] = [
  "0.0.0.0/8",
  "169.254.0.0/16",
  "127.0.0.0/8",
  "192.168.0.0/16",
  "10.0.0.0/8",
  "172.16.0.0/12",
  "[::]/8",
  "[fc00::]/7",
  "[fe80::]/10",
  "[fec0::]/10",
  "[ff00::]/8",
  "[::]/127",
];

/** Reads one line; `undefined` where it is no rule. */
function parseRule(line: string): ExitPolicyRule[] | undefined {
  const match = /^(accept|reject)(6?) ([^ ]+):([0-9*-]+)$/.exec(line);
  if (match === null) return undefined;
  const isAccept = match[1] === "accept";
  const onlyIpv6 = match[2] === "6";
  const ports = match[4] === "*" ? { first: 1, last: 65535 } : parsePortRange(match[4]!);
  if (ports === undefined) return undefined;
  const networks = match[3] === "private" ? PRIVATE_NETWORKS : [match[3]!];
  const rules: ExitPolicyRule[] = [];
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network === undefined) return undefined;
    const rule = { isAccept, ...network, ports };
    if (onlyIpv6) rule.ipv4 = false;
    // `accept6` of an IPv4 address matches nothing.
    if (rule.ipv4 || rule.ipv6) rules.push(rule);
  }
  return rules;
}

type Network = Pick<ExitPolicyRule, "network" | "bits"> & { ipv4: boolean; ipv6: boolean };

/** Reads `*`, `*4`, `*6`, `192.0.2.0/24`, `18.0.0.0/255.0.0.0` or `[2001:db8::]/32`. */
function parseNetwork(text: string): Network | undefined {
  if (/^\*[46]?$/.test(text)) {
    return { network: undefined, bits: 0, ipv4: text !== "*6", ipv6: text !== "*4" };
  }
  const slash = text.indexOf("/");
  const host = slash < 0 ? text : text.slice(0, slash);
  const bracketed = host.startsWith("[") && host.endsWith("]");
  const network = parseIpAddress(bracketed ? host.slice(1, -1) : host);
  if (network === undefined || (network.length === 16) !== bracketed) return undefined;
  const bits = slash < 0 ? network.length * 8 : parseMask(text.slice(slash + 1), network.length);
  if (bits === undefined) return undefined;
  return { network, bits, ipv4: network.length === 4, ipv6: network.length === 16 };
}

/** Reads a number of bits, or for IPv4 a mask; `undefined` where it is neither. */
function parseMask(text: string, length: number): number | undefined {
  const mask = text.includes(".") && length === 4 ? parseIpAddress(text) : undefined;
  if (mask === undefined) {
    const bits = parseCount(text);
    return bits === undefined || bits > length * 8 ? undefined : bits;
  }
  const digits = [...mask].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return /^1*0*$/.test(digits) ? digits.replace(/0+$/, "").length : undefined;
}

function matches(rule: ExitPolicyRule, address: Uint8Array, port: number): boolean {
  const { network, bits, ports } = rule;
  if (port < ports.first || port > ports.last) return false;
  if (!(address.length === 4 ? rule.ipv4 : rule.ipv6)) return false;
  if (network === undefined) return true;
  for (let bit = 0; bit < bits; bit += 8) {
    const different = network[bit >> 3]! ^ address[bit >> 3]!;
    // In the last byte only the first bits count.
    if (different >> Math.max(0, 8 - (bits - bit)) !== 0) return false;
  }
  return true;
}
