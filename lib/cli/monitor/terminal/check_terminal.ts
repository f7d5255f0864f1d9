import type { Cli } from "../../cli.ts";
import { CommandError } from "../../command_error.ts";
import { EXIT } from "../../exit_code.ts";

/**
 * Makes sure that there is a terminal to draw on.
 *
 * @throws {CommandError} Where there is none; it says what to do.
 */
export function checkTerminal({ stdio, runtime }: Cli): void {
  const fault = !stdio.stdout.isTerminal || !stdio.isInteractive
    ? "standard input and output are no terminal"
    : runtime.env("TERM") === "dumb"
    ? "TERM says that the terminal is dumb"
    : undefined;
  if (fault === undefined) return;
  throw new CommandError(
    `Cannot show the monitor: ${fault}; run it at a terminal, or with --json`,
    EXIT.USAGE,
  );
}
