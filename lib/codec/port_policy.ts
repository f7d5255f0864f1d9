import { InternTable } from "./events/intern_table.ts";
import { parseCount } from "./events/numbers.ts";

/** Ports from `first` to `last`, both among them. */
export interface PortRange {
  /** The lowest port. */
  readonly first: number;
  /** The highest port. */
  readonly last: number;
}

/**
 * To which ports a relay lets connections to most addresses out: the summary of an exit policy that
 * a consensus has in its `p` lines, and a microdescriptor in `p` (IPv4) and `p6` (IPv6) lines
 * (dir-spec, sections 3.4.1 and 3.3).
 *
 * @example See whether a relay lets out connections to a port
 * ```ts
 * import { PortPolicy } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const policy = PortPolicy.parse("accept 80,443,8000-8100");
 * assert.equal(policy?.acceptsPort(8080), true);
 * assert.equal(policy?.acceptsPort(25), false);
 * ```
 */
export class PortPolicy {
  /** The policy of a relay that lets nothing out: where there is no line, this is meant. */
  static readonly REJECT_ALL: PortPolicy = new PortPolicy(false, [{ first: 1, last: 65535 }]);
  /** Thousands of relays share a few policies. */
  static readonly #parsed = new InternTable((text) => PortPolicy.#parse(text), 1024);

  /** Whether {@linkcode ports} are those that are accepted; else they are those that are not. */
  readonly isAccept: boolean;
  /** The ports that the line names, in its order. */
  readonly ports: readonly PortRange[];

  private constructor(isAccept: boolean, ports: readonly PortRange[]) {
    this.isAccept = isAccept;
    this.ports = Object.freeze(ports.map((range) => Object.freeze(range)));
    Object.freeze(this);
  }

  /**
   * Reads a policy.
   *
   * @param text `accept` or `reject` and ports, such as `"reject 25,119,135-139"`.
   * @returns The policy, or `undefined` where the text is none.
   *
   * @example Read what is none
   * ```ts
   * import { PortPolicy } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * assert.equal(PortPolicy.parse("accept 90000"), undefined);
   * ```
   */
  static parse(text: string): PortPolicy | undefined {
    return PortPolicy.#parsed.get(text, 0, text.length);
  }

  static #parse(text: string): PortPolicy | undefined {
    const match = /^(accept|reject) (\S+)$/.exec(text);
    if (match === null) return undefined;
    const ports = parsePortRanges(match[2]!);
    return ports === undefined ? undefined : new PortPolicy(match[1] === "accept", ports);
  }

  /**
   * Whether connections to a port are let out, to most addresses: a relay may still refuse one.
   *
   * @param port 1 to 65535.
   * @returns Whether the policy accepts it.
   * @throws {RangeError} Where there is no such port.
   *
   * @example Ask for a port
   * ```ts
   * import { PortPolicy } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * assert.equal(PortPolicy.REJECT_ALL.acceptsPort(443), false);
   * ```
   */
  acceptsPort(port: number): boolean {
    checkPort(port);
    return this.ports.some(({ first, last }) => first <= port && port <= last) === this.isAccept;
  }

  /**
   * The policy as it stands in a line.
   *
   * @returns Such as `"accept 80,443,8000-8100"`.
   *
   * @example Write a policy
   * ```ts
   * import { PortPolicy } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * assert.equal(String(PortPolicy.REJECT_ALL), "reject 1-65535");
   * ```
   */
  toString(): string {
    const ports = this.ports.map(({ first, last }) => first === last ? first : `${first}-${last}`);
    return `${this.isAccept ? "accept" : "reject"} ${ports.join(",")}`;
  }
}

/**
 * Refuses what is no port that a connection can go to.
 *
 * @throws {RangeError} Where it is not an integer from 1 to 65535.
 */
export function checkPort(port: number): void {
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return;
  throw new RangeError(`Cannot ask a policy for port ${port}: expected 1 to 65535`);
}

/** Reads ports and ranges of ports that are parted by commas; `undefined` where one is none. */
function parsePortRanges(text: string): PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const item of text.split(",")) {
    const range = parsePortRange(item);
    if (range === undefined) return undefined;
    ranges.push(range);
  }
  return ranges;
}

/** Reads `80` or `8000-8100`; `undefined` where the text is neither. */
export function parsePortRange(text: string): PortRange | undefined {
  const dash = text.indexOf("-");
  const first = parseCount(text, 0, dash < 0 ? text.length : dash);
  const last = dash < 0 ? first : parseCount(text, dash + 1);
  if (first === undefined || last === undefined || first > last || last > 65535) return undefined;
  return { first, last };
}
