import { type Deferred, deferred } from "../../util/deferred.ts";
import type { Monitor } from "./monitor.ts";
import type { BandwidthSample, LogLine, MonitorSnapshot } from "./snapshot.ts";

/** What a {@linkcode Monitor} tells, by the names of its changes. */
export interface MonitorNews extends Omit<MonitorSnapshot, "bandwidth" | "log"> {
  /** All there is: at first, and again for a reader that is too far behind. */
  readonly snapshot: MonitorSnapshot;
  /** One second. */
  readonly bandwidth: BandwidthSample;
  /** One line. */
  readonly log: LogLine;
}

/** One change: its name, and what is told of it. */
export type MonitorChange = {
  [K in keyof MonitorNews]: readonly [type: K, news: MonitorNews[K]];
}[keyof MonitorNews];

/** What is needed of a {@linkcode Monitor}. */
export type ChangesSource = Pick<Monitor, "snapshot" | "addListener" | "ended">;

/** The most seconds and lines of the log that are kept for a reader that is slow. */
const BACKLOG = 100;

/**
 * What one reader of a monitor was not told yet. It takes no more memory for one that does not read: of what
 * has a latest state only that it has changed is kept, and whoever is too far behind gets a whole snapshot.
 */
export class UnreadChanges {
  readonly #monitor: ChangesSource;
  readonly #removeListener: () => void;
  readonly #changed = new Set<"status" | "circuits" | "streams">();
  #told: MonitorChange[] = [];
  #isBehind = true;
  #isWoken = true;
  #end: { readonly error: unknown } | undefined;
  #news: Deferred<void> | undefined;

  /** Begins with a whole snapshot. */
  constructor(monitor: ChangesSource) {
    this.#monitor = monitor;
    this.#removeListener = monitor.addListener({
      status: () => this.#note("status"),
      circuits: () => this.#note("circuits"),
      streams: () => this.#note("streams"),
      bandwidth: (sample) => this.#keep(["bandwidth", sample]),
      log: (line) => this.#keep(["log", line]),
    });
    monitor.ended.catch((error) => {
      this.#end = { error };
      this.wake();
    });
  }

  /**
   * Waits until there is something to be told, and gives all of that; nothing where it was woken.
   *
   * @throws What the monitor has ended by, when all was told.
   */
  async take(): Promise<readonly MonitorChange[]> {
    while (!this.#isWoken) {
      this.#news = deferred();
      await this.#news.promise;
    }
    this.#isWoken = false;
    const changes = this.#all();
    if (changes.length === 0 && this.#end !== undefined) throw this.#end.error;
    this.#isWoken = this.#end !== undefined;
    return changes;
  }

  /** Lets {@linkcode take} give what there is, and be it nothing. */
  wake(): void {
    this.#isWoken = true;
    this.#news?.resolve();
  }

  /** Lets go of the monitor. */
  close(): void {
    this.#removeListener();
  }

  #note(part: "status" | "circuits" | "streams"): void {
    this.#changed.add(part);
    this.wake();
  }

  #keep(change: MonitorChange): void {
    if (this.#told.length < BACKLOG) this.#told.push(change);
    else this.#isBehind = true;
    this.wake();
  }

  /** All that is to be told now. */
  #all(): MonitorChange[] {
    const snapshot = this.#monitor.snapshot();
    const changes: MonitorChange[] = this.#isBehind ? [["snapshot", snapshot]] : [
      ...this.#told,
      ...Array.from(this.#changed, (part) => [part, snapshot[part]] as MonitorChange),
    ];
    this.#isBehind = false;
    this.#told = [];
    this.#changed.clear();
    return changes;
  }
}
