import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import { parseAddress } from "../../lib/util/address.ts";

/** A controller that speaks raw text, and counts the chunks that it gets. */
export class RawController implements AsyncDisposable {
  readonly #conn: Conn;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #buffered = "";
  #ended = false;
  chunks = 0;

  private constructor(conn: Conn) {
    this.#conn = conn;
    this.#reader = conn.readable.getReader();
    this.#writer = conn.writable.getWriter();
    this.#writer.closed.catch(() => {});
  }

  static async connect(address: string): Promise<RawController> {
    const runtime = await detectRuntime();
    return new RawController(await runtime.connect(parseAddress(address)));
  }

  async send(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  /** All that comes up to and with `end`, or to the end of the stream. */
  async readTo(end: string): Promise<string> {
    for (;;) {
      const at = this.#buffered.indexOf(end);
      if (at >= 0 || this.#ended) {
        const length = at < 0 ? this.#buffered.length : at + end.length;
        const text = this.#buffered.slice(0, length);
        this.#buffered = this.#buffered.slice(length);
        return text;
      }
      const { done, value } = await this.#reader.read();
      if (done) this.#ended = true;
      else {
        this.chunks++;
        this.#buffered += new TextDecoder().decode(value);
      }
    }
  }

  /** All that comes until the port closes the connection. */
  readAll(): Promise<string> {
    return this.readTo("\0");
  }

  /** Sends a line and reads one line back. */
  async ask(line: string): Promise<string> {
    await this.send(`${line}\r\n`);
    return (await this.readTo("\r\n")).trimEnd();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#conn.close();
  }
}
