import { DEFAULT_VALUE } from "./default_value.ts";
import {
  checkedList,
  type LiveOption,
  type OptionChange,
  type OptionLine,
  sameLines,
} from "./live_option.ts";
import {
  checkItem,
  type OptionItem,
  type OptionType,
  readItems,
  writeItems,
} from "./option_type.ts";

/**
 * An option that is a list. It shows one and the same array all the time, which follows Tor as long
 * as it is not changed; whether it was is told by comparing it with what Tor has, so that no way to
 * change an array can be missed.
 */
export class ListOption implements LiveOption {
  readonly name: string;
  readonly #type: OptionType;
  readonly #defaults: readonly OptionItem[];
  readonly #items: OptionItem[] = [];
  readonly #list: OptionItem[];
  #truth: readonly OptionLine[] | undefined;
  #refused: OptionChange | undefined;
  #isAssigned = false;
  #isDefault = false;

  /** Makes an option that was not read yet. */
  constructor(name: string, type: OptionType, defaults: readonly OptionItem[]) {
    this.name = name;
    this.#type = type;
    this.#defaults = defaults;
    this.#list = checkedList(this.#items, {
      check: (item) => checkItem(name, type, item),
      touched: () => this.#touch({ isDefault: false }),
    });
  }

  get type(): string {
    return this.#type.name;
  }

  get isKnown(): boolean {
    return this.#truth !== undefined || this.#isAssigned;
  }

  get value(): (string | number)[] {
    return this.#list as (string | number)[];
  }

  get lines(): readonly OptionLine[] {
    return this.#write();
  }

  get torLines(): readonly OptionLine[] | undefined {
    return this.#truth;
  }

  get torValue(): (string | number)[] | undefined {
    return this.#truth === undefined ? undefined : this.#readTruth() as (string | number)[];
  }

  get change(): OptionChange | undefined {
    if (!this.#isChanged) return this.#refused;
    if (this.#isDefault) return { value: DEFAULT_VALUE, lines: undefined };
    return { value: this.#present() as (string | number)[], lines: this.#write() };
  }

  set(value: unknown): void {
    if (value !== DEFAULT_VALUE && !Array.isArray(value)) {
      throw new TypeError(`Cannot set ${this.name} (${this.type}) to what is no list`);
    }
    const items = value === DEFAULT_VALUE
      ? this.#defaults
      : Array.from(value, (item) => checkItem(this.name, this.#type, item));
    this.#show(items);
    this.#touch({ isDefault: value === DEFAULT_VALUE });
  }

  update(lines: readonly OptionLine[], saved?: OptionChange): boolean {
    const before = this.#truth;
    const items = readItems(this.#type, lines.map(([, text]) => text));
    const isUnchanged = !this.#isChanged || (saved !== undefined && this.#is(saved));
    this.#truth = this.#write(items);
    if (isUnchanged) this.#show(items);
    if (saved !== undefined) this.#refused = undefined;
    if (!this.#isChanged) this.#isDefault = this.#isAssigned = false;
    return !sameLines(before, this.#truth);
  }

  refuse(change: OptionChange): void {
    if (!this.#isChanged || !this.#is(change)) return;
    this.discard();
    this.#refused = change;
  }

  discard(): void {
    this.#show(this.#readTruth());
    this.#refused = undefined;
    this.#isDefault = this.#isAssigned = false;
  }

  get #isChanged(): boolean {
    return this.#truth === undefined ? this.#isAssigned : !sameLines(this.#truth, this.#write());
  }

  /** Whether the list is still what the change says. */
  #is({ lines }: OptionChange): boolean {
    return lines === undefined ? this.#isDefault : sameLines(lines, this.#write());
  }

  #readTruth(): OptionItem[] {
    return readItems(this.#type, (this.#truth ?? []).map(([, text]) => text));
  }

  #touch({ isDefault }: { isDefault: boolean }): void {
    this.#isDefault = isDefault;
    this.#isAssigned = true;
    this.#refused = undefined;
  }

  #show(items: readonly OptionItem[]): void {
    this.#items.splice(0, this.#items.length, ...items);
  }

  /** The items without the gaps that `delete` leaves. */
  #present(): OptionItem[] {
    return this.#items.filter((item) => item !== undefined);
  }

  #write(items: readonly OptionItem[] = this.#present()): OptionLine[] {
    return writeItems(this.#type, items).map((text) => [this.name, text]);
  }
}
