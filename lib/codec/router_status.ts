import { flat } from "./events/flat.ts";
import { type HostPort, parseHostPort } from "./events/host_port.ts";
import type { Fingerprint } from "./events/identifiers.ts";
import { parseIsoTime } from "./events/iso_time.ts";

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
  /** The digest of the relay's server descriptor: 40 upper-case hex digits. */
  readonly digest: string;
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
 * Parses the entries of relays in a network status document, such as the answer to `GETINFO ns/all`.
 * Lines before the first `r` line are skipped, and so is an entry whose `r` line is malformed.
 *
 * @param text Lines that end in `"\n"`.
 * @returns The relays in the document's order.
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
    if (text.charCodeAt(start) === LETTER_R && text.charCodeAt(start + 1) === SPACE) {
      router = parseRouterLine(text, start + 2, end);
      if (router !== undefined) routers.push(router);
    } else if (router !== undefined && end > start) {
      parseFurtherLine(router, text, start, end);
    }
    start = end + 1;
  }
  return routers;
}

type MutableRouterStatus = { -readonly [K in keyof RouterStatus]: RouterStatus[K] };

const SPACE = 0x20;
const LETTER_R = 0x72;
const NONE: readonly never[] = Object.freeze([]);

/** Parses what follows `r `: nickname, identity, digest, date, time, IP address, two ports. */
function parseRouterLine(
  text: string,
  start: number,
  end: number,
): MutableRouterStatus | undefined {
  const [nickname, identity, digest, date, time, ip, orPort, dirPort, ...more] = text
    .slice(start, end).split(" ");
  const fingerprint = hexOfDigest(identity);
  const digestHex = hexOfDigest(digest);
  if (
    nickname === undefined || fingerprint === undefined || digestHex === undefined ||
    ip === undefined || !isPort(orPort) || !isPort(dirPort)
  ) {
    return undefined;
  }
  return {
    nickname: flat(nickname),
    fingerprint,
    digest: digestHex,
    publication: parseIsoTime(`${date} ${time}`),
    ip: flat(ip),
    orPort: Number(orPort),
    dirPort: Number(dirPort),
    orAddresses: NONE,
    flags: NONE,
    version: undefined,
    protocols: undefined,
    bandwidth: undefined,
    measured: undefined,
    unmeasured: false,
    policySummary: undefined,
    microdescriptors: NONE,
    extra: more,
  };
}

function parseFurtherLine(
  router: MutableRouterStatus,
  text: string,
  start: number,
  end: number,
): void {
  const line = text.slice(start, end);
  const space = line.indexOf(" ");
  const value = space < 0 ? "" : line.slice(space + 1);
  switch (space < 0 ? line : line.slice(0, space)) {
    case "s":
      router.flags = value === "" ? NONE : value.split(" ").map(flat);
      return;
    case "w":
      for (const word of value.split(" ")) parseWeight(router, word);
      return;
    case "p":
      router.policySummary = flat(value);
      return;
    case "v":
      router.version = flat(value);
      return;
    case "pr":
      router.protocols = flat(value);
      return;
    case "m":
      router.microdescriptors = [...router.microdescriptors, flat(value)];
      return;
    case "a": {
      const address = parseHostPort(value);
      if (address === undefined) break;
      router.orAddresses = [...router.orAddresses, {
        address: flat(address.address),
        port: address.port,
      }];
      return;
    }
  }
  router.extra = [...router.extra, flat(line)];
}

function parseWeight(router: MutableRouterStatus, word: string): void {
  const equals = word.indexOf("=");
  const value = /^\d+$/.test(word.slice(equals + 1)) ? Number(word.slice(equals + 1)) : undefined;
  const keyword = word.slice(0, equals);
  if (keyword === "Bandwidth" && value !== undefined) router.bandwidth = value;
  else if (keyword === "Measured" && value !== undefined) router.measured = value;
  else if (keyword === "Unmeasured" && value !== undefined) router.unmeasured = value === 1;
  else router.extra = [...router.extra, flat(word)];
}

function isPort(word: string | undefined): boolean {
  return word !== undefined && /^\d{1,5}$/.test(word) && Number(word) <= 65535;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The hex digits of a SHA-1 digest in base64 without padding: 27 characters. */
function hexOfDigest(digest: string | undefined): string | undefined {
  if (digest === undefined || digest.length !== 27) return undefined;
  let hex = "";
  for (let i = 0; i < 26; i += 2) {
    const high = BASE64.indexOf(digest[i]!);
    const low = BASE64.indexOf(digest[i + 1]!);
    if (high < 0 || low < 0) return undefined;
    hex += (high * 64 + low).toString(16).padStart(3, "0");
  }
  const last = BASE64.indexOf(digest[26]!);
  if (last < 0) return undefined;
  return (hex + (last >> 2).toString(16)).toUpperCase();
}
