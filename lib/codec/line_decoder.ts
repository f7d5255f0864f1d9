import { LimitExceededError } from "../errors/mod.ts";
import { concatBytes, decodeText } from "./text.ts";

/** The default of {@linkcode LineDecoder}'s limit, in bytes: 8 MiB. */
export const DEFAULT_LINE_LIMIT: number = 8 * 1024 * 1024;

/**
 * Turns chunks of bytes, cut anywhere, into text that holds whole lines.
 *
 * A chunk's lines come as one string, since decoding and searching one long string is far faster
 * than many short ones. Lines end in LF or CRLF; the endings are left in.
 *
 * @example Feed lines that are cut in the middle
 * ```ts
 * import { LineDecoder } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const decoder = new LineDecoder();
 * const encoder = new TextEncoder();
 * assert.equal(decoder.push(encoder.encode("250-ver")), "");
 * assert.equal(decoder.push(encoder.encode("sion=0.4.9.11\r\n250 ")), "250-version=0.4.9.11\r\n");
 * assert.equal(decoder.push(encoder.encode("OK\r\n")), "250 OK\r\n");
 * ```
 */
export class LineDecoder {
  readonly #limit: number;
  #rest: Uint8Array[] = [];
  #restLength = 0;

  /**
   * Makes a decoder.
   *
   * @param limit The most bytes that a line may have, its ending not counted; default 8 MiB.
   */
  constructor(limit: number = DEFAULT_LINE_LIMIT) {
    this.#limit = limit;
  }

  /**
   * Takes the next chunk, and gives the text of all lines that it completes.
   *
   * @param chunk Any bytes, cut anywhere; they must not change while their line is not complete.
   * @returns Whole lines with their endings, decoded as {@linkcode decodeText} does; `""` for none.
   * @throws {LimitExceededError} Where a line is longer than the limit; the decoder cannot go on.
   *
   * @example Refuse a line without an end
   * ```ts
   * import { LineDecoder } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const decoder = new LineDecoder(4);
   * assert.equal(decoder.push(new TextEncoder().encode("250 ")), "");
   * assert.throws(() => decoder.push(new TextEncoder().encode("OK")), { name: "LimitExceededError" });
   * ```
   */
  push(chunk: Uint8Array): string {
    const end = chunk.lastIndexOf(0x0a) + 1;
    if (end === 0) {
      this.#keep(chunk);
      return "";
    }
    let lines = chunk.subarray(0, end);
    if (this.#restLength > 0) {
      lines = concatBytes([...this.#rest, lines]);
      this.#rest = [];
      this.#restLength = 0;
    }
    if (end < chunk.length) this.#keep(chunk.subarray(end));
    if (lines.length > this.#limit) this.#checkLines(lines);
    return decodeText(lines);
  }

  /** The bytes of the line that is not complete yet: what is left when the stream has ended; empty for none. */
  get rest(): Uint8Array {
    return concatBytes(this.#rest);
  }

  #keep(bytes: Uint8Array): void {
    this.#restLength += bytes.length;
    if (this.#restLength > this.#limit) this.#fail();
    this.#rest.push(bytes);
  }

  #checkLines(lines: Uint8Array): void {
    for (let start = 0; start < lines.length;) {
      const end = lines.indexOf(0x0a, start);
      if (end - start > this.#limit) this.#fail();
      start = end + 1;
    }
  }

  #fail(): never {
    throw new LimitExceededError(
      `Cannot read a line of more than ${this.#limit} bytes (lineLimit)`,
      "lineLimit",
      this.#limit,
    );
  }
}
