import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { eventTypes, formatEvent } from "../format_event.ts";
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
      const names = eventTypes(types);
      await cli.withTor(async ({ control }) => {
        const { signal } = cli;
        const events = control.events(...names, { signal });
        await events.ready;
        let left = count;
        for await (const event of events) {
          await cli.print(formatEvent(event, { cli, showSecrets }));
          if (--left <= 0) break;
        }
      });
    });
}
