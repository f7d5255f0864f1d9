import { TorError } from "../errors/mod.ts";
import type { LiveOption, OptionValue } from "./live_option.ts";

/**
 * What an option shows.
 *
 * @throws {TorError} Where it was not read.
 */
export function shown(option: LiveOption): OptionValue {
  if (option.isKnown) return option.value;
  throw new TorError(
    `Cannot tell ${option.name}: it was not read, ask Tor for it by refresh("${option.name}")`,
  );
}
