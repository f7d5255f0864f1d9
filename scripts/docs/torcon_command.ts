import { type Command, CommanderError } from "commander";
import { Cli } from "../../lib/cli/cli.ts";
import { makeProgram } from "../../lib/cli/program.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Output, Stdio } from "../../lib/runtime/stdio.ts";

/** The arguments of `torcon` in a command of a shell; `undefined` where it is another program. */
export function torconArguments(words: readonly string[]): readonly string[] | undefined {
  const [first = "", second = ""] = words;
  if (first === "torcon") return words.slice(1);
  if (first === "npx" || first === "bunx") {
    return /^(?:@torcon\/)?torcon$/.test(second) ? words.slice(2) : undefined;
  }
  const entry = words.findIndex((word) => /^jsr:@torcon\/torcon(?:@[^/]*)?\/cli$/.test(word));
  return first === "deno" && entry > 0 ? words.slice(entry + 1) : undefined;
}

/** What is said of the command line in a text need not be whole. */
export interface TorconFaultOptions {
  /** Arguments and options that must be given may be missing; default `false`. */
  partial?: boolean | undefined;
}

/** What the command would say against its arguments, without doing anything; `undefined` where all is well. */
export async function torconFault(
  args: readonly string[],
  { partial = false }: TorconFaultOptions = {},
): Promise<string | undefined> {
  const complaints: string[] = [];
  const output = (write: (text: string) => void): Output => ({
    isTerminal: false,
    columns: undefined,
    write: (data) => Promise.resolve(write(String(data))),
  });
  const stdio: Stdio = {
    args,
    stdin: (async function* () {})(),
    isInteractive: false,
    stdout: output(() => {}),
    stderr: output((text) => complaints.push(text)),
    onExit: () => () => {},
    exit: (code) => {
      throw new Error(`It would exit with code ${code}`);
    },
  };
  const runtime = await detectRuntime();
  const { signal } = new AbortController();
  const cli = new Cli({ stdio, runtime, signal, interrupt: () => {} });
  const program = makeProgram(cli);
  disarm(program);
  try {
    await program.parseAsync([...args], { from: "user" });
    return undefined;
  } catch (error) {
    await cli.flush();
    if (!(error instanceof CommanderError)) return String(error);
    if (error.exitCode === 0 || (partial && MISSING.has(error.code))) return undefined;
    return complaints.join("").trim() || error.message;
  }
}

/** What commander calls a command line that is not whole; of a group without a command it prints the help. */
const MISSING = new Set([
  "commander.help",
  "commander.missingArgument",
  "commander.missingMandatoryOptionValue",
  "commander.optionMissingArgument",
]);

/** Lets no command do what it is for. */
function disarm(command: Command): void {
  if (command.commands.length === 0) command.action(() => {});
  for (const child of command.commands) disarm(child);
}
