import type { MessageLine } from "../message.ts";
import { parseRouterStatuses, type RouterStatus } from "../router_status.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";

/** What {@linkcode NsEvent} and {@linkcode NewConsensusEvent} have in common. */
export interface RouterStatusFields extends EventBase {
  /** The relays' entries as Tor wrote them, its lines parted by `"\n"`. */
  readonly body: string;
  /** The relays' entries, parsed when this is first read. */
  readonly routers: readonly RouterStatus[];
}

/** Tor's view of some relays changed (control-spec, section 4.1.12). */
export interface NsEvent extends RouterStatusFields {
  /** The event's name. */
  readonly type: "NS";
}

/** A new consensus has come: all usable relays (control-spec, section 4.1.15). */
export interface NewConsensusEvent extends RouterStatusFields {
  /** The event's name. */
  readonly type: "NEWCONSENSUS";
}

class RouterStatusEvent<T extends "NS" | "NEWCONSENSUS"> implements RouterStatusFields {
  readonly type: T;
  readonly body: string;
  readonly extra: Readonly<Record<string, string>>;
  readonly extraArguments: readonly string[];
  #routers: readonly RouterStatus[] | undefined;

  constructor(type: T, body: string, left: EventBase) {
    this.type = type;
    this.body = body;
    this.extra = left.extra;
    this.extraArguments = left.extraArguments;
  }

  get routers(): readonly RouterStatus[] {
    return this.#routers ??= parseRouterStatuses(this.body);
  }
}

/** Parses `NS` and its data block. */
export function parseNsEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): NsEvent {
  return new RouterStatusEvent("NS", data ?? "", new EventArguments(text, 3).left(undefined, rest));
}

/** Parses `NEWCONSENSUS` and its data block. */
export function parseNewConsensusEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): NewConsensusEvent {
  const left = new EventArguments(text, 13).left(undefined, rest);
  return new RouterStatusEvent("NEWCONSENSUS", data ?? "", left);
}
