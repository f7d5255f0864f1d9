import { DEFAULT_VALUE, type DefaultValue } from "./default_value.ts";
import { type LiveOption, type OptionChange, type OptionLine, sameLines } from "./live_option.ts";
import {
  checkItem,
  type OptionItem,
  type OptionType,
  readItems,
  writeItems,
} from "./option_type.ts";

type Value = OptionItem | DefaultValue;

/** An option that has one value, or none. */
export class ScalarOption implements LiveOption {
  readonly name: string;
  readonly #type: OptionType;
  #truth: Value | undefined;
  #change: OptionChange | undefined;
  #isRefused = false;

  /** Makes an option that was not read yet. */
  constructor(name: string, type: OptionType) {
    this.name = name;
    this.#type = type;
  }

  get type(): string {
    return this.#type.name;
  }

  get isKnown(): boolean {
    return this.#shown !== undefined;
  }

  get value(): Value {
    return this.#shown ?? DEFAULT_VALUE;
  }

  get lines(): readonly OptionLine[] {
    return this.#write(this.value) ?? [];
  }

  get torLines(): readonly OptionLine[] | undefined {
    return this.#truth === undefined ? undefined : this.#write(this.#truth) ?? [];
  }

  get torValue(): Value | undefined {
    return this.#truth;
  }

  get change(): OptionChange | undefined {
    return this.#change;
  }

  set(value: unknown): void {
    const checked = value === DEFAULT_VALUE ? value : checkItem(this.name, this.#type, value);
    this.#change = { value: checked, lines: this.#write(checked) };
    this.#isRefused = false;
    this.#dropNoChange();
  }

  update(lines: readonly OptionLine[], saved?: OptionChange): boolean {
    const before = this.torLines;
    const [item] = readItems(this.#type, lines.map(([, text]) => text));
    this.#truth = item ?? DEFAULT_VALUE;
    if (saved !== undefined && this.#change === saved) this.#change = undefined;
    this.#dropNoChange();
    return !sameLines(before, this.torLines);
  }

  refuse(change: OptionChange): void {
    if (this.#change === change) this.#isRefused = true;
  }

  discard(): void {
    this.#change = undefined;
  }

  get #shown(): Value | undefined {
    return this.#change === undefined || this.#isRefused
      ? this.#truth
      : this.#change.value as Value;
  }

  /** A change to what Tor has is none. */
  #dropNoChange(): void {
    if (this.#change === undefined || this.#truth === undefined) return;
    if (sameLines(this.#change.lines, this.#write(this.#truth))) this.#change = undefined;
  }

  #write(value: Value): OptionLine[] | undefined {
    if (value === DEFAULT_VALUE) return undefined;
    return writeItems(this.#type, value === "" ? [] : [value]).map((text) => [this.name, text]);
  }
}
