import type { ChangesSource } from "../unread_changes.ts";
import { EventReader } from "./event_reader.ts";

/** The most pages that may follow at a time. */
const PAGES = 8;

/** How often a page hears something, in milliseconds. */
const HEARTBEAT = 15_000;

/** Tells pages what a monitor tells, each as fast as it reads. */
export class EventFeed {
  readonly #monitor: ChangesSource;
  readonly #readers = new Set<EventReader>();
  readonly #timer: ReturnType<typeof setInterval>;

  /** Follows a monitor until it is closed. */
  constructor(monitor: ChangesSource) {
    this.#monitor = monitor;
    this.#timer = setInterval(() => {
      for (const reader of this.#readers) reader.noteTime();
    }, HEARTBEAT);
  }

  /** Server-sent events for one page more; `undefined` where there are too many. */
  open(): ReadableStream<Uint8Array> | undefined {
    if (this.#readers.size >= PAGES) return undefined;
    const reader = new EventReader(this.#monitor, { onGone: () => this.#readers.delete(reader) });
    this.#readers.add(reader);
    return reader.body;
  }

  /** Lets go of the monitor. */
  close(): void {
    clearInterval(this.#timer);
    for (const reader of this.#readers) reader.close();
  }
}
