import { flat } from "./events/flat.ts";
import { type HostPort, parseHostPort } from "./events/host_port.ts";
import type { Fingerprint } from "./events/identifiers.ts";
import { InternTable } from "./events/intern_table.ts";
import { isoMilliseconds } from "./events/iso_time.ts";
import { parseCount } from "./events/numbers.ts";
import { parseDigest, RouterLine, wordEnd } from "./router_line.ts";

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

/** What {@linkcode parseRouterStatuses} tells of what it skips. */
export interface ParseRouterStatusesOptions {
  /** Is given each `r` line that is malformed. */
  onMalformed?: ((line: string) => void) | undefined;
}

/**
 * Parses the entries of relays in a network status document, such as the answer to `GETINFO ns/all`
 * (dir-spec, section 3.4.1).
 * Lines before the first `r` line are skipped, and so is an entry whose `r` line is malformed.
 *
 * @param text Lines that end in `"\n"`.
 * @param options Who is told of what is skipped.
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
export function parseRouterStatuses(
  text: string,
  { onMalformed }: ParseRouterStatusesOptions = {},
): RouterStatus[] {
  const routers: RouterStatus[] = [];
  let router: MutableRouterStatus | undefined;
  for (let start = 0; start < text.length;) {
    let end = text.indexOf("\n", start);
    if (end < 0) end = text.length;
    const line = text.slice(start, end);
    if (line.startsWith("r ")) {
      router = parseRouterLine(line);
      if (router !== undefined) routers.push(router);
      else onMalformed?.(line);
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
export const flagLists: InternTable<readonly RouterFlag[]> = new InternTable(
  (word) => word === "" ? NONE : Object.freeze(word.split(" ")),
  256,
);
const phrases = new InternTable<string>((word) => word, 1024);

const routerLine = new RouterLine();

function parseRouterLine(line: string): MutableRouterStatus | undefined {
  if (!routerLine.read(line, 0, line.length)) return undefined;
  const { nicknameEnd, identityEnd, digestEnd, timeEnd, ipEnd, end } = routerLine;
  const publication = isoMilliseconds(line, digestEnd + 1, timeEnd);
  const extra: string[] = [];
  if (Number.isNaN(publication)) extra.push(flat(line.slice(digestEnd + 1, timeEnd)));
  if (end < line.length) extra.push(flat(line.slice(end + 1)));
  return {
    nickname: flat(line.slice(2, nicknameEnd)),
    fingerprint: routerLine.fingerprint,
    digest: parseDigest(line, identityEnd + 1, digestEnd),
    publication: Number.isNaN(publication) ? undefined : new Date(publication),
    ip: flat(line.slice(timeEnd + 1, ipEnd)),
    orPort: routerLine.orPort,
    dirPort: routerLine.dirPort,
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
