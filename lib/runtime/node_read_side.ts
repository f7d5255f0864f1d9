import type { Readable } from "node:stream";
import { type Deferred, deferred } from "../util/deferred.ts";
import type { DirectReads } from "./direct_reads.ts";

/**
 * How many bytes may wait to be read before the source is paused. Bun gives up to 512 KiB at once,
 * which alone are not to stop the flow.
 */
const HIGH_WATER_MARK = 768 * 1024;

/** How a {@linkcode NodeReadSide} reads. */
export interface NodeReadSideOptions {
  /** Called when the reader wants no more. */
  onCancel: () => void;
  /** How the source reads, where it is a socket that was made with it. */
  reads?: DirectReads | undefined;
}

/**
 * The bytes of a Node stream as plain `Uint8Array`s: a `ReadableStream` of them or, before that is
 * asked for, one at a time. A reader that does not keep up pauses the source. The owner tells it how
 * the source ended.
 */
export class NodeReadSide {
  readonly #source: Readable;
  readonly #onCancel: () => void;
  #stream: ReadableStream<Uint8Array> | undefined;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** What has come while there was no stream. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #waiting: Deferred<Uint8Array | undefined> | undefined;
  #over = false;
  #failure: Error | undefined;

  /** Takes over `source`. */
  constructor(source: Readable, { onCancel, reads }: NodeReadSideOptions) {
    this.#source = source;
    this.#onCancel = onCancel;
    // Explicitly paused, so that the listener does not start the flow before it is asked for.
    source.pause();
    if (reads !== undefined) {
      reads.onChunk = (chunk) => this.#over || this.#take(chunk);
      return;
    }
    source.on("data", ({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>) => {
      if (this.#over || this.#take(new Uint8Array(buffer, byteOffset, byteLength))) return;
      source.pause();
    });
  }

  /** What the source gives; it begins to flow when this is asked for. */
  get stream(): ReadableStream<Uint8Array> {
    return this.#stream ??= this.#makeStream();
  }

  /** Whether {@linkcode stream} was asked for, after which there is no {@linkcode receive}. */
  get hasStream(): boolean {
    return this.#stream !== undefined;
  }

  /** True once the source has ended, failed or been cancelled. */
  get over(): boolean {
    return this.#over;
  }

  /** Begins to hold what comes, so that it is there even where the source is destroyed. */
  start(): void {
    if (!this.#over && this.#stream === undefined) this.#source.resume();
  }

  /** Gives what comes next, `undefined` at the end. One at a time. */
  receive(): Promise<Uint8Array | undefined> {
    const chunk = this.#held.shift();
    if (chunk !== undefined) {
      this.#heldBytes -= chunk.byteLength;
      return Promise.resolve(chunk);
    }
    if (this.#failure !== undefined) {
      this.#over = true;
      return Promise.reject(this.#failure);
    }
    if (this.#over) return Promise.resolve(undefined);
    this.#waiting = deferred();
    this.#source.resume();
    return this.#waiting.promise;
  }

  /** Puts bytes before all that is still to come, while there is no stream. */
  putBack(bytes: Uint8Array): void {
    this.#held.unshift(bytes);
    this.#heldBytes += bytes.byteLength;
  }

  /** Ends it; what waits can still be read. */
  end(): void {
    if (this.#over || this.#failure !== undefined) return;
    this.#over = true;
    this.#controller?.close();
    this.#settle((waiting) => waiting.resolve(undefined));
  }

  /** Fails it; what waits can be read before the failure. */
  fail(error: Error): void {
    if (this.#over || this.#failure !== undefined) return;
    this.#failure = error;
    if (this.#controller?.desiredSize === HIGH_WATER_MARK) this.#raise();
    this.#settle((waiting) => {
      this.#over = true;
      waiting.reject(error);
    });
  }

  /** Takes what came; whether more is wanted. */
  #take(chunk: Uint8Array): boolean {
    if (this.#controller !== undefined) {
      this.#controller.enqueue(chunk);
      return this.#controller.desiredSize! > 0;
    }
    if (this.#waiting !== undefined) {
      this.#settle((waiting) => waiting.resolve(chunk));
      return true;
    }
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
    return this.#heldBytes < HIGH_WATER_MARK;
  }

  #settle(settle: (waiting: Deferred<Uint8Array | undefined>) => void): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) settle(waiting);
  }

  #makeStream(): ReadableStream<Uint8Array> {
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
        for (const chunk of this.#held) controller.enqueue(chunk);
        this.#held = [];
        if (this.#over && this.#failure === undefined) controller.close();
        else if (this.#over) controller.error(this.#failure);
        else if (controller.desiredSize! <= 0) this.#source.pause();
      },
      pull: () => {
        if (this.#failure !== undefined) this.#raise();
        else this.#source.resume();
      },
      cancel: () => {
        this.#over = true;
        this.#source.pause();
        this.#onCancel();
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: HIGH_WATER_MARK }));
  }

  #raise(): void {
    this.#over = true;
    this.#controller!.error(this.#failure);
  }
}
