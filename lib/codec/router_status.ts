import { flat } from "./events/flat.ts";
import { type HostPort, parseHostPort } from "./events/host_port.ts";
import type { Fingerprint } from "./events/identifiers.ts";
import { InternTable } from "./events/intern_table.ts";
import { isoMilliseconds } from "./events/iso_time.ts";
import { parseCount } from "./events/numbers.ts";

/** What the directory authorities say of a relay (dir-spec, section 3.4.1: the `s` line). */
export type RouterFlag =
  | "Authority"
  | "BadExit"
  | "Exit"
  | "Fast"
  | "Guard"
  | "HSDir"
  | "MiddleOnly"
  | "NoEdConsensus"
  | "Running"
  | "Stable"
  | "StaleDesc"
  | "Sybil"
  | "V2Dir"
  | "Valid"
  | (string & Record<never, never>);

/**
 * A relay's entry in a network status document, as `GETINFO ns/all`, NS and NEWCONSENSUS events
 * give it (dir-spec, section 3.4.1).
 */
export interface RouterStatus {
  /** The relay's nickname. */
  readonly nickname: string;
  /** The digest of the relay's RSA identity key: 40 upper-case hex digits. */
  readonly fingerprint: Fingerprint;
  /**
   * The digest of the relay's server descriptor: 40 upper-case hex digits; `undefined` in a consensus
   * of microdescriptors.
   */
  readonly digest: string | undefined;
  /**
   * When the relay's descriptor was published; newer consensuses always say 2038-01-01, which means
   * nothing.
   */
  readonly publication: Date | undefined;
  /** The relay's IPv4 address. */
  readonly ip: string;
  /** The port for connections of other relays and of clients. */
  readonly orPort: number;
  /** The port for directory requests; 0 for none. */
  readonly dirPort: number;
  /** Further addresses for connections, mostly of IPv6 (`a` lines). */
  readonly orAddresses: readonly HostPort[];
  /** What the authorities say of the relay (`s` line). */
  readonly flags: readonly RouterFlag[];
  /** The version of Tor that the relay runs, such as `Tor 0.4.9.11` (`v` line). */
  readonly version: string | undefined;
  /** The protocols that the relay speaks, such as `Cons=1-2 Link=1-5` (`pr` line). */
  readonly protocols: string | undefined;
  /** The relay's weight in path selection, in kilobytes a second (`w` line). */
  readonly bandwidth: number | undefined;
  /** The bandwidth that an authority measured, in kilobytes a second (`w` line of a vote). */
  readonly measured: number | undefined;
  /** Whether too few authorities have measured the relay's bandwidth (`w` line). */
  readonly unmeasured: boolean;
  /** To which ports the relay's exit policy lets most addresses connect (`p` line). */
  readonly policySummary: string | undefined;
  /** Digests of the relay's microdescriptors, as written (`m` lines). */
  readonly microdescriptors: readonly string[];
  /** The lines and the words of `w` lines that were not recognised, as written. */
  readonly extra: readonly string[];
}

/**
 * Parses the entries of relays in a network status document, such as the answer to `GETINFO ns/all`
 * (dir-spec, section 3.4.1).
 * Lines before the first `r` line are skipped, and so is an entry whose `r` line is malformed.
 *
 * @param text Lines that end in `"\n"`.
 * @returns The relays in the document's order. Every text can be parsed.
 *
 * @example Read one relay
 * ```ts
 * import { parseRouterStatuses } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const [relay] = parseRouterStatuses(
 *   "r n02r Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE " +
 *     "2038-01-01 00:00:00 127.0.0.1 21002 0\ns Exit Fast Running Valid\nw Bandwidth=2\n",
 * );
 * assert.equal(relay?.fingerprint, "66972AEBAE3817FCB98E86F1299384730775AB5A");
 * assert.equal(relay?.orPort, 21002);
 * assert.deepEqual(relay?.flags, ["Exit", "Fast", "Running", "Valid"]);
 * ```
 */
export function parseRouterStatuses(text: string): RouterStatus[] {
  const routers: RouterStatus[] = [];
  let router: MutableRouterStatus | undefined;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const line = text.slice(start, end);
    if (line.startsWith("r ")) {
      router = parseRouterLine(line);
      if (router !== undefined) routers.push(router);
    } else if (line === "directory-footer") {
      router = undefined; // a whole document; what follows is no relay's
    } else if (router !== undefined && line !== "") {
      parseFurtherLine(router, line);
    }
    start = end + 1;
  }
  return routers;
}

type MutableRouterStatus = { -readonly [K in keyof RouterStatus]: RouterStatus[K] };

const NONE: readonly never[] = Object.freeze([]);

/** Few lists of flags, policies, versions and protocols are shared by thousands of relays. */
const flagLists = new InternTable<readonly string[]>(
  (word) => word === "" ? NONE : Object.freeze(word.split(" ")),
  256,
);
const phrases = new InternTable<string>((word) => word, 1024);

/** Parses `r`, nickname, identity, digest, date, time, IP address, two ports. */
function parseRouterLine(line: string): MutableRouterStatus | undefined {
  const nicknameEnd = wordEnd(line, 2);
  const identityEnd = wordEnd(line, nicknameEnd + 1);
  // A consensus of microdescriptors has no digest here.
  const digest = parseDigest(line, identityEnd + 1, wordEnd(line, identityEnd + 1));
  const digestEnd = digest === undefined ? identityEnd : wordEnd(line, identityEnd + 1);
  const timeEnd = wordEnd(line, wordEnd(line, digestEnd + 1) + 1);
  const ipEnd = wordEnd(line, timeEnd + 1);
  const orPortEnd = wordEnd(line, ipEnd + 1);
  const dirPortEnd = wordEnd(line, orPortEnd + 1);
  const fingerprint = parseDigest(line, nicknameEnd + 1, identityEnd);
  const publication = isoMilliseconds(line, digestEnd + 1, timeEnd);
  const orPort = parsePort(line, ipEnd + 1, orPortEnd);
  const dirPort = parsePort(line, orPortEnd + 1, dirPortEnd);
  if (fingerprint === undefined || orPort === undefined || dirPort === undefined) return undefined;
  const extra: string[] = [];
  if (Number.isNaN(publication)) extra.push(flat(line.slice(digestEnd + 1, timeEnd)));
  if (dirPortEnd < line.length) extra.push(flat(line.slice(dirPortEnd + 1)));
  return {
    nickname: flat(line.slice(2, nicknameEnd)),
    fingerprint,
    digest,
    publication: Number.isNaN(publication) ? undefined : new Date(publication),
    ip: flat(line.slice(timeEnd + 1, ipEnd)),
    orPort,
    dirPort,
    orAddresses: NONE,
    flags: NONE,
    version: undefined,
    protocols: undefined,
    bandwidth: undefined,
    measured: undefined,
    unmeasured: false,
    policySummary: undefined,
    microdescriptors: NONE,
    extra: extra.length === 0 ? NONE : extra,
  };
}

function parseFurtherLine(router: MutableRouterStatus, line: string): void {
  const keywordEnd = wordEnd(line, 0);
  const start = Math.min(keywordEnd + 1, line.length);
  switch (line.slice(0, keywordEnd)) {
    case "s":
      router.flags = flagLists.get(line, start, line.length);
      return;
    case "w":
      for (let word = start; word < line.length; word = wordEnd(line, word) + 1) {
        parseWeight(router, line, word);
      }
      return;
    case "p":
      router.policySummary = phrases.get(line, start, line.length);
      return;
    case "v":
      router.version = phrases.get(line, start, line.length);
      return;
    case "pr":
      router.protocols = phrases.get(line, start, line.length);
      return;
    case "m":
      router.microdescriptors = [...router.microdescriptors, flat(line.slice(start))];
      return;
    case "a": {
      const address = parseHostPort(flat(line.slice(start)));
      if (address === undefined) break;
      router.orAddresses = [...router.orAddresses, address];
      return;
    }
  }
  router.extra = [...router.extra, flat(line)];
}

/** Parses one word of a `w` line, such as `Bandwidth=2`. */
function parseWeight(router: MutableRouterStatus, line: string, start: number): void {
  const end = wordEnd(line, start);
  const equals = line.indexOf("=", start);
  const value = equals < 0 ? undefined : parseCount(line, equals + 1, end);
  const keyword = value === undefined ? "" : line.slice(start, equals);
  if (keyword === "Bandwidth") router.bandwidth = value;
  else if (keyword === "Measured") router.measured = value;
  else if (keyword === "Unmeasured") router.unmeasured = value === 1;
  else router.extra = [...router.extra, flat(line.slice(start, end))];
}

/** Where the word that begins at `start` ends: at a space or at the line's end. */
function wordEnd(line: string, start: number): number {
  const space = line.indexOf(" ", start);
  return space < 0 ? line.length : space;
}

function parsePort(line: string, start: number, end: number): number | undefined {
  const port = parseCount(line, start, end);
  return port === undefined || port > 65535 ? undefined : port;
}

/** The values of the characters of base64, -1 for others. */
const BASE64 = new Int8Array(128).fill(-1);
for (
  const [value, character] of [
    ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  ].entries()
) {
  BASE64[character.charCodeAt(0)] = value;
}

/** The characters of a digest in hex: two for each of 20 bytes. */
const hexDigits: number[] = new Array(40).fill(0);

/** The hex digits of a SHA-1 digest that stands in base64 without padding: 27 characters. */
function parseDigest(text: string, start: number, end: number): string | undefined {
  if (end - start !== 27) return undefined;
  let bits = 0;
  let bitCount = 0;
  for (let i = start, digit = 0; i < end; i++) {
    const value = BASE64[text.charCodeAt(i)];
    if (value === undefined || value < 0) return undefined;
    bits = (bits << 6 | value) & 0xff;
    for (bitCount += 6; bitCount >= 4 && digit < 40; digit++) {
      bitCount -= 4;
      const nibble = (bits >> bitCount) & 0xf;
      hexDigits[digit] = nibble < 10 ? 0x30 + nibble : 0x37 + nibble;
    }
  }
  return String.fromCharCode.apply(null, hexDigits);
}
