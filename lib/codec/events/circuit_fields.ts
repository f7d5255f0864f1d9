import type { BuildFlag, CircPurpose, CircReason, HsState } from "./circuit_words.ts";
import type { EventBase } from "./event.ts";
import { flat } from "./flat.ts";
import { parseCount } from "./numbers.ts";
import { Leftovers } from "./leftovers.ts";
import type { UnreadLine } from "./lazy_event.ts";
import type { LongName } from "./long_name.ts";
import { parsePath } from "./path.ts";
import { parseList } from "./word_list.ts";
import { WordScanner } from "./word_scanner.ts";

/** The proof of work of an onion service's client (control-spec, section 4.1.1: `HSPoW`). */
export interface HsPow {
  /** The kind of puzzle, such as `v1`. */
  readonly type: string;
  /** The effort that was made. */
  readonly effort: number;
}

/** What `CIRC` and `CIRC_MINOR` events tell of a circuit (control-spec, section 4.1.1). */
export interface CircuitFields extends EventBase {
  /** The relays so far, from the nearest on; empty before the first is reached. */
  readonly path: readonly LongName[];
  /** How the circuit is to be built. */
  readonly buildFlags: readonly BuildFlag[] | undefined;
  /** What the circuit is for. */
  readonly purpose: CircPurpose | undefined;
  /** How far an onion service's circuit is. */
  readonly hsState: HsState | undefined;
  /** The address of the onion service, without `.onion`. */
  readonly rendQuery: string | undefined;
  /** When the circuit was made or cannibalized; Tor's microseconds are cut to milliseconds. */
  readonly timeCreated: Date | undefined;
  /** Why the circuit failed or was closed. */
  readonly reason: CircReason | undefined;
  /** Why the relay at the other end closed it. */
  readonly remoteReason: CircReason | undefined;
  /** The user name of the SOCKS client that the circuit is for. */
  readonly socksUsername: string | undefined;
  /** The password of the SOCKS client that the circuit is for. */
  readonly socksPassword: string | undefined;
  /** The proof of work of an onion service's client. */
  readonly hsPow: HsPow | undefined;
  /** The set of joined circuits that the circuit is one of: 32 hex digits. */
  readonly confluxId: string | undefined;
  /** The round-trip time of a circuit that is joined with others, in microseconds. */
  readonly confluxRtt: number | undefined;
}

/** What only `CIRC_MINOR` events tell of a circuit (control-spec, section 4.1.19). */
export interface OldCircuitFields {
  /** The purpose before. */
  oldPurpose: CircPurpose | undefined;
  /** The state before. */
  oldHsState: HsState | undefined;
  /** The time of creation before. */
  oldTimeCreated: Date | undefined;
}

/**
 * Parses what follows the status in a `CIRC` or `CIRC_MINOR` event.
 *
 * @param line The event.
 * @param old Where the fields of a `CIRC_MINOR` event are put; elsewhere they are not recognised.
 */
export function parseCircuitFields(line: UnreadLine, old?: OldCircuitFields): CircuitFields {
  const text = flat(line.text);
  let path: readonly LongName[] | undefined;
  let buildFlags: readonly BuildFlag[] | undefined;
  let purpose: CircPurpose | undefined;
  let hsState: HsState | undefined;
  let rendQuery: string | undefined;
  let timeCreated: Date | undefined;
  let reason: CircReason | undefined;
  let remoteReason: CircReason | undefined;
  let socksUsername: string | undefined;
  let socksPassword: string | undefined;
  let hsPow: HsPow | undefined;
  let confluxId: string | undefined;
  let confluxRtt: number | undefined;
  const left = new Leftovers();
  const words = new WordScanner(text, line.start);
  while (words.next()) {
    let known = true;
    switch (words.keyword) {
      // In the order of how often they come: engines compare one after the other.
      case "":
        known = path === undefined;
        if (known) path = parsePath(text, words.start, words.end);
        known &&= path !== undefined;
        break;
      case "BUILD_FLAGS":
        buildFlags = parseList(words.value());
        break;
      case "PURPOSE":
        purpose = words.value();
        break;
      case "TIME_CREATED":
        timeCreated = words.time();
        known = timeCreated !== undefined;
        break;
      case "HS_STATE":
        hsState = words.value();
        break;
      case "CONFLUX_ID":
        confluxId = words.value();
        break;
      case "REND_QUERY":
        rendQuery = words.value();
        break;
      case "SOCKS_USERNAME":
        socksUsername = words.value();
        break;
      case "SOCKS_PASSWORD":
        socksPassword = words.value();
        break;
      case "REASON":
        reason = words.value();
        break;
      case "REMOTE_REASON":
        remoteReason = words.value();
        break;
      case "CONFLUX_RTT":
        confluxRtt = words.count();
        known = confluxRtt !== undefined;
        break;
      case "HS_POW":
        hsPow = parseHsPow(words.value());
        known = hsPow !== undefined;
        break;
      default:
        known = old !== undefined && readOldField(old, words);
    }
    if (!known) left.add(words);
  }
  left.addLines(line);
  return {
    path: path ?? NO_PATH,
    buildFlags,
    purpose,
    hsState,
    rendQuery,
    timeCreated,
    reason,
    remoteReason,
    socksUsername,
    socksPassword,
    hsPow,
    confluxId,
    confluxRtt,
    extra: left.extra,
    extraArguments: left.extraArguments,
  };
}

const NO_PATH: readonly LongName[] = Object.freeze([]);

function readOldField(old: OldCircuitFields, words: WordScanner): boolean {
  switch (words.keyword) {
    case "OLD_PURPOSE":
      old.oldPurpose = words.value();
      return true;
    case "OLD_HS_STATE":
      old.oldHsState = words.value();
      return true;
    case "OLD_TIME_CREATED":
      old.oldTimeCreated = words.time();
      return old.oldTimeCreated !== undefined;
    default:
      return false;
  }
}

function parseHsPow(value: string): HsPow | undefined {
  const comma = value.indexOf(",");
  const effort = comma < 0 ? undefined : parseCount(value.slice(comma + 1));
  return effort === undefined ? undefined : { type: value.slice(0, comma), effort };
}
