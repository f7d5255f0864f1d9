import type { MessageLine } from "../message.ts";

/**
 * An event that this library does not know, or that is malformed, such as a `CIRC` event without a
 * number. Everything is kept as Tor sent it.
 */
export interface UnknownEvent {
  /** Says that the event was not understood. */
  readonly type: "unknown";
  /** The first word of the event, which is its name. */
  readonly keyword: string;
  /** The text of the event's first line, with the keyword. */
  readonly text: string;
  /** The data block after the first line, if it had one. */
  readonly data: string | undefined;
  /** The further lines. */
  readonly lines: readonly MessageLine[];
}

/** Makes an {@linkcode UnknownEvent}. */
export function unknownEvent(
  text: string,
  data: string | undefined,
  lines: readonly MessageLine[],
): UnknownEvent {
  const space = text.indexOf(" ");
  return { type: "unknown", keyword: space < 0 ? text : text.slice(0, space), text, data, lines };
}
