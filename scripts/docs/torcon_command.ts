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
  const { error, complaint } = await parse(args);
  if (error === undefined) return undefined;
  if (!(error instanceof CommanderError)) return String(error);
  if (error.exitCode === 0 || (partial && MISSING.has(error.code))) return undefined;
  return complaint.trim() || error.message;
}

/** The help of torcon itself, by `""`, and of each command, by its words. */
export async function torconHelps(): Promise<Map<string, string>> {
  const helps = new Map<string, string>();
  const visit = async ({ commands }: Command, words: readonly string[]): Promise<void> => {
    helps.set(words.join(" "), (await parse([...words, "--help"])).printed);
    for (const child of commands) await visit(child, [...words, child.name()]);
  };
  await visit((await parse([])).program, []);
  return helps;
}

/** What came of a command line. */
interface Parsed {
  readonly program: Command;
  readonly printed: string;
  readonly complaint: string;
  readonly error: unknown;
}

async function parse(args: readonly string[]): Promise<Parsed> {
  const [printed, complaints]: [string[], string[]] = [[], []];
  const output = (texts: string[]): Output => ({
    isTerminal: false,
    columns: undefined,
    write: (data) => Promise.resolve(void texts.push(String(data))),
  });
  const stdio: Stdio = {
    args,
    stdin: (async function* () {})(),
    isInteractive: false,
    stdout: output(printed),
    stderr: output(complaints),
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
  const error: unknown = await program.parseAsync([...args], { from: "user" })
    .then(() => undefined, (error) => error);
  await cli.flush();
  return { program, printed: printed.join(""), complaint: complaints.join(""), error };
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
