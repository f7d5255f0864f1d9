import type { DefaultValue } from "./default_value.ts";
import type { HiddenServiceSettings } from "./hidden_service_settings.ts";
import type { OptionItem } from "./option_type.ts";

/** What an option can show: a value, a list of values, or that it is not set. */
export type OptionValue =
  | string
  | number
  | boolean
  | Date
  | DefaultValue
  | (string | number)[]
  | HiddenServiceSettings[];

/** One line of a configuration: an option and one value. */
export type OptionLine = readonly [name: string, value: string];

/** A change of an option that Tor does not know yet. */
export interface OptionChange {
  /** What was assigned. */
  readonly value: OptionValue;
  /** The lines that say it to Tor; none to empty the option, `undefined` to give back its default. */
  readonly lines: readonly OptionLine[] | undefined;
}

/** An option as Tor has it, and as it was changed since. */
export interface LiveOption {
  /** The option's name, in Tor's spelling. */
  readonly name: string;
  /** The name of its type, as Tor tells it. */
  readonly type: string;
  /** Whether it can be shown: it was read, or assigned. */
  readonly isKnown: boolean;
  /** What is shown: what was assigned, else what Tor has. */
  readonly value: OptionValue;
  /** The lines of what is shown. */
  readonly lines: readonly OptionLine[];
  /** What Tor has, as a value of its own; `undefined` where that was not read. */
  readonly torValue: OptionValue | undefined;
  /** The lines of what Tor has; `undefined` where that was not read. */
  readonly torLines: readonly OptionLine[] | undefined;
  /** What is yet to be saved, where there is anything. */
  readonly change: OptionChange | undefined;
  /** Assigns a value, or the default. */
  set(value: unknown): void;
  /**
   * Takes over what Tor has, and tells whether that is news. A change that was `saved` is over, if
   * nothing was assigned since; any other stays.
   */
  update(lines: readonly OptionLine[], saved?: OptionChange): boolean;
  /** Tor refused the change: it is kept, and what Tor has is shown. */
  refuse(change: OptionChange): void;
  /** Drops every change. */
  discard(): void;
}

/** Whether two lists of lines are the same. */
export function sameLines(
  a: readonly OptionLine[] | undefined,
  b: readonly OptionLine[] | undefined,
): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length &&
    a.every(([name, value], i) => name === b[i]![0] && value === b[i]![1]);
}

/** A list, each item of which is checked when it is put in, by whatever method. */
export function checkedList<T extends OptionItem | HiddenServiceSettings>(
  items: T[],
  { check, touched }: { check: (item: unknown) => T; touched: () => void },
): T[] {
  return new Proxy(items, {
    set(target, key, value) {
      const isItem = typeof key === "string" && /^\d+$/.test(key);
      const checked = isItem ? check(value) : value;
      touched();
      return Reflect.set(target, key, checked);
    },
    defineProperty(target, key, descriptor) {
      if (typeof key === "string" && /^\d+$/.test(key)) check(descriptor.value);
      touched();
      return Reflect.defineProperty(target, key, descriptor);
    },
    deleteProperty(target, key) {
      touched();
      return Reflect.deleteProperty(target, key);
    },
  });
}
