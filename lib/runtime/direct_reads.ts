import { Buffer } from "node:buffer";
import type { OnReadOpts } from "node:net";
import { ReadBuffer } from "./read_buffer.ts";

/**
 * Lets a socket of `node:net` read straight to a {@linkcode ReadBuffer}. Without it Node reads 64 KiB
 * at most, and hands each read through its own stream: twice the work for every byte.
 */
export class DirectReads {
  /** Takes what was read, and says whether to go on; if not, `resume()` does. */
  onChunk: (chunk: Uint8Array) => boolean = () => false;
  readonly #buffer: ReadBuffer = new ReadBuffer(allocate);

  /** What the socket is made with. */
  get options(): { readonly onread: OnReadOpts } {
    return {
      onread: {
        buffer: () => this.#buffer.lend(),
        callback: (count, buffer) => this.#take(buffer as Uint8Array<ArrayBuffer>, count),
      },
    };
  }

  #take(buffer: Uint8Array<ArrayBuffer>, count: number): boolean {
    const chunk = this.#buffer.take(buffer, count);
    // Whoever gets the buffer must not find there what the process had in this memory before.
    if (chunk.buffer === buffer.buffer) buffer.fill(0, count);
    return this.onChunk(chunk);
  }
}

/** Does not clear the memory, which would take a quarter of the time of a long download. */
function allocate(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}
