import { CommanderError } from "commander";
import { OutputClosedError, type Stdio } from "../runtime/stdio.ts";
import type { Runtime } from "../runtime/types.ts";
import { Cli } from "./cli.ts";
import { EXIT, SIGNAL_EXIT } from "./exit_code.ts";
import { explain } from "./explain.ts";
import { harmless } from "./harmless.ts";
import { makeProgram } from "./program.ts";

/**
 * Runs the command line.
 *
 * A first interrupt ends the command in an orderly way, a second one at once.
 *
 * @returns The exit code.
 */
export async function run({ stdio, runtime }: { stdio: Stdio; runtime: Runtime }): Promise<number> {
  const interruption = new AbortController();
  let interrupted: number | undefined;
  const interrupt = (signal: keyof typeof SIGNAL_EXIT) => {
    if (interrupted !== undefined) stdio.exit(interrupted);
    interrupted = SIGNAL_EXIT[signal];
    interruption.abort(new Error(`Interrupted by ${signal}`));
  };
  const stop = runtime.onInterrupt(interrupt);
  const cli = new Cli({
    stdio,
    runtime,
    signal: interruption.signal,
    interrupt: () => interrupt("SIGINT"),
  });
  try {
    await makeProgram(cli).parseAsync(stdio.args, { from: "user" });
    return interrupted ?? EXIT.OK;
  } catch (error) {
    return interrupted ?? await tellFailure(cli, error);
  } finally {
    await cli.flush();
    stop();
  }
}

async function tellFailure(cli: Cli, error: unknown): Promise<number> {
  // Whoever reads has enough: `torcon relays | head`.
  if (error instanceof OutputClosedError) return EXIT.OK;
  // It has told what is wrong, or printed the help, by itself.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.OK : EXIT.USAGE;
  const { message, exitCode } = explain(error);
  const line = harmless(message.replaceAll("\n", " | "));
  await cli.tellAsIs(`${cli.errorStyle.bad("torcon:")} ${line}\n`);
  return exitCode;
}
