import type { AbortOptions } from "../runtime/types.ts";
import { onAbort } from "../util/on_abort.ts";
import { callSafely, type ErrorHandler } from "../util/report_error.ts";

/** Objects that are told what happens. */
export interface Listeners<L extends object> {
  /** How many there are. */
  readonly size: number;
  /** Calls everyone. */
  tell(call: (listener: L) => unknown): void;
}

/** Objects that are told what happens. One that fails harms no other. */
export class ListenerSet<L extends object> implements Listeners<L> {
  readonly #onError: ErrorHandler;
  // A fresh array at each change: a round of calls that is under way goes on over the old one.
  #listeners: readonly L[] = [];

  /** Makes an empty set; what a listener throws is given to `onError`. */
  constructor(onError: ErrorHandler) {
    this.#onError = onError;
  }

  /** How many there are. */
  get size(): number {
    return this.#listeners.length;
  }

  /**
   * Adds a listener, until the signal aborts or the function that is returned is called. One that is
   * there already is not added twice.
   */
  add(listener: L, { signal }: AbortOptions = {}): () => void {
    const remove = () => {
      this.#listeners = this.#listeners.filter((other) => other !== listener);
      stop();
    };
    const stop = onAbort(signal, remove);
    if (signal?.aborted) return remove;
    if (!this.#listeners.includes(listener)) this.#listeners = [...this.#listeners, listener];
    return remove;
  }

  /** Calls everyone. */
  tell(call: (listener: L) => unknown): void {
    for (const listener of this.#listeners) callSafely(call, listener, this.#onError);
  }

  /** Forgets everyone. */
  clear(): void {
    this.#listeners = [];
  }
}
