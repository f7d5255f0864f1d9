import type { MessageLine } from "../message.ts";
import { flat } from "./flat.ts";

/** An event of which only the beginning has been parsed. */
export interface UnreadLine {
  /** The event's first line. */
  readonly text: string;
  /** Where what has not been parsed begins. */
  readonly start: number;
  /** The event's data block, though it is known to have none. */
  readonly data: string | undefined;
  /** The event's further lines, though it is known to have none. */
  readonly rest: readonly MessageLine[];
}

let detach: (event: LazyEvent) => void;

/**
 * An event whose fields are parsed all together when one of them is first read: CIRC and STREAM
 * events come in thousands, and most listeners need no more than the numbers and the status of most
 * of them. Until then it holds the text of its line, and with it, in engines where a part of a
 * string is a view, the chunk of input that the line came in.
 *
 * What `console.log` shows is the whole event but for a SOCKS password, and what `JSON.stringify`
 * writes is the whole event. Its fields are getters, so that `{ ...event }` does not copy them:
 * `toJSON` does.
 */
export abstract class LazyEvent {
  #unread: UnreadLine | undefined;

  static {
    detach = (event) => {
      const { text, start, data, rest } = event.#unread ?? PARSED;
      if (text !== "") event.#unread = { text: flat(text), start, data, rest };
    };
    // Deno, Node and Bun all look for this symbol.
    Object.defineProperty(this.prototype, Symbol.for("nodejs.util.inspect.custom"), {
      configurable: true,
      writable: true,
      value(this: LazyEvent): object {
        const shown = this.toJSON() as { socksPassword?: string };
        return shown.socksPassword === undefined ? shown : { ...shown, socksPassword: "[secret]" };
      },
    });
  }

  /** Begins with what has not been parsed. */
  constructor(unread: UnreadLine) {
    this.#unread = unread;
  }

  /** All fields of the event, as a plain object. */
  abstract toJSON(): object;

  /** What is to be parsed now; `undefined` where it has been. */
  protected takeUnread(): UnreadLine | undefined {
    const unread = this.#unread;
    this.#unread = undefined;
    return unread;
  }
}

const PARSED: UnreadLine = { text: "", start: 0, data: undefined, rest: [] };

/** Frees the input that an event came in, where the event still holds it, without parsing. */
export function detachEvent(event: object): void {
  if (event instanceof LazyEvent) detach(event);
}
