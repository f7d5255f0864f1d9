import type { MessageLine } from "../message.ts";
import { decodeQuoted } from "../quoted.ts";
import { type EventBase, NO_ARGUMENTS, NO_EXTRA } from "./event.ts";
import type { UnreadLine } from "./lazy_event.ts";
import type { WordScanner } from "./word_scanner.ts";

/** Gathers what the parser of an event did not recognise, so that nothing is lost. */
export class Leftovers {
  #extra: Record<string, string> | undefined;
  #arguments: string[] | undefined;

  /** Adds the current word of a scanner. */
  add(words: WordScanner): void {
    if (words.keyword === "") this.addArgument(words.value());
    else this.set(words.keyword, words.value());
  }

  /** Adds something without a keyword. */
  addArgument(argument: string): void {
    (this.#arguments ??= []).push(argument);
  }

  /** Adds the value of a keyword. */
  set(keyword: string, value: string): void {
    // Without a prototype, since Tor's keywords are not ours to choose.
    this.#extra ??= Object.create(null) as Record<string, string>;
    this.#extra[keyword] = value;
  }

  /** Adds the data block and the further lines of an event that is known to have none. */
  addLines({ data, rest }: Pick<UnreadLine, "data" | "rest">): void {
    if (data !== undefined && data !== "") this.addArgument(data);
    for (let i = 0; i < rest.length; i++) {
      if (!isFinalOk(rest, i)) this.#addLine(rest[i]!);
    }
  }

  /** A further line is `KEYWORD=value`, where it follows the specification. */
  #addLine({ text, data }: MessageLine): void {
    const keyword = /^\w+(?==)/.exec(text)?.[0];
    if (keyword === undefined) {
      this.addArgument(data === undefined ? text : `${text}\n${data}`);
    } else {
      this.set(keyword, data ?? lineValue(text.slice(keyword.length + 1)));
    }
  }

  /** What was gathered with a keyword. */
  get extra(): Readonly<Record<string, string>> {
    return this.#extra ?? NO_EXTRA;
  }

  /** What was gathered without a keyword. */
  get extraArguments(): readonly string[] {
    return this.#arguments ?? NO_ARGUMENTS;
  }

  /** What was gathered, as the fields of an event. */
  toFields(): EventBase {
    return { extra: this.extra, extraArguments: this.extraArguments };
  }
}

/** Whether a line is the final `OK`, which belongs to the protocol and not to the event. */
export function isFinalOk(rest: readonly MessageLine[], i: number): boolean {
  const line = rest[i]!;
  return i === rest.length - 1 && line.text === "OK" && line.data === undefined;
}

/** The value of a whole line `Keyword=value`, unquoted where all of it is quoted. */
export function lineValue(value: string): string {
  const quoted = decodeQuoted(value);
  return quoted !== undefined && quoted.end === value.length ? quoted.value : value;
}
