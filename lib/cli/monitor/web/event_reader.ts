import { encodeText } from "../../../codec/text.ts";
import { type Deferred, deferred } from "../../../util/deferred.ts";
import { formatJson } from "../../format_json.ts";
import type { BandwidthSample, LogLine, MonitorSnapshot } from "../snapshot.ts";

/** The parts of a snapshot of which only the latest state counts. */
export type LatestPart = "status" | "circuits" | "streams";

/** The most seconds, and the most lines, that are kept for a page that does not read. */
const BACKLOG = 100;

/**
 * What one page has not been told yet. It takes no more memory for a page that does not read: of what has a
 * latest state only that it has changed is kept, and whoever is too far behind gets a whole snapshot.
 */
export class EventReader {
  /** The server-sent events. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #snapshot: () => MonitorSnapshot;
  readonly #changed = new Set<LatestPart>();
  #isBehind = true;
  #samples: BandwidthSample[] = [];
  #lines: LogLine[] = [];
  #wantsComment = false;
  #end: string | undefined;
  #news: Deferred<void> | undefined;

  /** Begins with a whole snapshot. `onGone` is called where the page leaves. */
  constructor(snapshot: () => MonitorSnapshot, { onGone }: { onGone: () => void }) {
    this.#snapshot = snapshot;
    this.body = new ReadableStream<Uint8Array>({
      pull: (controller) => this.#pull(controller),
      cancel: onGone,
    }, { highWaterMark: 0 });
  }

  /** Tells that a part has changed. */
  noteChange(part: LatestPart): void {
    this.#changed.add(part);
    this.#wake();
  }

  /** Tells of a second. */
  noteSample(sample: BandwidthSample): void {
    this.#keep(this.#samples, sample);
  }

  /** Tells of a line of the log. */
  noteLine(line: LogLine): void {
    this.#keep(this.#lines, line);
  }

  /** Sends a comment where there is nothing else, by which either side finds out whether the other is there. */
  noteTime(): void {
    this.#wantsComment = true;
    this.#wake();
  }

  /** Tells that there will be nothing more, and why. */
  noteEnd(message: string): void {
    this.#end = message;
    this.#wake();
  }

  #keep<T>(list: T[], item: T): void {
    if (list.length < BACKLOG) list.push(item);
    else this.#isBehind = true;
    this.#wake();
  }

  #wake(): void {
    this.#news?.resolve();
    this.#news = undefined;
  }

  async #pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let text = this.#take();
    while (text === "") {
      this.#news = deferred<void>();
      await this.#news.promise;
      text = this.#take();
    }
    controller.enqueue(encodeText(text));
    if (this.#end !== undefined) controller.close();
  }

  /** All that is to be told now. */
  #take(): string {
    const snapshot = this.#snapshot();
    const events: string[] = [];
    if (this.#isBehind) {
      events.push(`retry: 1000\n${formatEvent("snapshot", snapshot)}`);
    } else {
      for (const sample of this.#samples) events.push(formatEvent("bandwidth", sample));
      for (const line of this.#lines) events.push(formatEvent("log", line));
      for (const part of this.#changed) events.push(formatEvent(part, snapshot[part]));
    }
    if (this.#end !== undefined) events.push(formatEvent("ended", { message: this.#end }));
    if (this.#wantsComment && events.length === 0) events.push(":\n\n");
    this.#isBehind = this.#wantsComment = false;
    this.#samples = [];
    this.#lines = [];
    this.#changed.clear();
    return events.join("");
  }
}

/** JSON has no line ends of its own, so that all of it is one line. */
function formatEvent(type: string, data: unknown): string {
  return `event: ${type}\ndata: ${formatJson(data, 0)}\n\n`;
}
