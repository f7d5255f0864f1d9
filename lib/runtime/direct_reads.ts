import type { OnReadOpts } from "node:net";
import { ReadBuffer } from "./read_buffer.ts";

/**
 * Lets a socket of `node:net` read straight to a {@linkcode ReadBuffer}. Without it Node reads 64 KiB
 * at most, and hands each read through its own stream: twice the work for every byte.
 */
export class DirectReads {
  /** Takes what was read, and says whether to go on; if not, `resume()` does. */
  onChunk: (chunk: Uint8Array) => boolean = () => false;
  readonly #buffer: ReadBuffer = new ReadBuffer();

  /** What the socket is made with. */
  get options(): { readonly onread: OnReadOpts } {
    return {
      onread: {
        buffer: () => this.#buffer.lend(),
        callback: (count, buffer) =>
          this.onChunk(this.#buffer.take(buffer as Uint8Array<ArrayBuffer>, count)),
      },
    };
  }
}
