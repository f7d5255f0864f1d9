import { decodeQuoted } from "../codec/quoted.ts";

/** The value of an option: several for an option that is repeated; `true` is 1 and `false` is 0. */
export type TorrcValue =
  | string
  | number
  | boolean
  | readonly (string | number | boolean)[];

/** A part of a torrc: its text, or options by name. */
export type Torrc = string | Readonly<Record<string, TorrcValue>>;

/** One option of a torrc, and its value as Tor takes it: without quotes, escapes and comments. */
export type TorrcOption = readonly [name: string, value: string];

/** Arguments of the program tor that are no options. */
const COMMANDS: ReadonlySet<string> = new Set([
  "f",
  "help",
  "h",
  "version",
  "quiet",
  "hush",
  "keygen",
  "digests",
  "service",
]);

/**
 * The options of a torrc, in order.
 *
 * @param torrc Its text, or options by name with values that mean themselves.
 * @returns Each option with its value, repeated options one by one.
 * @throws {TypeError} Where a name is no option's name, a value has a line break or a NUL, or a text
 * cannot be read: it has an open quote, or `%include`, which only a file can.
 */
export function torrcOptions(torrc: Torrc): TorrcOption[] {
  const options = typeof torrc === "string" ? parseText(torrc) : Object.entries(torrc).flatMap(
    ([name, values]) => [values].flat().map((value): TorrcOption => [name, textOf(value)]),
  );
  return options.map(([name, value]) => [checkName(name), checkValue(name, value)]);
}

function textOf(value: string | number | boolean): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

function checkName(name: string): string {
  const bare = name.startsWith("+") ? name.slice(1) : name;
  if (!/^_{0,2}[A-Za-z][A-Za-z0-9_]*$/.test(bare) || COMMANDS.has(bare.toLowerCase())) {
    throw new TypeError(`Cannot use ${JSON.stringify(name)} as the name of an option`);
  }
  return bare;
}

function checkValue(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new TypeError(`Cannot set ${name} to a value with a line break or a NUL`);
  }
  return value;
}

/** Reads a torrc as Tor does: comments, quoted values, and lines that go on after a backslash. */
function parseText(text: string): TorrcOption[] {
  const options: TorrcOption[] = [];
  const lines = text.split(/\r?\n/);
  for (let i = 0; i < lines.length; i++) {
    const [, name, rest = ""] = /^\s*([^\s#]+)\s*(.*)$/.exec(lines[i]!) ?? [];
    if (name === undefined) continue;
    if (name.startsWith("%")) {
      throw new TypeError(`Cannot use ${name} in the text of a torrc: it is for files only`);
    }
    if (rest.startsWith('"')) {
      options.push([name, quotedValue(name, rest)]);
      continue;
    }
    let value = "";
    for (let line = rest;; line = lines[++i]!) {
      const [bare = ""] = line.split("#", 1);
      const goesOn = line.endsWith("\\") && i + 1 < lines.length;
      const hasComment = bare.length < line.length;
      value += goesOn && !hasComment ? bare.slice(0, -1) : bare;
      // Within a value that goes on, lines that are only comments are left out.
      if (
        !goesOn && !(hasComment && value !== bare && bare.trim() === "" && i + 1 < lines.length)
      ) {
        break;
      }
    }
    options.push([name, value.trim()]);
  }
  return options;
}

function quotedValue(name: string, rest: string): string {
  const quoted = decodeQuoted(rest);
  if (quoted === undefined || !/^\s*(#.*)?$/.test(rest.slice(quoted.end))) {
    throw new TypeError(`Cannot read the quoted value of ${name} in the text of a torrc`);
  }
  return quoted.value;
}
