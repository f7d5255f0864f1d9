import { decodeText, encodeText } from "./text.ts";

/**
 * Writes a quoted string as Tor reads it in configuration values (control-spec, section 2.1.1,
 * CString): the quote, the backslash and every control character are escaped, so that nothing in
 * `text` can end the string or the line.
 *
 * @param text Any text without a NUL.
 * @returns The text in quotes.
 * @throws {TypeError} Where the text has a NUL, which Tor cannot hold.
 *
 * @example Quote and read back
 * ```ts
 * import { decodeQuoted, encodeQuoted } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const quoted = encodeQuoted('a "b"\n');
 * assert.equal(quoted, '"a \\"b\\"\\n"');
 * assert.deepEqual(decodeQuoted(quoted), { value: 'a "b"\n', end: quoted.length });
 * ```
 */
export function encodeQuoted(text: string): string {
  if (text.includes("\0")) throw new TypeError("Cannot quote a text that has a NUL");
  // deno-lint-ignore no-control-regex
  return `"${text.replace(/["\\\x00-\x1f\x7f]/g, escape)}"`;
}

function escape(character: string): string {
  switch (character) {
    case '"':
    case "\\":
      return `\\${character}`;
    case "\n":
      return "\\n";
    case "\r":
      return "\\r";
    case "\t":
      return "\\t";
    default:
      return `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`;
  }
}

/** A quoted string that was read. */
export interface QuotedString {
  /** The text, unescaped. */
  readonly value: string;
  /** Where it ended: the index after the closing quote. */
  readonly end: number;
}

/**
 * Reads the quoted string that begins at `start` (control-spec, section 2.1.1): `\"`, `\\`, `\n`,
 * `\r`, `\t`, one to three octal digits for a byte, and any other escaped character for itself.
 * Bytes that were written in octal are UTF-8 together with the text around them.
 *
 * @param text The text that the quoted string is in.
 * @param start The index of the opening quote; default 0.
 * @returns The text and where it ends, or `undefined` where there is no whole quoted string.
 *
 * @example Read what Tor quoted, in the midst of a line
 * ```ts
 * import { decodeQuoted } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const line = 'COOKIEFILE="/home/j\\303\\266rg/cookie" x';
 * assert.deepEqual(decodeQuoted(line, 11), { value: "/home/jörg/cookie", end: 37 });
 * assert.equal(decodeQuoted('"no end'), undefined);
 * ```
 */
export function decodeQuoted(text: string, start = 0): QuotedString | undefined {
  if (text.charCodeAt(start) !== 0x22) return undefined;
  const quote = text.indexOf('"', start + 1);
  if (quote < 0) return undefined;
  const backslash = text.indexOf("\\", start + 1);
  if (backslash < 0 || backslash > quote) {
    return { value: text.slice(start + 1, quote), end: quote + 1 };
  }
  return decodeEscaped(text, start + 1);
}

function decodeEscaped(text: string, start: number): QuotedString | undefined {
  let value = "";
  let bytes = false;
  let run = start;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) {
      value += text.slice(run, i);
      return { value: bytes ? joinBytes(value) : value, end: i + 1 };
    }
    if (code !== 0x5c) continue;
    value += text.slice(run, i);
    const octal = /^[0-3]?[0-7]{1,2}/.exec(text.slice(i + 1, i + 4))?.[0];
    if (octal !== undefined) {
      const byte = Number.parseInt(octal, 8);
      // A byte over 127 stands as the lone surrogate that the codec keeps such bytes as.
      value += String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte);
      bytes ||= byte >= 0x80;
      i += octal.length;
    } else {
      i++;
      value += unescape(text.charAt(i));
    }
    run = i + 1;
  }
  return undefined;
}

function unescape(character: string): string {
  switch (character) {
    case "n":
      return "\n";
    case "r":
      return "\r";
    case "t":
      return "\t";
    default:
      return character;
  }
}

/** Makes characters of the bytes that stand as lone surrogates, where they are UTF-8. */
function joinBytes(text: string): string {
  try {
    return decodeText(encodeText(text));
  } catch {
    return text; // a lone surrogate of the input's own, which stands for no byte
  }
}
