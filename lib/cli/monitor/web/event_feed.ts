import { explain } from "../../explain.ts";
import type { Monitor } from "../monitor.ts";
import { EventReader } from "./event_reader.ts";

/** The most pages that may follow at a time. */
const PAGES = 8;

/** How often a page hears something, in milliseconds. */
const HEARTBEAT = 15_000;

/** What a feed needs of a {@linkcode Monitor}. */
export type FeedSource = Pick<Monitor, "snapshot" | "addListener">;

/** Tells pages what a monitor tells, each as fast as it reads. */
export class EventFeed {
  readonly #monitor: FeedSource;
  readonly #readers = new Set<EventReader>();
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #removeListener: () => void;
  #end: string | undefined;

  /** Follows a monitor until it is closed. */
  constructor(monitor: FeedSource) {
    this.#monitor = monitor;
    this.#timer = setInterval(() => this.#each((reader) => reader.noteTime()), HEARTBEAT);
    this.#removeListener = monitor.addListener({
      status: () => this.#each((reader) => reader.noteChange("status")),
      circuits: () => this.#each((reader) => reader.noteChange("circuits")),
      streams: () => this.#each((reader) => reader.noteChange("streams")),
      bandwidth: (sample) => this.#each((reader) => reader.noteSample(sample)),
      log: (line) => this.#each((reader) => reader.noteLine(line)),
      ended: (error) => this.#finish(explain(error).message),
    });
  }

  /** Server-sent events for one page more; `undefined` where there are too many. */
  open(): ReadableStream<Uint8Array> | undefined {
    if (this.#readers.size >= PAGES) return undefined;
    const reader = new EventReader(() => this.#monitor.snapshot(), {
      onGone: () => this.#readers.delete(reader),
    });
    this.#readers.add(reader);
    if (this.#end !== undefined) reader.noteEnd(this.#end);
    return reader.body;
  }

  /** Lets go of the monitor. */
  close(): void {
    clearInterval(this.#timer);
    this.#removeListener();
  }

  #finish(message: string): void {
    this.#end = message;
    this.#each((reader) => reader.noteEnd(message));
  }

  #each(tell: (reader: EventReader) => void): void {
    for (const reader of this.#readers) tell(reader);
  }
}
