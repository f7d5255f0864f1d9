import { encodeQuoted } from "./quoted.ts";

/** A `KEY=VALUE` argument whose value is one bare word. */
export interface KeywordArgument {
  /** The key: no space, quote, backslash, `=` or control character. */
  readonly key: string;
  /** The value: it may have no space, quote or control character. */
  readonly value: string;
  /** Whether the value is hidden where the command is shown, in errors for example; default `false`. */
  readonly secret?: boolean | undefined;
}

/** A `KEY="VALUE"` argument whose value is quoted, and so may be any text without a NUL. */
export interface QuotedArgument {
  /** The key: letters, digits and `_`. */
  readonly key: string;
  /** The value, which is quoted and escaped. */
  readonly quoted: string;
  /** Whether the value is hidden where the command is shown; default `false`. */
  readonly secret?: boolean | undefined;
}

/** A word that is hidden where the command is shown. */
export interface SecretArgument {
  /** The word: it may have no space, quote or control character. */
  readonly secretWord: string;
}

/** One argument of a command. A plain string is one word: no space, quote or control character. */
export type CommandArgument = string | KeywordArgument | QuotedArgument | SecretArgument;

/** A command of the control protocol (control-spec, section 2.2 "Commands from controller to Tor"). */
export interface Command {
  /** The command's keyword, such as `"GETINFO"`: letters and `_`. */
  readonly keyword: string;
  /** Its arguments in order; default none. */
  readonly args?: readonly CommandArgument[] | undefined;
  /**
   * The body of a multi-line command (LOADCONF, POSTDESCRIPTOR, HSPOST): any text without a NUL, with
   * lines that end in LF or CRLF; `undefined` for a command of one line.
   */
  readonly data?: string | undefined;
}

// deno-lint-ignore no-control-regex
const UNSAFE_IN_WORD = /[\x00-\x20"\x7f]/;
// deno-lint-ignore no-control-regex
const SAFE_KEY = /^[^\x00-\x20"\\=\x7f]+$/;
/** The key of a quoted value is the name of an option. */
const OPTION = /^[A-Za-z0-9_]+$/;
/** Lone surrogates other than those that stand for a byte. */
const NOT_TEXT = /[\uD800-\uDC7F\uDD00-\uDFFF]/u;

/**
 * Writes a command as the text that goes to Tor (control-spec, section 2.2). This is the one place
 * through which everything that is sent passes: nothing that a caller gives can add a line or a field
 * to it.
 *
 * @param command The keyword, the arguments, and the body of a multi-line command.
 * @returns The command with its line endings, its body dot-stuffed and ended.
 * @throws {TypeError} Where the keyword, a word or a key has something in it that could end it (a
 * space, a quote, CR, LF, NUL or another control character) or is empty, where a quoted value or the
 * body has a NUL, or where anything has a lone surrogate that stands for no byte.
 *
 * @example Encode commands of each kind
 * ```ts
 * import { encodeCommand } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * assert.equal(encodeCommand({ keyword: "GETINFO", args: ["version"] }), "GETINFO version\r\n");
 * const args = [{ key: "ContactInfo", quoted: 'me "at" home' }];
 * assert.equal(
 *   encodeCommand({ keyword: "SETCONF", args }),
 *   'SETCONF ContactInfo="me \\"at\\" home"\r\n',
 * );
 * assert.throws(() => encodeCommand({ keyword: "GETINFO", args: ["x\r\nSIGNAL HALT"] }), TypeError);
 * ```
 */
export function encodeCommand(command: Command): string {
  const { keyword, args = [], data } = command;
  if (!/^[A-Za-z_]+$/.test(keyword)) {
    throw new TypeError(`Cannot send the command ${JSON.stringify(keyword)}: it is not a keyword`);
  }
  let line = keyword;
  for (const arg of args) line += ` ${encodeArgument(keyword, arg)}`;
  const text = data === undefined ? `${line}\r\n` : `+${line}\r\n${encodeData(keyword, data)}.\r\n`;
  if (NOT_TEXT.test(text)) throw new TypeError(`Cannot send ${keyword} with a lone surrogate`);
  return text;
}

/**
 * Writes a command as it may be shown to anyone: its secrets are replaced by `[secret]`, and its data
 * is left out.
 *
 * @param command The command.
 * @returns One line without its ending.
 * @throws {TypeError} Where a quoted value that is no secret has a NUL.
 *
 * @example Log a command without its secret
 * ```ts
 * import { describeCommand } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const args = [{ key: "Socks5ProxyPassword", quoted: "sesame", secret: true }];
 * const shown = describeCommand({ keyword: "SETCONF", args });
 * assert.equal(shown, "SETCONF Socks5ProxyPassword=[secret]");
 * ```
 */
export function describeCommand({ keyword, args = [] }: Command): string {
  return [keyword, ...args.map(describeArgument)].join(" ");
}

/** A text with the secrets of a command replaced by `[secret]`: Tor's answer may repeat them. */
export function redactSecrets({ args = [] }: Command, text: string): string {
  let redacted = text;
  for (const arg of args) {
    const secret = secretOf(arg);
    if (secret === undefined) continue;
    // Of `x25519:KEY` Tor repeats the key alone.
    for (const part of [secret, secret.slice(secret.indexOf(":") + 1)]) {
      if (part !== "") redacted = redacted.replaceAll(part, "[secret]");
    }
  }
  return redacted;
}

function secretOf(arg: CommandArgument): string | undefined {
  if (typeof arg === "string") return undefined;
  if ("secretWord" in arg) return arg.secretWord;
  if (!arg.secret) return undefined;
  return "quoted" in arg ? arg.quoted : arg.value;
}

function describeArgument(arg: CommandArgument): string {
  if (typeof arg === "string") return arg;
  if ("secretWord" in arg) return "[secret]";
  if (arg.secret) return `${arg.key}=[secret]`;
  return `${arg.key}=${"quoted" in arg ? encodeQuoted(arg.quoted) : arg.value}`;
}

function encodeArgument(keyword: string, arg: CommandArgument): string {
  if (typeof arg === "string") return checkWord(keyword, arg, arg);
  if ("secretWord" in arg) return checkWord(keyword, arg.secretWord, "[secret]");
  const safe = "quoted" in arg ? OPTION.test(arg.key) : SAFE_KEY.test(arg.key);
  if (!safe) {
    throw new TypeError(`Cannot send ${keyword} with the key ${JSON.stringify(arg.key)}`);
  }
  if ("quoted" in arg) return `${arg.key}=${encodeQuoted(arg.quoted)}`;
  const shown = arg.secret ? "[secret]" : arg.value;
  return `${arg.key}=${checkWord(`${keyword} ${arg.key}`, arg.value, shown)}`;
}

function checkWord(keyword: string, word: string, shown: string): string {
  if (word !== "" && !UNSAFE_IN_WORD.test(word)) return word;
  throw new TypeError(
    `Cannot send ${keyword} with the argument ${JSON.stringify(shown)}: ` +
      "it must be one word without spaces, quotes and control characters",
  );
}

function encodeData(keyword: string, data: string): string {
  if (data.includes("\0")) throw new TypeError(`Cannot send ${keyword} with a NUL in its data`);
  if (data === "") return "";
  const lines = data.endsWith("\n") ? data : `${data}\n`;
  return lines.replace(/^\./gm, "..").replace(/\r?\n/g, "\r\n");
}
