import { readFileSync } from "node:fs";

/** What tor 0.4.9.11 answered of the relays of a private network, by file of tests/data/relays. */
export type RelayData =
  | "consensus_microdesc"
  | "desc_all"
  | "full_ns_all"
  | "md_all"
  | "microdesc_ns_all";

/**
 * Reads what tor told: `microdesc_ns_all`, `md_all` and `consensus_microdesc` to a client of today,
 * `full_ns_all` and `desc_all` to one with `UseMicrodescriptors 0`.
 */
export function relayData(name: RelayData): string {
  return readFileSync(new URL(`../data/relays/${name}.txt`, import.meta.url), "utf8");
}
