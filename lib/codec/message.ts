/**
 * One line of a reply or of an event, without its code and separator, and with the data block that
 * followed it where its separator was `+` (control-spec, section 2.3).
 */
export interface MessageLine {
  /** The text after the code and separator, without the line ending. */
  readonly text: string;
  /**
   * The data block after a `ddd+` line: its lines joined by `"\n"`, dots unstuffed, without the
   * final `.`; `undefined` where the line has none.
   */
  readonly data: string | undefined;
}

/** A whole reply to one command (control-spec, section 2.3). */
export interface Reply {
  /** The code of the reply's last line, 200 to 599. */
  readonly code: number;
  /** The lines in order; the last is the final one, such as `OK`. */
  readonly lines: readonly ReplyLine[];
}

/** One line of a {@linkcode Reply}: its code is kept, since MAPADDRESS mixes codes in one reply. */
export interface ReplyLine extends MessageLine {
  /** The line's own code, 200 to 599. */
  readonly code: number;
}
