import { AsyncQueue } from "../util/async_queue.ts";
import { checkLimit } from "../util/check_number.ts";
import { onAbort } from "../util/on_abort.ts";
import type { Listener } from "./event_listeners.ts";

/** With more events than this unread, an iterator is given a turn before more is read. */
const MANY_UNREAD = 1000;

/** What an iterator is made of. */
export interface IteratorOptions {
  /** The types of its events. */
  types: ReadonlySet<string>;
  /** The most events that may wait unread. */
  limit: number;
  /** Ends it with its reason. */
  signal: AbortSignal | undefined;
}

/** The events of some types from the moment on in which Tor sends them. */
export interface EventIterator<E> extends AsyncIterableIterator<E> {
  /**
   * Resolves when Tor has agreed to send all of the types: wait for it before anything that is not a
   * command on the same connection and whose events must not be missed. Rejects where Tor refuses
   * one. Never needs handling.
   */
  readonly ready: Promise<void>;
  /** The next event. */
  next(): Promise<IteratorResult<E>>;
  /** Stops, and unsubscribes. */
  return(): Promise<IteratorResult<E>>;
}

/** How iterators get their events. */
export interface EventSource<E> {
  /** Begins to call a listener; rejects where it cannot be. */
  add(type: string, listener: Listener<E>): Promise<void>;
  /** Stops to call a listener. */
  remove(type: string, listener: Listener<E>): Promise<void>;
}

/** The event iterators of one connection, each with a bounded queue of its own. */
export class EventIterators<E> {
  readonly #source: EventSource<E>;
  readonly #queues = new Set<AsyncQueue<E>>();

  /** Makes an empty set whose iterators get their events from `source`. */
  constructor(source: EventSource<E>) {
    this.#source = source;
  }

  /** Makes an iterator that is subscribed from now on, until it is left, fails or is ended. */
  open({ types, limit, signal }: IteratorOptions): EventIterator<E> {
    checkLimit("limit", limit);
    const push = (event: E) => queue.push(event);
    const stop = () => {
      this.#queues.delete(queue);
      unfollow();
      for (const type of types) this.#source.remove(type, push).catch(() => {});
    };
    const fail = (error: unknown) => {
      queue.fail(error);
      stop();
    };
    const queue = new AsyncQueue<E>({ limit, limitName: "eventQueueLimit", onClose: stop });
    this.#queues.add(queue);
    const ready = signal?.aborted ? Promise.reject(signal.reason) : this.#subscribe(types, push);
    const unfollow = onAbort(signal, () => fail(signal?.reason));
    ready.catch(fail);
    return Object.assign(queue, { ready });
  }

  async #subscribe(types: ReadonlySet<string>, listener: Listener<E>): Promise<void> {
    await Promise.all([...types].map((type) => this.#source.add(type, listener)));
  }

  /** Whether a reader needs a turn of the event loop to catch up. */
  get isCongested(): boolean {
    for (const queue of this.#queues) if (queue.size > MANY_UNREAD) return true;
    return false;
  }

  /** Ends all iterators: with what is waiting, and then with the error if there is one. */
  end(error: unknown): void {
    for (const queue of this.#queues) {
      if (error === undefined) queue.close();
      else queue.fail(error);
    }
    this.#queues.clear();
  }
}
