import { LimitExceededError } from "../errors/mod.ts";

/** How an {@linkcode AsyncQueue} behaves. */
export interface AsyncQueueOptions {
  /** The most items that may wait unread. */
  limit: number;
  /** What the error calls the limit: the name of the option that sets it. */
  limitName: string;
  /** Called once when the consumer stops early, or the queue fails at its limit. */
  onClose?: (() => void) | undefined;
}

/**
 * A bounded queue between a producer that cannot wait and one consumer that iterates. Going past
 * the limit fails the queue: the consumer reads what is waiting and then gets a
 * {@linkcode LimitExceededError}.
 */
export class AsyncQueue<T> implements AsyncIterableIterator<T> {
  readonly #options: AsyncQueueOptions;
  #items: T[] = [];
  #head = 0;
  #waiting: { resolve: (result: IteratorResult<T>) => void; reject: (error: unknown) => void }[] =
    [];
  #end: { readonly error: unknown } | "done" | undefined;

  /** Makes an empty queue. */
  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** How many items wait unread. */
  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Adds an item; ignored where the queue has ended. */
  push(item: T): void {
    if (this.#end !== undefined) return;
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve({ done: false, value: item });
      return;
    }
    const { limit, limitName } = this.#options;
    if (this.size >= limit) {
      const message = `Cannot keep more than ${limit} unread items (${limitName})`;
      this.fail(new LimitExceededError(message, limitName, limit));
      this.#options.onClose?.();
      return;
    }
    this.#items.push(item);
  }

  /** Ends the queue: the consumer reads what is waiting, then the iteration is over. */
  close(): void {
    this.#finish("done");
  }

  /** Ends the queue with an error: the consumer reads what is waiting, then the iteration rejects. */
  fail(error: unknown): void {
    this.#finish({ error });
  }

  #finish(end: { readonly error: unknown } | "done"): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    for (const waiting of this.#waiting.splice(0)) {
      if (end === "done") waiting.resolve({ done: true, value: undefined });
      else waiting.reject(end.error);
    }
  }

  /** The next item. */
  next(): Promise<IteratorResult<T>> {
    if (this.#head < this.#items.length) {
      const value = this.#items[this.#head]!;
      this.#items[this.#head++] = undefined as T;
      if (this.#head === this.#items.length) {
        this.#items = [];
        this.#head = 0;
      } else if (this.#head >= 1024 && this.#head * 2 >= this.#items.length) {
        this.#items = this.#items.slice(this.#head);
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    if (this.#end === "done") return Promise.resolve({ done: true, value: undefined });
    if (this.#end !== undefined) {
      const { error } = this.#end;
      this.#end = "done";
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  /** Stops early: what waits is dropped and the producer is told. */
  return(): Promise<IteratorResult<T>> {
    const open = this.#end === undefined;
    this.#items = [];
    this.#head = 0;
    this.#finish("done");
    this.#end = "done";
    if (open) this.#options.onClose?.();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The queue is its own iterator. */
  [Symbol.asyncIterator](): this {
    return this;
  }
}
