import type { MessageLine } from "../../lib/codec/message.ts";
import type { EventBase, HostPort, LongName, ServerSpec } from "../../lib/codec/events/mod.ts";
import { encodeQuoted } from "../../lib/codec/quoted.ts";

/** An event as the message decoder gives it to `parseEvent`. */
export interface EncodedEvent {
  /** The first line. */
  text: string;
  /** Its data block. */
  data?: string | undefined;
  /** The further lines. */
  rest?: readonly MessageLine[];
}

/** Writes the first line of an event, as Tor would. */
export class EventLine {
  #text: string;

  /** Begins with the event's name. */
  constructor(name: string) {
    this.#text = name;
  }

  /** Adds positional words; `undefined` stands for one that is left out. */
  words(...words: (string | number | undefined)[]): this {
    for (const word of words) if (word !== undefined) this.#text += ` ${word}`;
    return this;
  }

  /** Adds a `KEYWORD=value`, if there is a value. */
  value(keyword: string, value: string | number | undefined): this {
    return this.words(value === undefined ? undefined : `${keyword}=${value}`);
  }

  /** Adds a `KEYWORD="value"`, if there is a value. */
  quoted(keyword: string, value: string | undefined): this {
    return this.value(keyword, value === undefined ? undefined : encodeQuoted(value));
  }

  /** Adds what the parser is not to recognise. */
  extra({ extra, extraArguments }: EventBase): this {
    for (const [keyword, value] of Object.entries(extra)) this.quoted(keyword, value);
    return this.words(...extraArguments);
  }

  /** The line. */
  toString(): string {
    return this.#text;
  }
}

/** Writes a relay's name: `$FINGERPRINT~nickname`, or less. */
export function encodeServer({ fingerprint, nickname }: LongName | ServerSpec): string {
  if (fingerprint === undefined) return nickname!;
  return `$${fingerprint}${nickname === undefined ? "" : `~${nickname}`}`;
}

/** Writes an address and a port. */
export function encodeHostPort({ address, port }: HostPort): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** Writes a time: ISOTime2Frac where there are milliseconds, else ISOTime2. */
export function encodeTime(time: Date | undefined): string | undefined {
  return time?.toISOString().replace(/(\.000)?Z$/, "");
}

/** Writes a time as ISOTime, in quotes. */
export function encodeQuotedTime(time: Date | undefined): string | undefined {
  return time === undefined ? undefined : `"${time.toISOString().slice(0, 19).replace("T", " ")}"`;
}

/** Writes counts by name, such as `us=16,de=8`. */
export function encodeCounts(
  counts: ReadonlyMap<string, number> | undefined,
  separator: "=" | ":",
): string | undefined {
  return counts && [...counts].map(([name, count]) => name + separator + count).join(",");
}
