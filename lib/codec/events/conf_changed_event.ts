import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { EventArguments } from "./event_arguments.ts";
import { isFinalOk, lineValue } from "./leftovers.ts";

/** One option that changed. */
export interface ConfChange {
  /** The option's name. */
  readonly key: string;
  /** The option's new value, unquoted; `undefined` where it has its default again. */
  readonly value: string | undefined;
}

/**
 * Options of Tor's configuration changed (control-spec, section 4.1.18), be it by SETCONF,
 * RESETCONF or a reload.
 */
export interface ConfChangedEvent extends EventBase {
  /** The event's name. */
  readonly type: "CONF_CHANGED";
  /** What changed, in Tor's order; an option that has many values comes once for each. */
  readonly changes: readonly ConfChange[];
}

/** Parses `CONF_CHANGED` and its lines. */
export function parseConfChangedEvent(
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): ConfChangedEvent {
  const changes: ConfChange[] = [];
  for (const [i, line] of rest.entries()) {
    if (isFinalOk(rest, i)) continue;
    const equals = line.text.indexOf("=");
    changes.push(
      equals < 0 ? { key: line.text, value: line.data } : {
        key: line.text.slice(0, equals),
        value: line.data ?? lineValue(line.text.slice(equals + 1)),
      },
    );
  }
  return { type: "CONF_CHANGED", changes, ...new EventArguments(text, 13).left(data) };
}
