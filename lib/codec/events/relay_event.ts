import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import { type LongName, parseLongName, parseServerSpec, type ServerSpec } from "./long_name.ts";

/** New server descriptors have come (control-spec, section 4.1.6). */
export interface NewDescEvent extends EventBase {
  /** The event's name. */
  readonly type: "NEWDESC";
  /** The relays whose descriptors they are. */
  readonly longNames: readonly LongName[];
}

/** What kind of guard changed (control-spec, section 4.1.11: `Type`). */
export type GuardType = "ENTRY" | (string & Record<never, never>);

/** What became of a guard (control-spec, section 4.1.11: `Status`, and `GOOD_L2` of Tor 0.4.9). */
export type GuardStatus =
  | "NEW"
  | "UP"
  | "DOWN"
  | "BAD"
  | "GOOD"
  | "DROPPED"
  | "BAD_L2"
  | "GOOD_L2"
  | (string & Record<never, never>);

/** The set of guards changed (control-spec, section 4.1.11). */
export interface GuardEvent extends EventBase {
  /** The event's name. */
  readonly type: "GUARD";
  /** What kind of guard it is. */
  readonly guardType: GuardType;
  /** The guard as Tor wrote it. */
  readonly name: string;
  /** The guard, where {@linkcode GuardEvent.name} is a relay's name. */
  readonly server: ServerSpec | undefined;
  /** What became of it. */
  readonly status: GuardStatus;
}

/** Parses `NEWDESC ...`; `undefined` where there is no relay. */
export function parseNewDescEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): NewDescEvent | undefined {
  const args = new EventArguments(text, 8);
  const longNames: LongName[] = [];
  for (
    let name = args.parsedWord(parseLongName);
    name !== undefined;
    name = args.parsedWord(parseLongName)
  ) {
    longNames.push(name);
  }
  if (longNames.length === 0) return undefined;
  return { type: "NEWDESC", longNames, ...args.left(data, rest) };
}

/** Parses `GUARD ...`; `undefined` where a word is missing. */
export function parseGuardEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): GuardEvent | undefined {
  const args = new EventArguments(text, 6);
  const guardType = args.word();
  const name = args.word();
  const status = args.word();
  if (guardType === undefined || name === undefined || status === undefined) return undefined;
  const server = parseServerSpec(name);
  return { type: "GUARD", guardType, name, server, status, ...args.left(data, rest) };
}
