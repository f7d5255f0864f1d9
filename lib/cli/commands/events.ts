import type { Command } from "commander";
import type { ControlEvent } from "../../control/connection_events.ts";
import type { ControlEventType } from "../../control/connection.ts";
import type { Cli } from "../cli.ts";
import { CommandError } from "../command_error.ts";
import { EXIT } from "../exit_code.ts";
import { formatJson } from "../format_json.ts";
import { parseCount } from "../numbers.ts";

interface EventsFlags {
  count?: number;
  showSecrets?: boolean;
}

/** Adds `torcon events`. */
export function addEvents(program: Command, cli: Cli): void {
  program.command("events")
    .description("Print Tor's events as they come, until Ctrl-C; with --json one object a line.")
    .argument("<type...>", "types of events, such as CIRC, STREAM, BW, NOTICE")
    .option("-n, --count <count>", "end after so many", parseCount)
    .option("--show-secrets", "print the passwords that streams are kept apart by too")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon events NOTICE WARN ERR
  $ torcon events CIRC STREAM --json | jq -c '{type, status}'
  $ torcon events BW --count 1 --json`,
    )
    .action(async (types: string[], { count = Infinity, showSecrets }: EventsFlags) => {
      const names = types.map((type) => type.toUpperCase());
      const wrong = names.find((name) => !/^[A-Z][A-Z0-9_]*$/.test(name));
      if (wrong !== undefined) {
        throw new CommandError(`Cannot listen to ${wrong}: it is no type of event`, EXIT.USAGE);
      }
      await cli.withTor(async ({ control }) => {
        const { signal } = cli;
        const events = control.events(...names as ControlEventType[], { signal });
        await events.ready;
        let left = count;
        for await (const event of events) {
          const plain = plainOf(event, showSecrets ?? false);
          await cli.print(cli.isJson ? formatJson(plain, 0) : eventLine(plain, cli));
          if (--left <= 0) break;
        }
      });
    });
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

function eventLine({ type, ...fields }: Record<string, unknown>, { style }: Cli): string {
  const words = Object.entries(fields).map(([key, value]) => {
    const text = typeof value === "string" && /^[\w.$~=:/+-]+$/.test(value)
      ? value
      : formatJson(value, 0);
    return `${style.faint(`${key}=`)}${text}`;
  });
  return [style.strong(String(type)), ...words].join(" ");
}
