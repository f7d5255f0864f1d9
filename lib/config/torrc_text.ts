import { encodeQuoted } from "../codec/quoted.ts";
import type { ConfigOptions } from "./config_options.ts";
import type { OptionLine } from "./live_option.ts";
import { optionType, readItems, writeItems } from "./option_type.ts";

/** What ends or changes a value that is not quoted. */
// deno-lint-ignore no-control-regex
const NEEDS_QUOTES = /^\s|\s$|^"|[#\\\x00-\x1f\x7f]/;

/** Writes the options that are not as by default, a line for each value. */
export function torrcText(options: ConfigOptions): string {
  const lines = options.all.flatMap((option): readonly OptionLine[] => {
    if (!option.isKnown) return [];
    if (options.isPassing(option) && option.change === undefined) return [];
    const { name, lines, type } = option;
    const texts = lines.map(([, text]) => text);
    const defaults = options.defaultLines(name) ?? [];
    if (option !== options.services && isSame(texts, normal(type, defaults))) return [];
    // An empty line is how Tor empties a list that has a default.
    const isEmptied = lines.length === 0 && option.change?.lines?.length === 0;
    const isList = optionType(type).list === "comma";
    return lines.length === 0 && (isEmptied || isList) ? [[name, ""]] : lines;
  });
  return lines.map(([name, value]) => `${name} ${torrcValue(value)}`.trimEnd() + "\n").join("");
}

function torrcValue(value: string): string {
  return NEEDS_QUOTES.test(value) ? encodeQuoted(value) : value;
}

/** A default as Tor would tell it as a value: in its smallest unit. */
function normal(type: string, defaults: readonly string[]): string[] {
  const known = optionType(type);
  return writeItems(known, readItems(known, defaults));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, i) => text === b[i]);
}
