/** What circuits are told apart by, with a colour each. */
export const GROUPS = {
  client: "Connections",
  conflux: "Conflux legs",
  onion: "Visits to onion services",
  service: "Own onion services",
  other: "Tor's own",
} as const;

/** One of the {@linkcode GROUPS}. */
export type Group = keyof typeof GROUPS;

/** Tor's purposes, in words. */
const WORDS: Readonly<Record<string, string>> = {
  GENERAL: "connections",
  CONFLUX_LINKED: "Conflux leg",
  CONFLUX_UNLINKED: "Conflux leg, unlinked",
  CONTROLLER: "built by a controller",
  HS_CLIENT_HSDIR: "visit: descriptor",
  HS_CLIENT_INTRO: "visit: introduction",
  HS_CLIENT_REND: "visit: rendezvous",
  HS_SERVICE_HSDIR: "onion service: descriptor",
  HS_SERVICE_INTRO: "onion service: introduction",
  HS_SERVICE_REND: "onion service: rendezvous",
  HS_VANGUARDS: "vanguards, in reserve",
  CIRCUIT_PADDING: "padding",
  MEASURE_TIMEOUT: "measures the timeout",
  PATH_BIAS_TESTING: "tests a guard",
  TESTING: "tests reachability",
};

/** What a circuit belongs to by its purpose. */
export function groupOf(purpose = ""): Group {
  if (purpose === "GENERAL" || purpose === "CONTROLLER") return "client";
  if (purpose.startsWith("CONFLUX")) return "conflux";
  if (purpose.startsWith("HS_CLIENT")) return "onion";
  return purpose.startsWith("HS_SERVICE") ? "service" : "other";
}

/** A purpose in words. */
export function purposeText(purpose = "unknown"): string {
  return Object.hasOwn(WORDS, purpose)
    ? WORDS[purpose]!
    : purpose.toLowerCase().replaceAll("_", " ");
}
