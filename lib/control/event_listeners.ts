import { callSafely, type ErrorHandler } from "../util/report_error.ts";

/** A function that is called with an event; it may be asynchronous. */
export type Listener<E> = (event: E) => unknown;

/** The listeners of one connection by the type of event. A listener that fails harms no other. */
export class EventListeners<E extends { readonly type: string }> {
  readonly #byType = new Map<string, readonly Listener<E>[]>();
  readonly #onError: ErrorHandler;

  /** Makes an empty set; what a listener throws is given to `onError`. */
  constructor(onError: ErrorHandler) {
    this.#onError = onError;
  }

  /** Whether anyone listens to the type. */
  has(type: string): boolean {
    return this.#byType.has(type);
  }

  /** Adds a listener, and tells whether it is new: one that is there already is not added twice. */
  add(type: string, listener: Listener<E>): boolean {
    const listeners = this.#byType.get(type) ?? [];
    if (listeners.includes(listener)) return false;
    // A fresh array each time: a dispatch that is under way goes on over the old one.
    this.#byType.set(type, [...listeners, listener]);
    return true;
  }

  /** Removes a listener, and tells whether it was there. */
  remove(type: string, listener: Listener<E>): boolean {
    const listeners = this.#byType.get(type) ?? [];
    if (!listeners.includes(listener)) return false;
    if (listeners.length === 1) this.#byType.delete(type);
    else this.#byType.set(type, listeners.filter((other) => other !== listener));
    return true;
  }

  /** Calls everyone who listens to `type` with the event. */
  dispatch(type: string, event: E): void {
    const listeners = this.#byType.get(type);
    if (listeners === undefined) return;
    for (let i = 0; i < listeners.length; i++) {
      callSafely(listeners[i]!, event, this.#onError);
    }
  }
}
