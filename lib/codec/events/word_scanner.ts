import { decodeQuoted } from "../quoted.ts";
import { isoMilliseconds } from "./iso_time.ts";
import { parseCount } from "./numbers.ts";

const SPACE = 0x20;
const QUOTE = 0x22;

/**
 * Walks over the words of an event's line: positional ones, and `KEYWORD=value` with a value that
 * may be quoted and hold spaces (control-spec, section 4.1). It makes no value that is not asked for,
 * and looks at single characters as little as it can: searching and slicing are much faster.
 */
export class WordScanner {
  /** The keyword of the current word; empty for a positional word. */
  keyword = "";
  /** Where the current word's value begins, after the opening quote if it has one. */
  start = 0;
  /** Where the current word's value ends, before the closing quote if it has one. */
  end = 0;
  readonly #text: string;
  #position: number;
  #equals = -2;
  #unquoted: string | undefined;

  /** Begins in `text` at `position`, before the first word. */
  constructor(text: string, position: number) {
    this.#text = text;
    this.#position = position;
  }

  /** Goes on to the next word; false where there is none. */
  next(): boolean {
    const text = this.#text;
    let start = this.#position;
    while (text.charCodeAt(start) === SPACE) start++;
    if (start >= text.length) return false;
    let end = text.indexOf(" ", start);
    if (end < 0) end = text.length;
    // Words without `=` do not search for it again: a line of many would take too long.
    if (this.#equals !== -1 && this.#equals < start) this.#equals = text.indexOf("=", start);
    const equals = this.#equals;
    if (equals > start && equals < end && isKeywordStart(text.charCodeAt(start))) {
      this.keyword = text.slice(start, equals);
      start = equals + 1;
    } else {
      this.keyword = "";
    }
    this.start = start;
    this.end = end;
    this.#position = end;
    this.#unquoted = undefined;
    if (text.charCodeAt(start) === QUOTE) this.#scanQuoted(start);
    return true;
  }

  /** A quoted value ends at its quote, which must end the word too; else it is taken as it is. */
  #scanQuoted(start: number): void {
    const quoted = decodeQuoted(this.#text, start);
    if (quoted === undefined) return;
    if (quoted.end < this.#text.length && this.#text.charCodeAt(quoted.end) !== SPACE) return;
    this.start = start + 1;
    this.end = quoted.end - 1;
    this.#position = quoted.end;
    this.#unquoted = quoted.value;
  }

  /** The current word's value, unquoted. */
  value(): string {
    return this.#unquoted ?? this.#text.slice(this.start, this.end);
  }

  /** The current word's value if it is an integer without sign. */
  count(): number | undefined {
    return parseCount(this.#text, this.start, this.end);
  }

  /** The current word's value if it is an integer with or without sign. */
  integer(): number | undefined {
    if (this.#text.charCodeAt(this.start) !== 0x2d) return this.count();
    const count = parseCount(this.#text, this.start + 1, this.end);
    return count === undefined ? undefined : -count;
  }

  /** The current word's value if it is a time. */
  time(): Date | undefined {
    const time = isoMilliseconds(this.#text, this.start, this.end);
    return Number.isNaN(time) ? undefined : new Date(time);
  }
}

function isKeywordStart(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x30 && code <= 0x39) || code === 0x5f;
}
