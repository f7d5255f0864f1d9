import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import type {
  ReachabilityArguments,
  StatusClientActions,
  StatusGeneralActions,
  StatusServerActions,
  StatusSeverity,
} from "./status_actions.ts";

/** What all status events tell (control-spec, section 4.1.10). */
export interface StatusFields<T extends string, A extends string> extends EventBase {
  /** The event's name. */
  readonly type: T;
  /** How grave it is. */
  readonly severity: StatusSeverity;
  /** What happened. */
  readonly action: A;
}

/** A status event whose action is not known; its arguments are all in `extra`. */
export interface UnknownStatus<T extends string> extends StatusFields<T, "unknown"> {
  /** The action as Tor wrote it. */
  readonly keyword: string;
}

/** A status event of one of the actions of `Actions`, told apart by `action`. */
export type StatusOf<T extends string, Actions> =
  | { [A in keyof Actions & string]: StatusFields<T, A> & Actions[A] }[keyof Actions & string]
  | UnknownStatus<T>;

/** Something happened to Tor as a whole (control-spec, section 4.1.10). */
export type StatusGeneralEvent = StatusOf<"STATUS_GENERAL", StatusGeneralActions>;

/** Something happened to Tor as a client (control-spec, section 4.1.10). */
export type StatusClientEvent = StatusOf<"STATUS_CLIENT", StatusClientActions>;

/** Something happened to Tor as a relay (control-spec, section 4.1.10). */
export type StatusServerEvent = StatusOf<"STATUS_SERVER", StatusServerActions>;

/** How far Tor is on its way into the network, or what its problem is. */
export type BootstrapStatus = Extract<StatusClientEvent, { readonly action: "BOOTSTRAP" }>;

/** Parses `STATUS_GENERAL ...`; `undefined` where the severity or the action is missing. */
export function parseStatusGeneralEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): StatusGeneralEvent | undefined {
  const args = new EventArguments(text, 14);
  return parseStatus("STATUS_GENERAL", GENERAL, args, data, rest) as StatusGeneralEvent | undefined;
}

/** Parses `STATUS_CLIENT ...`; `undefined` where the severity or the action is missing. */
export function parseStatusClientEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): StatusClientEvent | undefined {
  const args = new EventArguments(text, 13);
  return parseStatus("STATUS_CLIENT", CLIENT, args, data, rest) as StatusClientEvent | undefined;
}

/**
 * Parses `STATUS_SERVER ...`, and `STATUS_SEVER ...` of Tor before 0.2.0.22; `undefined` where the
 * severity or the action is missing.
 */
export function parseStatusServerEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): StatusServerEvent | undefined {
  const args = new EventArguments(text, text.indexOf(" ") < 0 ? text.length : text.indexOf(" "));
  return parseStatus("STATUS_SERVER", SERVER, args, data, rest) as StatusServerEvent | undefined;
}

/**
 * Parses the value of `GETINFO status/bootstrap-phase` (control-spec, section 3.9).
 *
 * @param text The value, such as `NOTICE BOOTSTRAP PROGRESS=0 TAG=starting SUMMARY="Starting"`.
 * @returns What the last `BOOTSTRAP` event told, or `undefined` where the text is no such value.
 *
 * @example Read how far Tor is
 * ```ts
 * import { parseBootstrapPhase } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const phase = parseBootstrapPhase('NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"');
 * assert.equal(phase?.progress, 100);
 * assert.equal(phase?.tag, "done");
 * ```
 */
export function parseBootstrapPhase(text: string): BootstrapStatus | undefined {
  const event = parseStatusClientEvent(`STATUS_CLIENT ${text}`, undefined, []);
  return event?.action === "BOOTSTRAP" ? event : undefined;
}

/** How each argument of an action is taken. */
type Takers<Arguments> = {
  readonly [K in keyof Arguments]: (args: EventArguments) => Arguments[K];
};

/** How the arguments of each action are taken. */
type ActionTakers<Actions> = { readonly [A in keyof Actions]: Takers<Actions[A]> };

function parseStatus<Actions>(
  type: string,
  actions: ActionTakers<Actions>,
  args: EventArguments,
  data: string | undefined,
  rest: readonly MessageLine[],
): object | undefined {
  const severity = args.word();
  const action = args.word();
  if (severity === undefined || action === undefined) return undefined;
  if (!Object.hasOwn(actions, action)) {
    return { type, severity, action: "unknown", keyword: action, ...args.left(data, rest) };
  }
  const event: Record<string, unknown> = { type, severity, action };
  const takers: Takers<Record<string, unknown>> = actions[action as keyof Actions];
  for (const [field, take] of Object.entries(takers)) event[field] = take(args);
  return Object.assign(event, args.left(data, rest));
}

const GENERAL: ActionTakers<StatusGeneralActions> = {
  CLOCK_JUMPED: { time: number("TIME") },
  DANGEROUS_VERSION: {
    current: value("CURRENT"),
    reason: value("REASON"),
    recommended: (args) => args.value("RECOMMENDED")?.split(/,\s*/),
  },
  TOO_MANY_CONNECTIONS: { current: count("CURRENT") },
  BUG: { reason: value("REASON") },
  CLOCK_SKEW: { skew: number("SKEW"), minSkew: number("MIN_SKEW"), source: value("SOURCE") },
  BAD_LIBEVENT: {
    method: value("METHOD"),
    version: value("VERSION"),
    badness: value("BADNESS"),
    recovered: (args) =>
      args.parsed("RECOVERED", (text) => text === "YES" ? true : text === "NO" ? false : undefined),
  },
  DIR_ALL_UNREACHABLE: {},
};

const CLIENT: ActionTakers<StatusClientActions> = {
  BOOTSTRAP: {
    progress: count("PROGRESS"),
    tag: value("TAG"),
    summary: value("SUMMARY"),
    warning: value("WARNING"),
    reason: value("REASON"),
    count: count("COUNT"),
    recommendation: value("RECOMMENDATION"),
    // Tor writes HOSTID, where the specification has HOST.
    hostId: (args) => args.value("HOSTID") ?? args.value("HOST"),
    hostAddress: value("HOSTADDR"),
  },
  ENOUGH_DIR_INFO: {},
  NOT_ENOUGH_DIR_INFO: {},
  CIRCUIT_ESTABLISHED: {},
  CIRCUIT_NOT_ESTABLISHED: { reason: value("REASON") },
  CONSENSUS_ARRIVED: {},
  DANGEROUS_PORT: { port: count("PORT"), result: value("RESULT") },
  DANGEROUS_SOCKS: { protocol: value("PROTOCOL"), address: value("ADDRESS") },
  SOCKS_UNKNOWN_PROTOCOL: { data: value("DATA") },
  SOCKS_BAD_HOSTNAME: { hostname: value("HOSTNAME") },
};

const REACHABILITY: Takers<ReachabilityArguments> = {
  orAddress: value("ORADDRESS"),
  dirAddress: value("DIRADDRESS"),
};

const SERVER: ActionTakers<StatusServerActions> = {
  EXTERNAL_ADDRESS: {
    address: value("ADDRESS"),
    hostname: value("HOSTNAME"),
    method: value("METHOD"),
  },
  CHECKING_REACHABILITY: REACHABILITY,
  REACHABILITY_SUCCEEDED: REACHABILITY,
  REACHABILITY_FAILED: REACHABILITY,
  GOOD_SERVER_DESCRIPTOR: {},
  ACCEPTED_SERVER_DESCRIPTOR: { dirAuth: value("DIRAUTH") },
  BAD_SERVER_DESCRIPTOR: { dirAuth: value("DIRAUTH"), reason: value("REASON") },
  SERVER_DESCRIPTOR_STATUS: { status: value("STATUS") },
  NAMESERVER_STATUS: { ns: value("NS"), status: value("STATUS"), err: value("ERR") },
  NAMESERVER_ALL_DOWN: {},
  DNS_HIJACKED: {},
  DNS_USELESS: {},
  HIBERNATION_STATUS: { status: value("STATUS") },
};

function value(keyword: string): (args: EventArguments) => string | undefined {
  return (args) => args.value(keyword);
}

function count(keyword: string): (args: EventArguments) => number | undefined {
  return (args) => args.count(keyword);
}

function number(keyword: string): (args: EventArguments) => number | undefined {
  return (args) => args.number(keyword);
}
