import { DEFAULT_VALUE } from "./default_value.ts";
import {
  checkHiddenService,
  type HiddenServiceRecord,
  liveHiddenService,
  readHiddenServices,
  writeHiddenServices,
} from "./hidden_service_record.ts";
import type { HiddenServiceSettings } from "./hidden_service_settings.ts";
import {
  checkedList,
  type LiveOption,
  type OptionChange,
  type OptionLine,
  sameLines,
} from "./live_option.ts";

/**
 * All onion services that keep their keys in directories. It shows one and the same list all the
 * time, and an object for each directory as long as it is there; they follow Tor as long as they are
 * not changed.
 */
export class HiddenServicesOption implements LiveOption {
  readonly name = "HiddenServiceOptions";
  readonly type = "Virtual";
  readonly #items: HiddenServiceSettings[] = [];
  readonly #list: HiddenServiceSettings[];
  readonly #records = new WeakMap<object, HiddenServiceRecord>();
  #truth: readonly OptionLine[] | undefined;
  #refused: OptionChange | undefined;
  #isAssigned = false;

  /** Makes the list, which was not read yet. */
  constructor() {
    this.#list = checkedList(this.#items, {
      check: (item) => this.#check(item),
      touched: () => this.#touch(),
    });
  }

  get isKnown(): boolean {
    return this.#truth !== undefined || this.#isAssigned;
  }

  get value(): HiddenServiceSettings[] {
    return this.#list;
  }

  get lines(): readonly OptionLine[] {
    return writeHiddenServices(this.#items.flatMap((item) => this.#records.get(item) ?? []));
  }

  get torLines(): readonly OptionLine[] | undefined {
    return this.#truth;
  }

  get torValue(): HiddenServiceSettings[] | undefined {
    return this.#truth && readHiddenServices(this.#truth).map((record) => this.#live(record));
  }

  get change(): OptionChange | undefined {
    if (!this.#isChanged) return this.#refused;
    const { lines } = this;
    return { value: readHiddenServices(lines).map((record) => this.#live(record)), lines };
  }

  set(value: unknown): void {
    const services = value === DEFAULT_VALUE ? [] : value;
    if (!Array.isArray(services)) {
      throw new TypeError("Cannot set hiddenServices to what is no list of onion services");
    }
    const checked = services.map((service) => this.#check(service));
    this.#items.splice(0, this.#items.length, ...checked);
    this.#touch();
  }

  update(lines: readonly OptionLine[], saved?: OptionChange): boolean {
    const before = this.#truth;
    const isUnchanged = !this.#isChanged ||
      (saved?.lines !== undefined && sameLines(saved.lines, this.lines));
    this.#truth = writeHiddenServices(readHiddenServices(lines));
    if (isUnchanged) this.#show(this.#truth);
    if (saved !== undefined) this.#refused = undefined;
    if (!this.#isChanged) this.#isAssigned = false;
    return !sameLines(before, this.#truth);
  }

  refuse(change: OptionChange): void {
    if (!this.#isChanged || !sameLines(change.lines, this.lines)) return;
    this.discard();
    this.#refused = change;
  }

  discard(): void {
    this.#show(this.#truth ?? []);
    this.#refused = undefined;
    this.#isAssigned = false;
  }

  get #isChanged(): boolean {
    return this.#truth === undefined ? this.#isAssigned : !sameLines(this.#truth, this.lines);
  }

  #touch(): void {
    this.#isAssigned = true;
    this.#refused = undefined;
  }

  /** Shows the services of the lines; one whose directory was there before is the same object. */
  #show(lines: readonly OptionLine[]): void {
    const before = [...this.#items];
    const items = readHiddenServices(lines).map((record) => {
      const index = before.findIndex((item) => item?.dir === record.dir);
      if (index < 0) return this.#live(record);
      const [item] = before.splice(index, 1);
      const kept = this.#records.get(item!)!;
      const { ports } = kept;
      for (const name of Object.keys(kept)) delete kept[name];
      ports.splice(0, ports.length, ...record.ports);
      Object.assign(kept, record, { ports });
      return item!;
    });
    this.#items.splice(0, this.#items.length, ...items);
  }

  /** A service as it is kept: one that was in the list is itself. */
  #check(item: unknown): HiddenServiceSettings {
    const isKnown = typeof item === "object" && item !== null && this.#records.has(item);
    return isKnown ? item as HiddenServiceSettings : this.#live(checkHiddenService(item));
  }

  #live(record: HiddenServiceRecord): HiddenServiceSettings {
    const item = liveHiddenService(record, () => this.#touch());
    this.#records.set(item, record);
    return item;
  }
}
