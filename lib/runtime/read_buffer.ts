/** What the first read asks for, and the most that later reads of a busy connection do. */
const READ_SIZE = 4 * 1024;
const READ_SIZE_LIMIT = 256 * 1024;

/** By how much a read that fills its buffer enlarges the next one. */
const GROWTH = 4;

/**
 * Where a connection's bytes are read to: little at first, and more while they fill it. Few large
 * chunks cost far less than many small ones.
 */
export class ReadBuffer {
  readonly #allocate: (size: number) => Uint8Array<ArrayBuffer>;
  #size = READ_SIZE;
  #spare: Uint8Array<ArrayBuffer> | undefined;

  /** Makes its buffers with `allocate`. */
  constructor(
    allocate: (size: number) => Uint8Array<ArrayBuffer> = (size) => new Uint8Array(size),
  ) {
    this.#allocate = allocate;
  }

  /** Gives the buffer that is read to next. */
  lend(): Uint8Array<ArrayBuffer> {
    const buffer = this.#spare ?? this.#allocate(this.#size);
    this.#spare = undefined;
    return buffer;
  }

  /**
   * Gives the `count` bytes that were read to `buffer`. A chunk that fills much of it keeps it; a small
   * one is copied, and the buffer kept for the next read.
   */
  take(buffer: Uint8Array<ArrayBuffer>, count: number): Uint8Array {
    if (count * 4 <= buffer.byteLength) {
      this.#spare = buffer;
      return buffer.slice(0, count);
    }
    if (count === buffer.byteLength) this.#size = Math.min(count * GROWTH, READ_SIZE_LIMIT);
    return buffer.subarray(0, count);
  }
}
