import type { MessageLine } from "../message.ts";
import type { EventBase } from "./event.ts";
import { flat } from "./flat.ts";
import { parseIsoTime } from "./iso_time.ts";
import { Leftovers } from "./leftovers.ts";
import { parseCount, parseNumber } from "./numbers.ts";
import { WordScanner } from "./word_scanner.ts";

/**
 * The arguments of an event: positional words in order, and `KEYWORD=value` words in any order. The
 * parser of an event takes what it knows; the rest is the event's `extra` and `extraArguments`.
 */
export class EventArguments {
  readonly #words: string[] = [];
  readonly #values: Map<string, string> = new Map();
  #taken = 0;

  /**
   * Scans a text, such as `BW 1 2 DIR=3`.
   *
   * @param text The event's first line.
   * @param start Where the arguments begin.
   */
  constructor(text: string, start: number) {
    const words = new WordScanner(flat(text), start);
    while (words.next()) {
      if (words.keyword === "") this.#words.push(words.value());
      else this.#values.set(words.keyword, words.value());
    }
  }

  /** Takes the next positional word. */
  word(): string | undefined {
    return this.#taken < this.#words.length ? this.#words[this.#taken++] : undefined;
  }

  /** Takes the next positional word if `parse` makes something of it. */
  parsedWord<T>(parse: (word: string) => T | undefined): T | undefined {
    const word = this.#words[this.#taken];
    const parsed = word === undefined ? undefined : parse(word);
    if (parsed !== undefined) this.#taken++;
    return parsed;
  }

  /** Takes the value of a keyword. */
  value(keyword: string): string | undefined {
    const value = this.#values.get(keyword);
    this.#values.delete(keyword);
    return value;
  }

  /** Takes the value of a keyword if `parse` makes something of it. */
  parsed<T>(keyword: string, parse: (value: string) => T | undefined): T | undefined {
    const value = this.#values.get(keyword);
    const parsed = value === undefined ? undefined : parse(value);
    if (parsed !== undefined) this.#values.delete(keyword);
    return parsed;
  }

  /** Takes the value of a keyword if it is an integer without sign. */
  count(keyword: string): number | undefined {
    return this.parsed(keyword, (value) => parseCount(value));
  }

  /** Takes the value of a keyword if it is a number, with or without sign and fraction. */
  number(keyword: string): number | undefined {
    return this.parsed(keyword, parseNumber);
  }

  /** Takes the value of a keyword if it is a time. */
  time(keyword: string): Date | undefined {
    return this.parsed(keyword, parseIsoTime);
  }

  /** What nobody took, with the data block and the further lines if they are nobody's either. */
  left(data?: string, rest: readonly MessageLine[] = []): EventBase {
    const left = new Leftovers();
    for (let word = this.word(); word !== undefined; word = this.word()) left.addArgument(word);
    for (const [keyword, value] of this.#values) left.set(keyword, value);
    left.addLines({ data, rest });
    return left.toFields();
  }
}
