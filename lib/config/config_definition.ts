import { decodeQuoted } from "../codec/quoted.ts";
import type { ControlConnection } from "../control/connection.ts";
import { ControlReplyError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { OptionLine } from "./live_option.ts";
import { OPTION_DEFAULTS, OPTION_TYPES } from "./option_table.ts";

/** Which options there are. */
export interface ConfigDefinition {
  /** The name and the type of each, in Tor's order. */
  readonly types: readonly OptionLine[];
  /** The lines of the defaults; `undefined` where they are not known. */
  readonly defaults: readonly OptionLine[] | undefined;
}

/** The definition where there is no Tor to ask: that of tor 0.4.9. */
export const KNOWN_DEFINITION: ConfigDefinition = {
  types: OPTION_TYPES,
  defaults: OPTION_DEFAULTS,
};

/** Asks Tor which options there are; what a filter forbids to ask is as in tor 0.4.9. */
export async function readDefinition(
  control: ControlConnection,
  { signal }: AbortOptions = {},
): Promise<ConfigDefinition> {
  const [names, defaults] = await Promise.all(
    (["config/names", "config/defaults"] as const).map((key) =>
      control.getInfo(key, { signal }).catch(undefinedIfRefused)
    ),
  );
  const types = names === undefined ? [] : parseConfigNames(names);
  return {
    types: types.length > 0 ? types : OPTION_TYPES,
    defaults: defaults === undefined ? undefined : parseConfigDefaults(defaults),
  };
}

/** The names and types in an answer to `GETINFO config/names` (control-spec, section 3.9). */
export function parseConfigNames(text: string): OptionLine[] {
  return text.split("\n").flatMap((line) => {
    const [, name, type] = /^(\S+) (\S+)/.exec(line) ?? [];
    return name === undefined || type === undefined ? [] : [[name, type] as const];
  });
}

/** The defaults in an answer to `GETINFO config/defaults`; an empty one is none. */
export function parseConfigDefaults(text: string): OptionLine[] {
  return text.split("\n").flatMap((line) => {
    const [, name, rest] = /^(\S+) (.*)$/.exec(line) ?? [];
    if (name === undefined || rest === undefined) return [];
    const value = decodeQuoted(rest)?.value ?? rest;
    return value === "" ? [] : [[name, value] as const];
  });
}

/** Makes `undefined` of a refusal, by Tor or by a filter in front of it. */
export function undefinedIfRefused(error: unknown): undefined {
  if (!(error instanceof ControlReplyError)) throw error;
}
