import type { ConfigOptions } from "./config_options.ts";
import type { LiveOption, OptionChange, OptionLine } from "./live_option.ts";

/** A command that changes the configuration. */
export interface SaveCommand {
  /** SETCONF empties an option that has no value, and RESETCONF gives back its default. */
  readonly keyword: "SETCONF" | "RESETCONF";
  /** The options and values in order. */
  readonly args: readonly (readonly [name: string, value: string | null])[];
}

/** What is to become of one option, or of options that Tor takes as one. */
interface Part {
  readonly name: string;
  readonly lines: readonly OptionLine[];
  /** Whether it is to get its default back, rather than become empty. */
  readonly isDefault: boolean;
  /** The lines of its default; `undefined` where they are not known. */
  readonly defaults: readonly string[] | undefined;
}

/**
 * The commands that save changes: one, which Tor takes whole or not at all. RESETCONF sets values as
 * SETCONF does, so that it alone will do where options return to their defaults; and where others
 * are to become empty that have a default, the defaults are said in full by SETCONF. Only of a Tor
 * that does not tell its defaults it takes two.
 *
 * The onion services come last: what they need, such as ports, stands before them.
 */
export function saveCommands(
  options: ConfigOptions,
  changes: ReadonlyMap<LiveOption, OptionChange>,
): SaveCommand[] {
  const parts = partsOf(options, changes);
  const resets = parts.filter(({ isDefault }) => isDefault);
  const others = parts.filter(({ isDefault }) => !isDefault);
  const empties = others.some(({ lines, defaults }) =>
    lines.length === 0 && defaults?.length !== 0
  );
  if (resets.length === 0) return [command("SETCONF", parts.flatMap(setting))];
  if (!empties) return [command("RESETCONF", parts.flatMap(setting))];
  if (resets.every(({ defaults }) => defaults !== undefined)) {
    return [
      command("SETCONF", parts.flatMap((part) => part.isDefault ? byDefault(part) : setting(part))),
    ];
  }
  return [
    command("SETCONF", others.flatMap(setting)),
    command("RESETCONF", resets.flatMap(setting)),
  ];
}

function partsOf(
  options: ConfigOptions,
  changes: ReadonlyMap<LiveOption, OptionChange>,
): Part[] {
  const done = new Set<LiveOption>();
  return options.all.flatMap((option): Part[] => {
    const change = changes.get(option);
    if (change === undefined || done.has(option)) return [];
    const group = options.groupOf(option);
    for (const member of group) done.add(member);
    const lines = group.flatMap((member) => {
      const its = changes.get(member);
      return its === undefined ? member.torLines ?? [] : its.lines ?? [];
    });
    return [{
      name: option.name,
      lines,
      isDefault: lines.length === 0 && change.lines === undefined,
      defaults: option === options.services ? [] : options.defaultLines(option.name),
    }];
  });
}

function setting({ name, lines }: Part): SaveCommand["args"] {
  return lines.length === 0 ? [[name, null]] : lines;
}

function byDefault({ name, defaults = [] }: Part): SaveCommand["args"] {
  return defaults.length === 0 ? [[name, null]] : defaults.map((text) => [name, text] as const);
}

function command(keyword: SaveCommand["keyword"], args: SaveCommand["args"]): SaveCommand {
  return { keyword, args };
}
