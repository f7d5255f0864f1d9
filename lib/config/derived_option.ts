import type { LiveOption, OptionLine } from "./live_option.ts";

/** An option that Tor makes of others: it can be read, and is changed by these. */
export class DerivedOption implements LiveOption {
  readonly name: string;
  readonly type: string;
  readonly change: undefined;
  readonly lines: readonly OptionLine[] = [];
  readonly torLines: readonly OptionLine[] = [];
  readonly #source: () => readonly string[] | undefined;
  readonly #instead: string;

  /**
   * Makes an option.
   *
   * @param source Gives its lines; `undefined` where they were not read.
   * @param instead What to change in its place.
   */
  constructor(
    name: string,
    { type, source, instead }: {
      type: string;
      source: () => readonly string[] | undefined;
      instead: string;
    },
  ) {
    this.name = name;
    this.type = type;
    this.#source = source;
    this.#instead = instead;
  }

  get isKnown(): boolean {
    return this.#source() !== undefined;
  }

  get value(): string[] {
    return Object.freeze([...this.#source() ?? []]) as string[];
  }

  set(): void {
    throw new TypeError(`Cannot set ${this.name}: use ${this.#instead} in its place`);
  }

  get torValue(): string[] {
    return this.value;
  }

  update(): boolean {
    return false;
  }

  refuse(): void {}

  discard(): void {}
}
