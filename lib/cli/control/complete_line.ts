import type { SignalName } from "../../control/commands/session_commands.ts";
import { KNOWN_WORDS } from "../completion/known_words.ts";
import { matching, plainSuggestions, type Suggestion } from "../completion/suggestion.ts";
import { harmless } from "../harmless.ts";
import { type ArgumentWords, CONTROL_COMMANDS, PROMPT_COMMANDS } from "./control_commands.ts";

/** What may stand at the end of a line. */
export interface LineCompletion {
  /** The word that is typed, as far as it goes. */
  readonly typed: string;
  /** What it may be. */
  readonly suggestions: readonly Suggestion[];
}

/** Asks a Tor for the value of a GETINFO key. */
export type AskInfo = (key: string) => Promise<string>;

const SIGNALS: Readonly<Record<SignalName, string>> = {
  RELOAD: "Read the torrc again",
  HUP: "As RELOAD",
  SHUTDOWN: "End, a relay after some time",
  INT: "As SHUTDOWN",
  DUMP: "Write what is open to the log",
  USR1: "As DUMP",
  DEBUG: "Log everything",
  USR2: "As DEBUG",
  HALT: "End at once",
  TERM: "As HALT",
  NEWNYM: "A new identity: new circuits for new connections",
  CLEARDNSCACHE: "Forget what was resolved",
  HEARTBEAT: "Write how it goes to the log",
  ACTIVE: "Wake up from DORMANT",
  DORMANT: "Sleep: build no circuits",
};

/**
 * Completes the last word of a line that is meant for Tor's control port.
 *
 * @param line The line up to the cursor.
 * @param ask Asks the Tor for what is open; without it, circuits and the like are not suggested.
 */
export async function completeLine(line: string, ask?: AskInfo): Promise<LineCompletion> {
  const [first = "", ...words] = line.trimStart().split(/\s+/);
  const typed = words.at(-1) ?? first;
  if (words.length === 0) return { typed, suggestions: matching(commandWords(first), typed) };
  const name = first.toUpperCase().replace(/^\+/, "");
  const { args } = CONTROL_COMMANDS[name] ?? PROMPT_COMMANDS[promptName(first)] ?? {};
  const kind = args?.[Math.min(words.length, args.length) - 1];
  const suggestions = kind === undefined ? [] : await wordsOf(kind, ask);
  return { typed, suggestions: matching(suggestions, typed) };
}

/** `/help` may be said without its slash, and as a question mark. */
export function promptName(word: string): string {
  const name = word.toLowerCase();
  return name === "help" || name === "?" ? "/help" : name;
}

/** Commands with lines of data behind them begin with a plus. */
function commandWords(typed: string): Suggestion[] {
  return [
    ...Object.entries(CONTROL_COMMANDS).map(([name, { hasData, does }]) => ({
      value: hasData && typed.startsWith("+") ? `+${name}` : name,
      description: does,
    })),
    ...Object.entries(PROMPT_COMMANDS).map(([value, { does }]) => ({ value, description: does })),
  ];
}

async function wordsOf(
  kind: ArgumentWords,
  ask: AskInfo | undefined,
): Promise<readonly Suggestion[]> {
  switch (kind) {
    case "circuit":
      return await live(ask, "circuit-status");
    case "stream":
      return await live(ask, "stream-status");
    case "onion":
      return [...await live(ask, "onions/current"), ...await live(ask, "onions/detached")];
    case "command":
      return Object.entries(CONTROL_COMMANDS).map(([value, { does }]) => ({
        value,
        description: does,
      }));
    case "signal":
      return Object.entries(SIGNALS).map(([value, description]) => ({ value, description }));
    case "event":
      return KNOWN_WORDS["type"]!();
    case "key":
    case "option":
      return KNOWN_WORDS[kind]!();
    case "option=":
      return KNOWN_WORDS["option"]!().map((one) => ({ ...one, value: `${one.value}=` }));
    default:
      return plainSuggestions(kind);
  }
}

/** What is open now: each line begins with its number or its address, which must be one that can be typed. */
async function live(ask: AskInfo | undefined, key: string): Promise<Suggestion[]> {
  const text = await ask?.(key).catch(() => "") ?? "";
  const suggestions = text.split("\n").map((line) => {
    const space = line.indexOf(" ");
    return space < 0
      ? { value: line }
      : { value: line.slice(0, space), description: line.slice(space + 1) };
  });
  return suggestions.filter(({ value }) => value !== "" && value === harmless(value));
}
