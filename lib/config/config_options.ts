import type { ConfLine } from "../control/commands/configuration_commands.ts";
import { DerivedOption } from "./derived_option.ts";
import { HiddenServicesOption } from "./hidden_services_option.ts";
import { ListOption } from "./list_option.ts";
import type { LiveOption, OptionChange, OptionLine, OptionValue } from "./live_option.ts";
import { optionType, readItems } from "./option_type.ts";
import { ScalarOption } from "./scalar_option.ts";

/** What an option was, and what it has become. */
export interface UpdatedOption {
  /** The option. */
  readonly option: LiveOption;
  /** What Tor had before; `undefined` where that was not read. */
  readonly previous: OptionValue | undefined;
}

/** All options of a Tor, by name. It knows how they hang together, and nothing of connections. */
export class ConfigOptions {
  /** The names, in Tor's spelling and order. */
  names: readonly string[] = [];
  /** All onion services that keep their keys in directories. */
  readonly services: HiddenServicesOption = new HiddenServicesOption();
  #byName = new Map<string, LiveOption>();
  /** Options that Tor takes as one: to set one of them is to drop the others. */
  #groups = new Map<string, readonly LiveOption[]>();
  #defaults: ReadonlyMap<string, readonly string[]> | undefined;

  /**
   * Says which options there are. Those that were there before stay as they are.
   *
   * @param types The name and the type of each option.
   * @param defaults The lines of those that have a default; `undefined` where that is not known.
   */
  define(types: readonly OptionLine[], defaults: readonly OptionLine[] | undefined): void {
    const before = this.#byName;
    this.names = types.map(([name]) => name);
    this.#defaults = defaults && byLowerCase(defaults);
    this.#byName = new Map();
    this.#groups = new Map();
    const virtual = new Set(
      types.flatMap(([name, type]) => type === "Virtual" ? name.toLowerCase() : []),
    );
    for (const [name, type] of types) {
      const lower = name.toLowerCase();
      const known = before.get(lower);
      const option = known?.type === type ? known : this.#make(name, { type, lower, virtual });
      this.#byName.set(lower, option);
    }
    for (const name of virtual) {
      if (!name.endsWith("lines")) continue;
      const base = name.slice(0, -"lines".length);
      const members = [base, `__${base}`].flatMap((member) => this.#byName.get(member) ?? []);
      for (const member of members) this.#groups.set(member.name.toLowerCase(), members);
    }
  }

  /** Takes it that no option is set. */
  useDefaults(): void {
    this.update(this.all.flatMap(({ name: key, type }): ConfLine[] => {
      const lines = optionType(type).list === undefined ? [] : this.defaultLines(key) ?? [];
      return lines.length === 0
        ? [{ key, value: undefined }]
        : lines.map((value) => ({ key, value }));
    }));
  }

  /** The option of a name in any case. */
  find(name: string): LiveOption | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /**
   * The option of a name in any case.
   *
   * @throws {TypeError} Where there is none.
   */
  named(name: string): LiveOption {
    const option = this.find(name);
    if (option !== undefined) return option;
    throw new TypeError(
      `Cannot find the option ${JSON.stringify(name)}: Tor has none of that name`,
    );
  }

  /** The option that changes where the named one does: of `HiddenServiceOptions` the services. */
  own(name: string): LiveOption {
    return /^hiddenservice(?:s|options)$/i.test(name) ? this.services : this.named(name);
  }

  /** Every option that holds values of its own, in Tor's order; the onion services come last. */
  get all(): LiveOption[] {
    const own = [...this.#byName.values()].filter((option) => !(option instanceof DerivedOption));
    return [...own, this.services];
  }

  /** Lines with those of a later event in the place of what they say of the same options. */
  overlay(lines: readonly ConfLine[], event: readonly ConfLine[]): readonly ConfLine[] {
    const touched = new Set(
      event.flatMap(({ key }) => this.#targets(key).flatMap((option) => this.groupOf(option))),
    );
    const rest = lines.filter(({ key }) => !this.#targets(key).some((o) => touched.has(o)));
    return [...rest, ...event];
  }

  /** The names to ask Tor for, so that each line comes once. */
  get askedNames(): string[] {
    return this.all.map(({ name }) => name);
  }

  /** The names to ask for to learn what has become of these options. */
  related(options: readonly LiveOption[]): string[] {
    return [...new Set(options.flatMap((option) => this.groupOf(option).map(({ name }) => name)))];
  }

  /** The options that Tor takes as one with this one, itself among them. */
  groupOf(option: LiveOption): readonly LiveOption[] {
    return this.#groups.get(option.name.toLowerCase()) ?? [option];
  }

  /** The default's lines, none where it has none; `undefined` where they are not known. */
  defaultLines(name: string): readonly string[] | undefined {
    return this.#defaults === undefined ? undefined : this.#defaults.get(name.toLowerCase()) ?? [];
  }

  /** Whether the option holds for one run of Tor only, and is never written to a torrc. */
  isPassing({ name }: LiveOption): boolean {
    return name.startsWith("__");
  }

  /**
   * Takes over lines that Tor told, and gives the options that are no longer what they were. Of
   * options that Tor takes as one, those that are not named have become empty.
   */
  update(
    lines: readonly ConfLine[],
    saved?: ReadonlyMap<LiveOption, OptionChange>,
  ): UpdatedOption[] {
    const told = new Map<LiveOption, OptionLine[]>();
    for (const { key, value } of lines) {
      for (const option of this.#targets(key)) {
        const known = told.get(option) ?? [];
        if (value !== undefined) known.push([key, value]);
        told.set(option, known);
      }
    }
    for (const option of [...told.keys()]) {
      for (const member of this.groupOf(option)) {
        if (!told.has(member)) told.set(member, []);
      }
    }
    return [...told].flatMap(([option, its]) => {
      const previous = option.torValue;
      return option.update(its, saved?.get(option)) ? { option, previous } : [];
    });
  }

  /** The options that a line of Tor's tells of. */
  #targets(key: string): readonly LiveOption[] {
    const option = this.find(key);
    if (option === undefined) return [];
    if (!(option instanceof DerivedOption)) return [option];
    // Only an empty group is told by its own name.
    const base = this.find(key.replace(/lines$/i, ""));
    return base === undefined || base === option ? [this.services] : this.groupOf(base);
  }

  #make(
    name: string,
    { type, lower, virtual }: { type: string; lower: string; virtual: ReadonlySet<string> },
  ): LiveOption {
    const isOfServices = virtual.has("hiddenserviceoptions") && lower.startsWith("hiddenservice");
    if (isOfServices && (type === "Virtual" || /^Depend[ae]nt$/.test(type))) {
      const source = () =>
        this.services.torLines?.filter(([key]) => type === "Virtual" || key.toLowerCase() === lower)
          .map(([key, value]) => type === "Virtual" ? `${key} ${value}` : value);
      return new DerivedOption(name, { type, source, instead: "hiddenServices" });
    }
    if (type === "Virtual") {
      const base = name.replace(/Lines$/, "");
      const source = () => {
        const members = [base, `__${base}`].map((member) => this.find(member)?.torLines);
        if (members.includes(undefined)) return undefined;
        return members.flat().map((line) => line![1]);
      };
      return new DerivedOption(name, { type, source, instead: base });
    }
    const known = optionType(type);
    return known.list === undefined
      ? new ScalarOption(name, known)
      : new ListOption(name, known, readItems(known, this.defaultLines(name) ?? []));
  }
}

function byLowerCase(lines: readonly OptionLine[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [name, value] of lines) {
    const known = map.get(name.toLowerCase()) ?? [];
    map.set(name.toLowerCase(), [...known, value]);
  }
  return map;
}
