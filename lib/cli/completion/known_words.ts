import { EVENT_NAMES } from "../../codec/events/event_names.ts";
import type { CircPurpose } from "../../codec/events/mod.ts";
import type { RouterFlag } from "../../codec/router_status.ts";
import { INFO_KEYS } from "../../config/info_keys.ts";
import { OPTION_TYPES } from "../../config/option_table.ts";
import { plainSuggestions, type Suggestion } from "./suggestion.ts";

const RELAY_FLAGS: readonly RouterFlag[] = [
  "Authority",
  "BadExit",
  "Exit",
  "Fast",
  "Guard",
  "HSDir",
  "MiddleOnly",
  "NoEdConsensus",
  "Running",
  "Stable",
  "StaleDesc",
  "Sybil",
  "V2Dir",
  "Valid",
];

const PURPOSES: readonly CircPurpose[] = [
  "GENERAL",
  "HS_CLIENT_HSDIR",
  "HS_CLIENT_INTRO",
  "HS_CLIENT_REND",
  "HS_SERVICE_HSDIR",
  "HS_SERVICE_INTRO",
  "HS_SERVICE_REND",
  "TESTING",
  "MEASURE_TIMEOUT",
  "CONTROLLER",
  "PATH_BIAS_TESTING",
  "HS_VANGUARDS",
  "CIRCUIT_PADDING",
  "CONFLUX_UNLINKED",
  "CONFLUX_LINKED",
  "SERVER",
];

/**
 * The words that Tor knows, by what a command calls them in its help: `<flag>` there is completed by the words
 * of `flag` here, whatever command it is of.
 */
export const KNOWN_WORDS: Readonly<Record<string, () => readonly Suggestion[]>> = {
  flag: () => plainSuggestions(RELAY_FLAGS),
  key: () =>
    INFO_KEYS.map(([key, description]) => ({ value: key.replace(/\/\*$/, "/"), description })),
  option: () =>
    OPTION_TYPES.filter(([name, type]) => type !== "Virtual" || name === "HiddenServiceOptions")
      .map(([value, description]) => ({ value, description })),
  purpose: () => plainSuggestions(PURPOSES),
  type: () => plainSuggestions(EVENT_NAMES),
};
