import type { MessageLine } from "../message.ts";
import { type EventBase, NO_ARGUMENTS, NO_EXTRA } from "./event.ts";
import { flat } from "./flat.ts";
import { isFinalOk } from "./leftovers.ts";

/** How grave a log message is (control-spec, section 4.1.5: `Severity`). */
export type LogSeverity = "DEBUG" | "INFO" | "NOTICE" | "WARN" | "ERR";

/** A message of Tor's log (control-spec, section 4.1.5). */
export interface LogEvent extends EventBase {
  /** The event's name, which is the message's severity. */
  readonly type: LogSeverity;
  /** The message; its lines are parted by `"\n"`. */
  readonly message: string;
}

/** Parses `NOTICE ...` and its like; it takes any text. */
export function parseLogEvent(
  type: LogSeverity,
  text: string,
  data: string | undefined,
  rest: readonly MessageLine[],
): LogEvent {
  const lines = text.length > type.length ? [text.slice(type.length + 1)] : [];
  if (data !== undefined) lines.push(data);
  for (const [i, line] of rest.entries()) {
    if (isFinalOk(rest, i)) continue;
    lines.push(line.text);
    if (line.data !== undefined) lines.push(line.data);
  }
  return { type, message: flat(lines.join("\n")), extra: NO_EXTRA, extraArguments: NO_ARGUMENTS };
}
