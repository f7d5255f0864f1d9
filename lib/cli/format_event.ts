import type { ControlEvent } from "../control/connection_events.ts";
import type { ControlEventType } from "../control/connection.ts";
import type { Cli } from "./cli.ts";
import { CommandError } from "./command_error.ts";
import { EXIT } from "./exit_code.ts";
import { formatJson } from "./format_json.ts";
import type { Style } from "./style.ts";

/**
 * The types of events that the user has named, in upper case.
 *
 * @throws {CommandError} Where one can be none.
 */
export function eventTypes(words: readonly string[]): ControlEventType[] {
  const names = words.map((word) => word.toUpperCase());
  const wrong = names.find((name) => !/^[A-Z][A-Z0-9_]*$/.test(name));
  if (wrong !== undefined) {
    throw new CommandError(`Cannot listen to ${wrong}: it is no type of event`, EXIT.USAGE);
  }
  return names as ControlEventType[];
}

/** An event in one line, for people or as JSON; its secrets are left out unless they are asked for. */
export function formatEvent(
  event: ControlEvent,
  { cli, showSecrets = false }: {
    cli: Pick<Cli, "isJson" | "style">;
    showSecrets?: boolean | undefined;
  },
): string {
  const plain = plainOf(event, showSecrets);
  return cli.isJson ? formatJson(plain, 0) : eventLine(plain, cli.style);
}

/** The fields of an event, without what is empty, and without what is secret. */
function plainOf(event: ControlEvent, showSecrets: boolean): Record<string, unknown> {
  const fields: Record<string, unknown> = "toJSON" in event && event.toJSON instanceof Function
    ? event.toJSON()
    : { ...event };
  const { type, ...rest } = { ...fields, type: event.type };
  const plain: Record<string, unknown> = { type };
  for (const [key, value] of Object.entries(rest)) {
    if (value === undefined || isEmpty(value)) continue;
    plain[key] = key === "socksPassword" && !showSecrets ? "[hidden]" : value;
  }
  return plain;
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && value !== null &&
    (Object.getPrototypeOf(value) ?? Object.prototype) === Object.prototype &&
    Object.keys(value).length === 0;
}

function eventLine(
  { type, ...fields }: Record<string, unknown>,
  style: Style,
): string {
  const words = Object.entries(fields).map(([key, value]) => {
    const text = typeof value === "string" && /^[\w.$~=:/+-]+$/.test(value)
      ? value
      : formatJson(value, 0);
    return `${style.faint(`${key}=`)}${text}`;
  });
  return [style.strong(String(type)), ...words].join(" ");
}
