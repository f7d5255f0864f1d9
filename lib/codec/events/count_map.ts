import { parseCount } from "./numbers.ts";

/**
 * Parses counts by name: `us=16,de=8` with `=` as the separator, `relay:2,create2:1` with `:`. The
 * empty text has no counts.
 */
export function parseCountMap(
  text: string,
  separator: "=" | ":",
): ReadonlyMap<string, number> | undefined {
  const counts = new Map<string, number>();
  if (text === "") return counts;
  for (const pair of text.split(",")) {
    const at = pair.indexOf(separator);
    const count = at < 1 ? undefined : parseCount(pair.slice(at + 1));
    if (count === undefined || counts.has(pair.slice(0, at))) return undefined;
    counts.set(pair.slice(0, at), count);
  }
  return counts;
}
