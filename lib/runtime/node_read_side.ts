import type { Readable } from "node:stream";

/** How many bytes may wait in a stream before its source is paused. */
const HIGH_WATER_MARK = 256 * 1024;

/**
 * The bytes of a Node stream as a `ReadableStream` of plain `Uint8Array`s. A reader that does not
 * keep up pauses the source. The owner tells it how the source ended.
 */
export class NodeReadSide {
  /** What the source gives. */
  readonly stream: ReadableStream<Uint8Array>;
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  #over = false;
  #failure: Error | undefined;

  /** Takes over `source`; `onCancel` is called when the reader wants no more. */
  constructor(source: Readable, onCancel: () => void) {
    this.stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        if (this.#failure !== undefined) this.#raise();
        else source.resume();
      },
      cancel: () => {
        this.#over = true;
        source.pause();
        onCancel();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK }));
    // Explicitly paused, so that the listener does not start the flow before it is asked for.
    source.pause();
    source.on("data", (chunk: Uint8Array) => {
      if (this.#over) return;
      this.#controller.enqueue(
        new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength),
      );
      if (this.#controller.desiredSize! <= 0) source.pause();
    });
  }

  /** True once the stream has ended, failed or been cancelled. */
  get over(): boolean {
    return this.#over;
  }

  /** Ends the stream; what waits in it can still be read. */
  end(): void {
    if (this.#over || this.#failure !== undefined) return;
    this.#over = true;
    this.#controller.close();
  }

  /** Fails the stream; what waits in it can be read before the failure. */
  fail(error: Error): void {
    if (this.#over || this.#failure !== undefined) return;
    this.#failure = error;
    if (this.#controller.desiredSize === HIGH_WATER_MARK) this.#raise();
  }

  #raise(): void {
    this.#over = true;
    this.#controller.error(this.#failure);
  }
}
