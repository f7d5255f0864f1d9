import type { MessageLine } from "../message.ts";
import { parseCountMap } from "./count_map.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";

/** From which countries clients came lately (control-spec, section 4.1.14); bridges only. */
export interface ClientsSeenEvent extends EventBase {
  /** The event's name. */
  readonly type: "CLIENTS_SEEN";
  /** Since when clients have been counted. */
  readonly timeStarted: Date | undefined;
  /** How many clients by country code, rounded. */
  readonly countrySummary: ReadonlyMap<string, number> | undefined;
  /** How many clients by protocol family, `v4` and `v6`, rounded. */
  readonly ipVersions: ReadonlyMap<string, number> | undefined;
}

/** Parses `CLIENTS_SEEN ...`. */
export function parseClientsSeenEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): ClientsSeenEvent {
  const args = new EventArguments(text, 13);
  return {
    type: "CLIENTS_SEEN",
    timeStarted: args.time("TimeStarted"),
    countrySummary: args.parsed("CountrySummary", (value) => parseCountMap(value, "=")),
    ipVersions: args.parsed("IPVersions", (value) => parseCountMap(value, "=")),
    ...args.left(data, rest),
  };
}
