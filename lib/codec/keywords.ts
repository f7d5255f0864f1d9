import { decodeQuoted } from "./quoted.ts";

/** The words of a line: positional arguments and `KEY=VALUE` arguments, each in order. */
export interface ParsedWords {
  /** The words that have no `KEY=`, unquoted. */
  readonly positional: readonly string[];
  /** The values by key, unquoted; of a key that is repeated the last one. */
  readonly keywords: ReadonlyMap<string, string>;
}

/**
 * Parses a line of words separated by spaces, where a word may be quoted, or be `KEY=VALUE` with a
 * value that may be quoted and hold spaces (control-spec, sections 2.1 and 2.1.1). A quote that does
 * not end is taken as an ordinary character: nothing is lost.
 *
 * @param line The text of a line, without its code and its ending.
 * @returns The words by place and by key. Every line can be parsed.
 *
 * @example Parse a PROTOCOLINFO line
 * ```ts
 * import { parseWords } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const line = parseWords('AUTH METHODS=COOKIE COOKIEFILE="/my dir/cookie"');
 * assert.deepEqual(line.positional, ["AUTH"]);
 * assert.equal(line.keywords.get("COOKIEFILE"), "/my dir/cookie");
 * ```
 */
export function parseWords(line: string): ParsedWords {
  const positional: string[] = [];
  const keywords = new Map<string, string>();
  for (let i = 0; i < line.length;) {
    if (line.charCodeAt(i) === 0x20) {
      i++;
      continue;
    }
    const key = /[A-Za-z0-9_.\/-]+=/y;
    key.lastIndex = i;
    const name = key.exec(line)?.[0].slice(0, -1);
    const start = name === undefined ? i : i + name.length + 1;
    const quoted = decodeQuoted(line, start);
    const whole = quoted !== undefined && (quoted.end === line.length || line[quoted.end] === " ");
    const space = line.indexOf(" ", start);
    const end = whole ? quoted.end : space < 0 ? line.length : space;
    const value = whole ? quoted.value : line.slice(start, end);
    if (name === undefined) positional.push(value);
    else keywords.set(name, value);
    i = end;
  }
  return { positional, keywords };
}
