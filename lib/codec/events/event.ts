/**
 * What every event has besides its own fields: the arguments that the event's parser did not
 * recognise (control-spec, section 4.1: a client must tolerate more arguments and more lines).
 */
export interface EventBase {
  /**
   * The `KEYWORD=value` arguments and lines that were not recognised, unquoted, by keyword; and
   * recognised ones whose value does not fit their type, such as a `TIME` that is no time. Of a
   * keyword that is given twice, the last counts. It has no prototype.
   */
  readonly extra: Readonly<Record<string, string>>;
  /** The positional words and the lines that were not recognised, in order. */
  readonly extraArguments: readonly string[];
}

/** The {@linkcode EventBase.extra} of every event that was recognised whole: empty and frozen. */
export const NO_EXTRA: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/** The {@linkcode EventBase.extraArguments} of every event that was recognised whole. */
export const NO_ARGUMENTS: readonly never[] = Object.freeze([]);
