import { flat } from "./flat.ts";

/**
 * A bounded table of values that are made of words which come again and again: each is made once.
 * A word has two places in the table, and the older of the two words there gives way.
 */
export class InternTable<T> {
  readonly #make: (word: string) => T;
  readonly #mask: number;
  readonly #words: string[];
  readonly #values: T[];

  /**
   * Makes an empty table.
   *
   * @param make Makes the value of a word. The word is a copy, so that a value that is a part of it
   * does not keep a chunk of input in memory.
   * @param size How many places the table has: a power of two.
   */
  constructor(make: (word: string) => T, size: number) {
    this.#make = make;
    // Words come in pairs, the newer one first.
    this.#mask = size - 2;
    this.#words = new Array(size).fill("");
    this.#values = new Array(size).fill(make(""));
  }

  /** The value of the word that stands in `text` from `start` to `end`. */
  get(text: string, start: number, end: number): T {
    const word = text.slice(start, end);
    const place = this.#mask & hash(text, start, end);
    if (this.#words[place] === word) return this.#values[place]!;
    if (this.#words[place + 1] === word) return this.#values[place + 1]!;
    return this.#add(flat(word), place);
  }

  #add(word: string, place: number): T {
    this.#words[place + 1] = this.#words[place]!;
    this.#values[place + 1] = this.#values[place]!;
    this.#words[place] = word;
    return this.#values[place] = this.#make(word);
  }
}

/** Six characters tell words apart well enough, such as relays by their fingerprints' first digits. */
function hash(text: string, start: number, end: number): number {
  const length = end - start;
  if (length < 5) return length === 0 ? 0 : text.charCodeAt(start) * 31 + text.charCodeAt(end - 1);
  let key = text.charCodeAt(start + 1) * 31 + text.charCodeAt(start + 2);
  key = key * 961 + text.charCodeAt(start + 3) * 31 + text.charCodeAt(start + 4);
  key = Math.imul(key, 961) + text.charCodeAt(end - 1) * 31 +
    text.charCodeAt(start + (length >> 1));
  // The high bits of the product depend on all of the key's.
  return Math.imul(key, 0x9e3779b1) >>> 16;
}
