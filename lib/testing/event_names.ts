import { EVENT_NAMES } from "../codec/events/event_names.ts";

/** Events of control-spec that Tor 0.4.9.11 does not offer. */
const NOT_OFFERED: ReadonlySet<string> = new Set([
  "AUTHDIR_NEWDESCS",
  "TB_EMPTY",
  "PT_LOG",
  "PT_STATUS",
]);

/** The events that Tor 0.4.9.11 offers in its reply to `GETINFO events/names`. */
export const TOR_EVENT_NAMES: readonly string[] = EVENT_NAMES.filter((name) =>
  !NOT_OFFERED.has(name)
);
