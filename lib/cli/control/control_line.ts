import { type CommandArgument, describeCommand } from "../../codec/command.ts";
import { decodeQuoted } from "../../codec/quoted.ts";
import { encodeText } from "../../codec/text.ts";
import { SECRET_OPTION } from "../../control/commands/configuration_commands.ts";
import { encodeHex } from "../../util/hex.ts";
import { CommandError } from "../command_error.ts";
import { EXIT } from "../exit_code.ts";
import { promptName } from "./complete_line.ts";
import { CONTROL_COMMANDS, PROMPT_COMMANDS } from "./control_commands.ts";

/** A line as it is typed for Tor's control port. */
export interface ControlLine {
  /** The command's name, in upper case. */
  readonly keyword: string;
  /** What follows it; secrets are marked as such. */
  readonly args: readonly CommandArgument[];
  /** Whether lines of data follow, which a leading `+` says. */
  readonly hasData: boolean;
}

/** A word of the line, by its parts: `key="quoted"`, `"quoted"` or a plain word. */
interface Word {
  readonly key: string | undefined;
  readonly value: string;
  readonly isQuoted: boolean;
}

/**
 * Reads a command as control-spec, section 2.2, writes it.
 *
 * @throws {CommandError} Where it is none. The message has nothing of the line, which may be a secret.
 */
export function parseControlLine(line: string): ControlLine {
  const [, plus, name, rest = ""] = /^(\+?)([A-Za-z_]+)(?=\s|$)(.*)$/s.exec(line.trim()) ?? [];
  if (name === undefined) throw wrong("it does not begin with the name of a command");
  const keyword = name.toUpperCase();
  const args = wordsOf(rest).map((word, i) => argumentOf(word, { keyword, i }));
  return { keyword, args: hideRests(args), hasData: plus === "+" };
}

/** The line as it may be shown: without its secrets, and of a command that nobody knows the name alone. */
export function describeControlLine({ keyword, args }: ControlLine): string {
  return Object.hasOwn(CONTROL_COMMANDS, keyword) ? describeCommand({ keyword, args }) : keyword;
}

/**
 * Tells of one line after the other which may be kept to be shown again: those that may be shown as they are,
 * and no lines of data.
 */
export function lineMemory(): (line: string) => boolean {
  let isData = false;
  return (text) => {
    if (isData) {
      isData = text !== ".";
      return false;
    }
    if (Object.hasOwn(PROMPT_COMMANDS, promptName(text.trim().split(/\s/, 1)[0]!))) return true;
    try {
      const line = parseControlLine(text);
      isData = line.hasData;
      const shown = describeControlLine(line);
      return shown === describeCommand(line) && !shown.includes("[secret]");
    } catch {
      return false;
    }
  };
}

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  const start = /\s*(?:([^\s"=]+)=(?="))?(?:(")|([^\s"]+))?/gy;
  for (let at = 0; text.slice(at).trim() !== "";) {
    start.lastIndex = at;
    const [whole = "", key, quote, plain = ""] = start.exec(text) ?? [];
    if (quote === undefined) {
      at += whole.length;
      words.push({ key: undefined, value: plain, isQuoted: false });
    } else {
      const quoted = decodeQuoted(text, at + whole.length - 1);
      if (quoted === undefined) throw wrong("a quote has no end");
      at = quoted.end;
      words.push({ key, value: quoted.value, isQuoted: true });
    }
    if (!/^(\s|$)/.test(text.slice(at))) throw wrong("a quote is in the midst of a word");
  }
  return words;
}

function argumentOf(
  { key, value, isQuoted }: Word,
  { keyword, i }: { keyword: string; i: number },
): CommandArgument {
  if (keyword === "AUTHENTICATE" || keyword === "AUTHCHALLENGE") {
    const word = isQuoted ? encodeHex(encodeText(value)) : value;
    return keyword === "AUTHENTICATE" ? { secretWord: word } : word;
  }
  if (isQuoted) {
    if (key === undefined) throw wrong('only a value may be in quotes, as in KEY="VALUE"');
    return { key, quoted: value, secret: SECRET_OPTION.test(key) };
  }
  if (isKey(keyword, { value, i })) return { secretWord: value };
  const equals = value.indexOf("=");
  const option = value.slice(0, Math.max(equals, 0));
  if (option !== "" && SECRET_OPTION.test(option)) {
    return { key: option, value: value.slice(equals + 1), secret: true };
  }
  return value;
}

/** A private key of an onion service, or of a client of one, also where it is not in its place. */
function isKey(keyword: string, { value, i }: { value: string; i: number }): boolean {
  if (/^(ed25519-v3|x25519|rsa1024):/i.test(value)) return true;
  if (keyword === "ADD_ONION") return i === 0 && !/^NEW:/i.test(value);
  return keyword === "ONION_CLIENT_AUTH_ADD" && i === 1;
}

/** Of a secret that should have been in quotes, as in `Password=correct horse`, every word is one. */
function hideRests(args: readonly CommandArgument[]): CommandArgument[] {
  let isSecret = false;
  return args.map((arg) => {
    if (typeof arg === "string" && !arg.includes("=")) return isSecret ? { secretWord: arg } : arg;
    isSecret = typeof arg !== "string" && "value" in arg && arg.secret === true;
    return arg;
  });
}

function wrong(why: string): CommandError {
  return new CommandError(`Cannot read the line: ${why}`, EXIT.USAGE);
}
