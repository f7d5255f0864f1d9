import type { HsDescEvent } from "../codec/events/hs_desc_event.ts";
import type { ControlConnection } from "../control/connection.ts";
import {
  DisconnectedError,
  OnionPublishError,
  type OnionUploadFailure,
  TimeoutError,
} from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { checkTime } from "../util/check_number.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { callSafely, type ErrorHandler, reportUnhandled } from "../util/report_error.ts";
import { isFailedFetch } from "./is_failed_fetch.ts";
import type { OnionAddress } from "./onion_address.ts";

/** The default of `timeout`: Tor takes a minute at times to make its introduction points. */
export const DEFAULT_PUBLISH_TIMEOUT: number = 120_000;

/**
 * How long before a descriptor is sent again none may have been, in milliseconds. Tor numbers
 * descriptors by the second, directories refuse one whose number they have already, and Tor does not
 * send it again within the hour.
 */
const QUIET: number = 1_500;

/**
 * How many directories must have a service's descriptor:
 *
 * - `"first"`: one of them has it. Many clients find the service, and more by the second.
 * - `"all"`: every directory has answered, for this period of time and for the next, and one at least has
 *   taken it. Tor sends each of both descriptors to six or eight directories. One that does not answer
 *   within the time limit counts as failed.
 * - `"none"`: nobody waits; nothing is known of the network.
 */
export type AwaitUploads = "first" | "all" | "none";

/** How far the publication of a service is. */
export interface OnionProgress {
  /** 0 to 100, never less than before; at 100 the service is published. */
  readonly percent: number;
  /** What has happened, for people to read. */
  readonly summary: string;
  /** How many uploads Tor has begun. */
  readonly announced: number;
  /** How many directories have taken the descriptor; one that has both counts twice. */
  readonly uploaded: number;
  /** How many failed. */
  readonly failed: number;
}

/** How the publication of an onion service is awaited. */
export interface PublishOptions extends AbortOptions {
  /** How many directories must have the descriptor; default `"first"`. */
  awaitUploads?: AwaitUploads | undefined;
  /**
   * The time that it may take, in milliseconds; default 120,000, `Infinity` for no limit. Tor itself
   * waits for nothing: whoever has no network yet should wait for that first.
   */
  timeout?: number | undefined;
  /** Is told of the progress. It may be asynchronous. */
  onProgress?: ((progress: OnionProgress) => unknown) | undefined;
  /** Gets what `onProgress` throws; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
}

/**
 * Checks how a publication is to be awaited.
 *
 * @throws {TypeError} Where `awaitUploads` is none of its words.
 * @throws {RangeError} Where the time is none.
 */
export function checkPublishOptions({ awaitUploads, timeout, signal }: PublishOptions): void {
  if (awaitUploads !== undefined && !["first", "all", "none"].includes(awaitUploads)) {
    throw new TypeError(
      `Cannot use ${JSON.stringify(awaitUploads)} as awaitUploads: ` +
        'expected "first", "all" or "none"',
    );
  }
  checkTime("timeout", timeout);
  signal?.throwIfAborted();
}

/**
 * Follows the publication of one service's descriptors by HS_DESC events (control-spec, section
 * 4.1.25). Events of other services do not count, nor do fetches.
 *
 * Tor tells CREATED of each of two descriptors, then UPLOAD for each directory, all of one descriptor in
 * one burst, and in the end UPLOADED or FAILED, neither with the descriptor. An UPLOAD of the same
 * descriptor to the same directory takes the place of one that is under way. So it is over when every
 * descriptor that was created was announced, and every upload that was announced has ended.
 */
export class Publication {
  /** Resolves when the descriptor is published; rejects where it cannot be. */
  readonly done: Promise<void>;
  readonly #done: Deferred<void> = deferred();
  readonly #options: PublishOptions;
  readonly #stop = new AbortController();
  readonly #awaits: AwaitUploads;
  #address: OnionAddress | undefined;
  /** What came before the address was known. */
  #early: HsDescEvent[] = [];
  /** The descriptors that Tor made, and whether it has begun to upload them. */
  readonly #descriptors = new Map<string, boolean>();
  /** The descriptors that are on their way to each directory. */
  readonly #pending = new Map<string, Set<string>>();
  readonly #failures: OnionUploadFailure[] = [];
  #announced = 0;
  #uploaded = 0;
  #percent = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(options: PublishOptions) {
    this.#options = options;
    this.#awaits = options.awaitUploads ?? "first";
    this.done = this.#done.promise;
    this.done.catch(() => {}); // It may be that nobody waits for it yet.
  }

  /**
   * Begins to watch, before there is anything to publish.
   *
   * @param isUpdate Whether the service is there, and only its descriptor is to change.
   */
  static async watch(
    control: ControlConnection,
    { isUpdate, options }: { isUpdate: boolean; options: PublishOptions },
  ): Promise<Publication> {
    const publication = new Publication(options);
    try {
      await publication.#watch(control, isUpdate);
    } catch (error) {
      publication.stop();
      throw error;
    }
    return publication;
  }

  /** Tells of a step that comes before the uploads. */
  report(percent: number, summary: string): void {
    if (this.#percent === 100) return;
    this.#percent = Math.max(this.#percent, percent);
    const { onProgress, onError = reportUnhandled } = this.#options;
    if (onProgress === undefined) return;
    const progress: OnionProgress = {
      percent: this.#percent,
      summary,
      announced: this.#announced,
      uploaded: this.#uploaded,
      failed: this.#failures.length,
    };
    callSafely(onProgress, progress, onError);
  }

  /** Waits until Tor has sent no descriptor of the service for a while. */
  async whenQuiet(address: OnionAddress, { signal }: AbortOptions): Promise<void> {
    const isUpload = ({ action, hsAddress }: HsDescEvent) =>
      action === "UPLOAD" && hsAddress === address.serviceId;
    do {
      this.#early = [];
      await delay(QUIET, signal);
    } while (this.#early.some(isUpload));
    this.#early = [];
  }

  /** Counts the events of this service, those that came already as well. */
  follow(address: OnionAddress): void {
    this.#address = address;
    const early = this.#early;
    this.#early = [];
    for (const event of early) this.#take(event);
  }

  /** Tells that Tor has what is to be published. */
  added(): void {
    this.report(10, "Tor has it, and connects to introduction points");
    if (this.#awaits === "none") this.#publish("Nobody waits for the publication");
  }

  /** Ends it; harmless when repeated. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stop.abort();
  }

  async #watch(control: ControlConnection, isUpdate: boolean): Promise<void> {
    const { signal } = this.#stop;
    const { timeout = DEFAULT_PUBLISH_TIMEOUT } = this.#options;
    if (timeout !== Infinity) this.#timer = setTimeout(() => this.#timeIsOver(timeout), timeout);
    const lost = (cause?: unknown) =>
      this.#done.reject(
        new DisconnectedError(
          `Cannot publish ${this.#name}: the control connection ended`,
          cause === undefined ? undefined : { cause },
        ),
      );
    control.closed.then(() => lost(), lost);
    await control.addEventListener("disconnected", ({ error }) => lost(error), { signal });
    if (this.#awaits === "none" && !isUpdate) return;
    const listening = control.addEventListener("HS_DESC", (event) => this.#take(event), { signal });
    await Promise.race([listening, this.done]);
  }

  get #name(): string {
    return this.#address?.hostname ?? "the onion service";
  }

  #take(event: HsDescEvent): void {
    if (this.#address === undefined) {
      this.#early.push(event);
    } else if (event.hsAddress === this.#address.serviceId && !this.#stop.signal.aborted) {
      this.#count(event);
    }
  }

  #count(event: HsDescEvent): void {
    const { action, descriptorId, reason = "UNKNOWN" } = event;
    const directory = event.hsDir?.fingerprint ?? "UNKNOWN";
    const pending = this.#pending.get(directory) ?? new Set<string>();
    if (action === "CREATED" && descriptorId !== undefined) {
      if (!this.#descriptors.has(descriptorId)) this.#descriptors.set(descriptorId, false);
      this.report(20, "Tor made the descriptor, and makes introduction points");
    } else if (action === "UPLOAD") {
      const id = descriptorId ?? "";
      this.#descriptors.set(id, true);
      if (!pending.has(id)) this.#announced++;
      this.#pending.set(directory, pending.add(id));
      this.report(this.#reached, `Uploading to $${directory}`);
    } else if (action === "UPLOADED" && takeOne(pending, descriptorId)) {
      this.#uploaded++;
      this.report(this.#reached, `Uploaded to $${directory}`);
      this.#judge();
    } else if (action === "FAILED" && !isFailedFetch(event) && takeOne(pending, descriptorId)) {
      this.#failures.push({ directory, reason });
      this.report(this.#reached, `$${directory} failed: ${reason}`);
      this.#judge();
    }
  }

  /** How far the uploads are. */
  get #reached(): number {
    const ended = this.#uploaded + this.#failures.length;
    return 30 + Math.floor(65 * ended / Math.max(this.#announced, 1));
  }

  #judge(): void {
    if (this.#awaits === "first" && this.#uploaded > 0) return this.#publishAtLast();
    const isAnnounced = [...this.#descriptors.values()].every((isUploading) => isUploading);
    const isUnderWay = [...this.#pending.values()].some((ids) => ids.size > 0);
    if (!isAnnounced || isUnderWay) return;
    if (this.#uploaded > 0) return this.#publishAtLast();
    const failures = [...this.#failures];
    this.#done.reject(
      new OnionPublishError(`Cannot publish ${this.#name}: every directory failed`, { failures }),
    );
  }

  #timeIsOver(timeout: number): void {
    if (this.#uploaded > 0) return this.#publishAtLast();
    const message = `Cannot publish ${this.#name} within ${timeout} ms`;
    this.#done.reject(
      new OnionPublishError(message, {
        failures: [...this.#failures],
        cause: new TimeoutError(message, timeout),
      }),
    );
  }

  #publishAtLast(): void {
    const failed = this.#failures.length;
    const but = failed === 0 ? "" : `; ${failed} failed`;
    this.#publish(`Published at ${this.#uploaded} of ${this.#announced} directories${but}`);
  }

  #publish(summary: string): void {
    this.stop();
    this.report(100, summary);
    this.#done.resolve();
  }
}

/** Takes the descriptor out, or any where it is not told; whether there was one. */
function takeOne(pending: Set<string>, descriptorId: string | undefined): boolean {
  const [any] = pending;
  const id = descriptorId !== undefined && pending.has(descriptorId) ? descriptorId : any;
  return id !== undefined && pending.delete(id);
}
