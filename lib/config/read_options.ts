import type { ConfLine } from "../control/commands/configuration_commands.ts";
import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions } from "../runtime/types.ts";

/**
 * Options whose lines Tor 0.4.9 mixes up: where the latter two are not set they get the value of the
 * first, and are told under its name, in GETCONF as in CONF_CHANGED.
 */
const MIXED_UP = ["RecommendedVersions", "RecommendedClientVersions", "RecommendedServerVersions"];

/** Whether a line that names the option may be of another. */
export function isMixedUp(name: string): boolean {
  return MIXED_UP.some((other) => other.toLowerCase() === name.toLowerCase());
}

/**
 * Asks Tor for options (GETCONF, control-spec, section 3.3), in one round trip: for all at once, but
 * for those that it mixes up, each of which is asked for alone.
 */
export async function readOptions(
  control: ControlConnection,
  names: readonly string[],
  { signal }: AbortOptions,
): Promise<ConfLine[]> {
  const answers = await Promise.all([
    control.getConf(names.filter((name) => !isMixedUp(name)), { signal }),
    ...names.filter(isMixedUp).map(async (key) => {
      const lines = await control.getConf(key, { signal });
      return lines.map(({ value }) => ({ key, value }));
    }),
  ]);
  return answers.flat();
}
