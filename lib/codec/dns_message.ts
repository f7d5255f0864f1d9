import { concatBytes } from "./text.ts";

/** What a {@linkcode DnsRecord}, or a question, is about. */
export type DnsType = "A" | "AAAA" | "PTR" | `TYPE${number}`;

const TYPE_NUMBERS: Readonly<Record<string, number>> = { A: 1, PTR: 12, AAAA: 28 };
const TYPE_NAMES: ReadonlyMap<number, DnsType> = new Map([[1, "A"], [12, "PTR"], [28, "AAAA"]]);
const INTERNET = 1;

/** One question (RFC 1035, section 4.1.2). */
export interface DnsQuestion {
  /** The name as it was asked, its labels joined by dots, without a final dot. */
  readonly name: string;
  /** What is asked for. */
  readonly type: DnsType;
}

/** One answer (RFC 1035, section 4.1.3). */
export interface DnsRecord extends DnsQuestion {
  /** How long it holds, in seconds. */
  readonly ttl: number;
  /** The address in 4 or 16 bytes, or for PTR the name as {@linkcode encodeName} gives it. */
  readonly data: Uint8Array;
}

/** A query or a response with one question (RFC 1035, section 4.1). */
export interface DnsMessage {
  /** Ties a response to its query: 0 to 65535. */
  readonly id: number;
  /** Whether it is a response. */
  readonly response: boolean;
  /** Whether the query wants recursion; a response repeats it. */
  readonly recursionDesired: boolean;
  /** The response code: 0 is success, 3 is NXDOMAIN. */
  readonly rcode: number;
  /** The question. */
  readonly question: DnsQuestion;
  /** The answers; a query has none. */
  readonly answers: readonly DnsRecord[];
}

/**
 * Writes a DNS message.
 *
 * @throws {RangeError} Where a name has an empty label, or one of more than 63 bytes, or is too long.
 */
export function encodeDnsMessage(message: DnsMessage): Uint8Array<ArrayBuffer> {
  const { id, response, recursionDesired, rcode, question, answers } = message;
  const flags = (response ? 0x8480 : 0) | (recursionDesired ? 0x0100 : 0) | rcode;
  return concatBytes([
    uint16(id, flags, 1, answers.length, 0, 0),
    encodeName(question.name),
    uint16(typeNumber(question.type), INTERNET),
    ...answers.flatMap(({ name, type, ttl, data }) => [
      encodeName(name),
      uint16(typeNumber(type), INTERNET, ttl >>> 16, ttl & 0xffff, data.length),
      data,
    ]),
  ]);
}

/**
 * Reads a DNS message.
 *
 * @throws {SyntaxError} Where it is cut off, has not exactly one question, or has a name that points
 * forward, is too long or has a dot in a label.
 */
export function decodeDnsMessage(bytes: Uint8Array): DnsMessage {
  const reader = new Reader(bytes);
  const id = reader.uint16();
  const flags = reader.uint16();
  const counts = [reader.uint16(), reader.uint16()];
  reader.uint16(); // authority records, which are not read
  reader.uint16(); // additional records, likewise
  if (counts[0] !== 1) throw new SyntaxError(`Cannot read a DNS message of ${counts[0]} questions`);
  const question = { name: reader.name(), type: typeName(reader.uint16()) };
  reader.uint16(); // the class
  const answers = Array.from({ length: counts[1]! }, () => reader.record());
  const response = (flags & 0x8000) !== 0;
  const recursionDesired = (flags & 0x0100) !== 0;
  return { id, response, recursionDesired, rcode: flags & 15, question, answers };
}

/**
 * Writes a domain name as its labels, without compression (RFC 1035, section 3.1).
 *
 * @param name Labels joined by dots, with or without a final dot; `""` is the root.
 * @throws {RangeError} Where a label is empty or longer than 63 bytes, or the name than 255.
 */
export function encodeName(name: string): Uint8Array<ArrayBuffer> {
  const labels = name === "" || name === "." ? [] : name.replace(/\.$/, "").split(".");
  const parts = labels.map((label) => {
    const codes = [...label].map((character) => character.charCodeAt(0));
    if (codes.length === 0 || codes.length > 63 || codes.some((code) => code > 255)) {
      throw new RangeError(`Cannot use "${name}" as a domain name`);
    }
    return Uint8Array.of(codes.length, ...codes);
  });
  const encoded = concatBytes([...parts, Uint8Array.of(0)]);
  if (encoded.length > 255) throw new RangeError(`Cannot use "${name}" as a domain name`);
  return encoded;
}

/** Reads a domain name as {@linkcode encodeName} writes it. */
export function decodeName(bytes: Uint8Array): string {
  return new Reader(bytes).name();
}

class Reader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  uint16(): number {
    const [high, low] = this.#take(2);
    return high! << 8 | low!;
  }

  record(): DnsRecord {
    const name = this.name();
    const type = typeName(this.uint16());
    this.uint16(); // the class
    const ttl = this.uint16() * 0x10000 + this.uint16();
    const length = this.uint16();
    const data = this.#take(length).slice();
    if (type !== "PTR") return { name, type, ttl, data };
    // The name in the data may point to what is before it: write it out in full.
    const end = this.#offset;
    this.#offset -= length;
    const pointer = this.name();
    if (this.#offset !== end) throw new SyntaxError("Cannot read a DNS name beyond its record");
    return { name, type, ttl, data: encodeName(pointer) };
  }

  name(): string {
    const labels: string[] = [];
    let end: number | undefined; // where reading goes on after the first pointer
    for (let length = this.#byte(); length !== 0; length = this.#byte()) {
      if (length >= 0xc0) {
        const target = (length & 0x3f) << 8 | this.#byte();
        // Pointing only backwards, a name cannot go in circles.
        if (target >= this.#offset - 2) throw new SyntaxError("Cannot follow a DNS name forward");
        end ??= this.#offset;
        this.#offset = target;
      } else if (length > 63) {
        throw new SyntaxError(`Cannot read a DNS label of the kind ${length >> 6}`);
      } else {
        labels.push(String.fromCharCode(...this.#take(length)));
      }
    }
    this.#offset = end ?? this.#offset;
    const name = labels.join(".");
    if (name.length > 253 || labels.some((label) => label.includes("."))) {
      throw new SyntaxError(`Cannot read "${name}" as a DNS name`);
    }
    return name;
  }

  #byte(): number {
    return this.#take(1)[0]!;
  }

  #take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) {
      throw new SyntaxError("Cannot read a DNS message that is cut off");
    }
    const bytes = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return bytes;
  }
}

function typeNumber(type: DnsType): number {
  return TYPE_NUMBERS[type] ?? Number(type.slice(4));
}

function typeName(number: number): DnsType {
  return TYPE_NAMES.get(number) ?? `TYPE${number}`;
}

function uint16(...values: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(values.flatMap((value) => [value >> 8 & 255, value & 255]));
}
