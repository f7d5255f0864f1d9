import type { Argument, Command, Option } from "commander";
import { completeLine } from "../control/complete_line.ts";
import { KNOWN_WORDS } from "./known_words.ts";
import { matching, plainSuggestions, type Suggestion } from "./suggestion.ts";

/** What may stand where the user types. */
export interface Completion {
  /** The words. */
  readonly suggestions: readonly Suggestion[];
  /** What the shell itself has to complete, for it knows how names of files are quoted. */
  readonly paths?: "files" | "directories" | undefined;
}

/** Where the words before the one that is typed have led to. */
interface Position {
  readonly command: Command;
  /** The command above it. */
  readonly parent: Command | undefined;
  /** The arguments of the command so far. */
  readonly operands: readonly string[];
  /** The option whose value is typed. */
  readonly option: Option | undefined;
  /** Whether `--` came: what follows is no option. */
  readonly isPlain: boolean;
}

const NOTHING: Completion = { suggestions: [] };

/**
 * Completes the last word of a command line, which may be empty, by what the program itself tells of its
 * commands, options and arguments. It asks nobody: no Tor, no file.
 *
 * @param program The command line's grammar.
 * @param words The words behind the program's name, as the shell takes them apart: bash gives `=` for itself.
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
): Promise<Completion> {
  const { before, typed } = lastWord(words);
  const position = walk(program, before);
  const { command, option, isPlain } = position;
  if (option !== undefined) return valueCompletion(option, typed);
  if (!isPlain && typed.startsWith("-")) {
    const [, name, value] = /^(--[^=]+)=(.*)$/s.exec(typed) ?? [];
    if (name === undefined) return { suggestions: matching(optionsOf(command), typed) };
    const named = findOption(command, name);
    if (named === undefined) return NOTHING;
    const { suggestions, paths } = valueCompletion(named, value!);
    return {
      suggestions: suggestions.map((one) => ({ ...one, value: `${name}=${one.value}` })),
      paths,
    };
  }
  return await operandCompletion(position, typed);
}

/** bash gives `--sort=name` as three words. */
function lastWord(words: readonly string[]): { before: readonly string[]; typed: string } {
  const [typed = "", ...rest] = words.toReversed();
  const before = rest.reverse();
  if (typed === "=" && before.at(-1)?.startsWith("--")) return { before, typed: "" };
  if (before.at(-1) === "=") return { before: before.slice(0, -1), typed };
  return { before, typed };
}

function walk(program: Command, words: readonly string[]): Position {
  let command = program;
  let parent: Command | undefined;
  let operands: string[] = [];
  let option: Option | undefined;
  let isPlain = false;
  for (const word of words) {
    if (word === "=") continue; // of an option whose value follows
    if (option !== undefined) option = undefined;
    else if (!isPlain && word === "--") isPlain = true;
    else if (!isPlain && word.startsWith("-") && word !== "-") {
      const named = findOption(command, word);
      option = named?.required ? named : undefined;
    } else {
      const child = operands.length === 0 ? commandsOf(command).find(named(word)) : undefined;
      if (child === undefined) operands.push(word);
      else [parent, command, operands] = [command, child, []];
    }
  }
  return { command, parent, operands, option, isPlain };
}

function named(word: string): (command: Command) => boolean {
  return (command) => command.name() === word || command.aliases().includes(word);
}

function commandsOf(command: Command): Command[] {
  return command.createHelp().visibleCommands(command);
}

/** The options of a command, and of those above it, which it takes too. */
function allOptions(command: Command): Option[] {
  const help = command.createHelp();
  help.showGlobalOptions = true;
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)];
}

function findOption(command: Command, name: string): Option | undefined {
  return allOptions(command).find((option) => option.long === name || option.short === name);
}

function optionsOf(command: Command): Suggestion[] {
  return allOptions(command).flatMap(({ long, short, description }) => {
    const value = long ?? short;
    return value === undefined ? [] : [{ value, description }];
  });
}

async function operandCompletion(
  { command, parent, operands }: Position,
  typed: string,
): Promise<Completion> {
  const args = command.registeredArguments;
  const last = args.at(-1);
  const argument = args[operands.length] ?? (last?.variadic ? last : undefined);
  if (argument?.name() === "line") {
    const { suggestions } = await completeLine([...operands, typed].join(" "));
    return { suggestions };
  }
  const commands = argument?.name() === "command" ? parent : operands.length === 0 && command;
  if (!commands || (argument !== undefined && argument.name() !== "command")) {
    return argument === undefined ? NOTHING : valueCompletion(argument, typed);
  }
  const suggestions = commandsOf(commands).map((one) => ({
    value: one.name(),
    description: one.description(),
  }));
  return { suggestions: matching(suggestions, typed) };
}

/** By the choices that are told of; else by what the help calls it, such as `<file>`. */
function valueCompletion(of: Option | Argument, typed: string): Completion {
  if (of.argChoices !== undefined) {
    return { suggestions: matching(plainSuggestions(of.argChoices), typed) };
  }
  const name = "flags" in of ? /[<[]([^\]>.]+)/.exec(of.flags)?.[1] : of.name();
  if (name === "file" || name === "path") return { ...NOTHING, paths: "files" };
  if (name === "dir") return { ...NOTHING, paths: "directories" };
  return { suggestions: matching(KNOWN_WORDS[name ?? ""]?.() ?? [], typed) };
}
