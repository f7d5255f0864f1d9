import { SECRET_OPTION } from "../control/commands/configuration_commands.ts";
import type { ConfigOptions } from "./config_options.ts";
import { DEFAULT_VALUE } from "./default_value.ts";
import type { HiddenServiceSettings } from "./hidden_service_settings.ts";
import type { OptionValue } from "./live_option.ts";
import { OptionAttributes } from "./option_attributes.ts";
import { optionType, readItems } from "./option_type.ts";
import { shown } from "./shown.ts";
import { torrcText } from "./torrc_text.ts";

/** The values of a configuration, and their changes: what needs no Tor. */
export abstract class ConfigValues extends OptionAttributes {
  readonly #options: ConfigOptions;

  /** Shows the options as attributes. */
  constructor(options: ConfigOptions) {
    super({
      has: (name) => options.find(name) !== undefined,
      isKnown: (name) => {
        const option = options.find(name);
        return option?.name === name && option.isKnown;
      },
      get: (name) => {
        const option = options.find(name);
        return option && shown(option);
      },
      set: (name, value) => options.named(name).set(value),
      reset: (name) => options.named(name).set(DEFAULT_VALUE),
      get knownNames() {
        return options.names.filter((name) => options.find(name)?.isKnown);
      },
      get inspected() {
        return Object.fromEntries(
          options.names.map((name) => options.named(name)).filter(({ isKnown }) => isKnown)
            .map(({ name, value }) => {
              const isSet = value !== DEFAULT_VALUE && String(value) !== "";
              return [name, isSet && SECRET_OPTION.test(name) ? "[secret]" : value];
            }),
        );
      },
    });
    this.#options = options;
  }

  /** The names of all options, in Tor's spelling and order. */
  [Symbol.iterator](): IterableIterator<string> {
    return this.#options.names[Symbol.iterator]() as IterableIterator<string>;
  }

  /** Whether anything is unsaved. */
  get needsSave(): boolean {
    return this.#options.all.some(({ change }) => change !== undefined);
  }

  /**
   * What was assigned and is not saved, by Tor's names, changes that Tor has refused among them. The
   * onion services are under `HiddenServiceOptions`.
   */
  get unsaved(): ReadonlyMap<string, OptionValue> {
    return new Map(
      this.#options.all.flatMap(({ name, change }) =>
        change === undefined ? [] : [[name, change.value] as const]
      ),
    );
  }

  /**
   * The onion services that keep their keys in directories: a list of objects, to be changed in place
   * or assigned as a whole. Whatever Tor has set for one is kept, known to this library or not.
   */
  get hiddenServices(): HiddenServiceSettings[] {
    return shown(this.#options.services) as HiddenServiceSettings[];
  }

  set hiddenServices(services: readonly HiddenServiceSettings[]) {
    this.#options.services.set(services);
  }

  /**
   * The value of an option, as its attribute gives it.
   *
   * @param name The name, in any case.
   * @throws {TypeError} Where there is no such option.
   * @throws {TorError} Where it was not read.
   */
  get(name: string): OptionValue {
    return shown(this.#options.named(name));
  }

  /**
   * Assigns an option, as its attribute does.
   *
   * @param name The name, in any case.
   * @param value The value, or {@linkcode DEFAULT_VALUE}.
   * @throws {TypeError} Where there is no such option, or it is not of its type.
   * @throws {RangeError} Where a number is out of the range of its type.
   */
  set(name: string, value: unknown): void {
    this.#options.named(name).set(value);
  }

  /**
   * The type of an option, as Tor names it, such as `"Boolean+Auto"` (control-spec, section 3.9).
   *
   * @param name The name, in any case.
   * @throws {TypeError} Where there is no such option.
   */
  typeOf(name: string): string {
    return this.#options.named(name).type;
  }

  /**
   * The value that Tor has where an option is not set (GETINFO config/defaults).
   *
   * @param name The name, in any case.
   * @returns The value, for a list an array; `undefined` where it has none, or Tor does not tell.
   * @throws {TypeError} Where there is no such option.
   */
  defaultOf(name: string): OptionValue | undefined {
    const option = this.#options.named(name);
    const type = optionType(option.type);
    const lines = this.#options.defaultLines(option.name);
    const items = lines && readItems(type, lines);
    return type.list === undefined ? items?.[0] : items as (string | number)[] | undefined;
  }

  /**
   * Drops what is unsaved.
   *
   * @param name The option, in any case, or `"hiddenServices"`; by default all.
   * @throws {TypeError} Where there is no such option.
   */
  discard(name?: string): void {
    for (const option of name === undefined ? this.#options.all : [this.#options.own(name)]) {
      option.discard();
    }
  }

  /**
   * Writes a torrc: every option that is not as by default, with what is unsaved. Options that begin
   * with `__` hold for one run of Tor, and are left out unless they are unsaved. It may hold secrets,
   * such as passwords.
   */
  toTorrc(): string {
    return torrcText(this.#options);
  }
}
