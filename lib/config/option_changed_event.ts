import type { OptionValue } from "./live_option.ts";

/** Tor's value of an option is another, whoever changed it. */
export interface OptionChangedEvent {
  /** The option's name, in Tor's spelling. */
  readonly name: string;
  /** What Tor has now. */
  readonly value: OptionValue;
  /** What Tor had before. */
  readonly previous: OptionValue;
}
