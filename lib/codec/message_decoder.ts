import { LimitExceededError } from "../errors/mod.ts";
import { DEFAULT_LINE_LIMIT, LineDecoder } from "./line_decoder.ts";
import type { MessageLine, Reply, ReplyLine } from "./message.ts";

/** The default of {@linkcode MessageDecoderOptions.replyLimit}, in characters: 64 Mi. */
export const DEFAULT_REPLY_LIMIT: number = 64 * 1024 * 1024;

/** Who is told what a {@linkcode MessageDecoder} reads. */
export interface MessageHandler {
  /**
   * A whole reply has come.
   *
   * @param reply The reply to the oldest command that has none yet.
   */
  reply(reply: Reply): void;
  /**
   * A whole asynchronous event has come: the text of its first line after the code, that line's
   * data block if it has one, and its further lines, without the final `OK`.
   *
   * @param text The first line's text, such as `"BW 1 2"`.
   * @param data The first line's data block, `undefined` where it has none.
   * @param rest The further lines.
   */
  event(text: string, data: string | undefined, rest: readonly MessageLine[]): void;
  /**
   * A line came that is neither a reply's nor an event's. It is dropped.
   *
   * @param line The line without its ending.
   */
  stray(line: string): void;
  /**
   * A reply's data block begins after the line `text`. A function that is returned gets the data in
   * pieces as they come, each of whole lines that end in `"\n"`, and the reply does not keep them.
   * They do not count towards `replyLimit`.
   *
   * @param text The line's text, such as `"ns/all="`.
   * @returns What gets the data; `undefined` to keep it in the reply.
   */
  dataStart?(text: string): ((piece: string) => void) | undefined;
}

/** Limits that keep memory bounded. Going past one ends the decoding with a `LimitExceededError`. */
export interface MessageDecoderOptions {
  /** The most bytes in a line; default 8 MiB. */
  lineLimit?: number | undefined;
  /** The most characters in a reply, or in an event; default 64 Mi. */
  replyLimit?: number | undefined;
}

interface PartialEvent {
  readonly text: string;
  data: string | undefined;
  readonly rest: MessageLine[];
}

interface DataBlock {
  readonly text: string;
  /** The reply line's code, or `undefined` for an event. */
  readonly code: number | undefined;
  /** Whether it belongs to an event's first line. */
  readonly first: boolean;
  readonly pieces: string[];
  readonly sink: ((piece: string) => void) | undefined;
}

const NO_LINES: readonly MessageLine[] = Object.freeze([]);

/**
 * Assembles what Tor sends on a control port, fed in chunks cut anywhere, into replies and events
 * (control-spec, section 2.3). Events may stand between any two lines of a reply and never take part
 * in it. It does no I/O and knows no command.
 *
 * @example Read a reply with an event in its midst
 * ```ts
 * import { MessageDecoder, type Reply } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const replies: Reply[] = [];
 * const events: string[] = [];
 * const decoder = new MessageDecoder({
 *   reply: (reply) => replies.push(reply),
 *   event: (text) => events.push(text),
 *   stray: () => {},
 * });
 * decoder.push(new TextEncoder().encode("250-version=0.4.9.11\r\n650 BW 1 2\r\n250 OK\r\n"));
 * assert.deepEqual(replies[0]?.lines.map((line) => line.text), ["version=0.4.9.11", "OK"]);
 * assert.deepEqual(events, ["BW 1 2"]);
 * ```
 */
export class MessageDecoder {
  readonly #handler: MessageHandler;
  readonly #lines: LineDecoder;
  readonly #limit: number;
  #reply: ReplyLine[] = [];
  #replySize = 0;
  #event: PartialEvent | undefined;
  #eventSize = 0;
  #block: DataBlock | undefined;

  /**
   * Makes a decoder.
   *
   * @param handler Who is told what is read.
   * @param options The limits; default 8 MiB for a line, 64 Mi characters for a reply.
   */
  constructor(handler: MessageHandler, options: MessageDecoderOptions = {}) {
    this.#handler = handler;
    this.#lines = new LineDecoder(options.lineLimit ?? DEFAULT_LINE_LIMIT);
    this.#limit = options.replyLimit ?? DEFAULT_REPLY_LIMIT;
  }

  /** The bytes of a line that is not complete yet; empty for none. */
  get rest(): Uint8Array {
    return this.#lines.rest;
  }

  /**
   * Takes the next chunk and calls the handler for all that it completes, before it returns.
   *
   * @param chunk Any bytes, cut anywhere; they must not change while their line is not complete.
   * @throws {LimitExceededError} Where a line, a reply or an event grows past its limit; the decoder
   * cannot go on. What the handler throws passes through, too.
   *
   * @example Read an event that is cut in the middle
   * ```ts
   * import { MessageDecoder } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const events: string[] = [];
   * const decoder = new MessageDecoder({ reply() {}, event: (text) => events.push(text), stray() {} });
   * decoder.push(new TextEncoder().encode("650 BW 12"));
   * decoder.push(new TextEncoder().encode("00 340\r\n"));
   * assert.deepEqual(events, ["BW 1200 340"]);
   * ```
   */
  push(chunk: Uint8Array): void {
    const text = this.#lines.push(chunk);
    for (let start = 0; start < text.length;) {
      if (this.#block !== undefined) {
        start = this.#readData(text, start, this.#block);
      } else {
        const next = text.indexOf("\n", start) + 1;
        const end = text.charCodeAt(next - 2) === 0x0d && next - 2 >= start ? next - 2 : next - 1;
        this.#readLine(text, start, end);
        start = next;
      }
    }
  }

  #readLine(text: string, start: number, end: number): void {
    const code = readCode(text, start, end);
    const separator = code === 0 ? 0 : text.charCodeAt(start + 3);
    if (code >= 600 && separator === 0x20 && this.#event === undefined) {
      this.#handler.event(text.slice(start + 4, end), undefined, NO_LINES);
    } else if (code >= 600) {
      this.#readEventLine(text.slice(start + 4, end), separator);
    } else if (code > 0) {
      this.#readReplyLine(code, text.slice(start + 4, end), separator);
    } else {
      this.#handler.stray(text.slice(start, end));
    }
  }

  #readReplyLine(code: number, text: string, separator: number): void {
    this.#replySize = this.#grow(this.#replySize, text.length);
    if (separator === 0x2b) {
      const sink = this.#handler.dataStart?.(text);
      this.#block = { text, code, first: false, pieces: [], sink };
      return;
    }
    this.#reply.push({ code, text, data: undefined });
    if (separator === 0x20) {
      const lines = this.#reply;
      this.#reply = [];
      this.#replySize = 0;
      this.#handler.reply({ code, lines });
    }
  }

  #readEventLine(text: string, separator: number): void {
    const event = this.#event;
    // Old versions of Tor left out the final `650 OK` after a data block: there anything else than
    // that line begins the next event.
    const ended = event !== undefined && event.data !== undefined && event.rest.length === 0;
    if (event !== undefined && ended && !(separator === 0x20 && text === "OK")) {
      this.#finishEvent(event);
      if (separator === 0x20) this.#handler.event(text, undefined, NO_LINES);
      else this.#beginEvent(text, separator);
    } else if (event === undefined) {
      this.#beginEvent(text, separator);
    } else if (separator === 0x20) {
      if (text !== "OK") event.rest.push({ text, data: undefined });
      this.#finishEvent(event);
    } else {
      this.#eventSize = this.#grow(this.#eventSize, text.length);
      if (separator === 0x2b) this.#beginEventBlock(text, false);
      else event.rest.push({ text, data: undefined });
    }
  }

  #beginEvent(text: string, separator: number): void {
    this.#eventSize = this.#grow(0, text.length);
    this.#event = { text, data: undefined, rest: [] };
    if (separator === 0x2b) this.#beginEventBlock(text, true);
  }

  #beginEventBlock(text: string, first: boolean): void {
    this.#block = { text, code: undefined, first, pieces: [], sink: undefined };
  }

  #finishEvent(event: PartialEvent): void {
    this.#event = undefined;
    this.#handler.event(event.text, event.data, event.rest);
  }

  /** Reads data lines from `start` to the block's end or the text's, and gives where it stopped. */
  #readData(text: string, start: number, block: DataBlock): number {
    let stuffed = false;
    let end = -1;
    for (let line = start; line < text.length;) {
      if (text.charCodeAt(line) === 0x2e) {
        const next = text.charCodeAt(line + 1);
        if (next === 0x0a || (next === 0x0d && text.charCodeAt(line + 2) === 0x0a)) {
          end = line;
          break;
        }
        stuffed = true;
      }
      const dot = text.indexOf("\n.", line);
      line = dot < 0 ? text.length : dot + 1;
    }
    if (end !== start) this.#addData(text.slice(start, end < 0 ? undefined : end), stuffed, block);
    if (end < 0) return text.length;
    this.#finishData(block);
    return text.indexOf("\n", end) + 1;
  }

  #addData(text: string, stuffed: boolean, block: DataBlock): void {
    let piece = text.includes("\r") ? text.replaceAll("\r\n", "\n") : text;
    if (stuffed) piece = piece.replaceAll("\n.", "\n").replace(/^\./, "");
    if (block.sink !== undefined) {
      block.sink(piece);
    } else if (block.code === undefined) {
      this.#eventSize = this.#grow(this.#eventSize, piece.length);
      block.pieces.push(piece);
    } else {
      this.#replySize = this.#grow(this.#replySize, piece.length);
      block.pieces.push(piece);
    }
  }

  #finishData({ text, code, first, pieces }: DataBlock): void {
    this.#block = undefined;
    const data = pieces.length === 0 ? "" : pieces.join("").slice(0, -1);
    if (code !== undefined) {
      this.#reply.push({ code, text, data });
    } else if (first) {
      this.#event!.data = data;
    } else {
      this.#event!.rest.push({ text, data });
    }
  }

  #grow(size: number, added: number): number {
    const grown = size + added;
    if (grown <= this.#limit) return grown;
    throw new LimitExceededError(
      `Cannot read a reply of more than ${this.#limit} characters (replyLimit)`,
      "replyLimit",
      this.#limit,
    );
  }
}

/** The code of a line `ddd-`, `ddd+` or `ddd ` with a first digit from 2 to 6, else 0. */
function readCode(text: string, start: number, end: number): number {
  if (end - start < 4) return 0;
  const separator = text.charCodeAt(start + 3);
  if (separator !== 0x20 && separator !== 0x2d && separator !== 0x2b) return 0;
  const hundreds = text.charCodeAt(start) - 0x30;
  const tens = text.charCodeAt(start + 1) - 0x30;
  const ones = text.charCodeAt(start + 2) - 0x30;
  if (hundreds < 2 || hundreds > 6 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return 0;
  return hundreds * 100 + tens * 10 + ones;
}
