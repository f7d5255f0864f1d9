/** One word that may stand where the user types. */
export interface Suggestion {
  /** The word. */
  readonly value: string;
  /** What it is, in a line; `undefined` where the word says it. */
  readonly description?: string | undefined;
}

/** Words that need no description. */
export function plainSuggestions(values: readonly string[]): Suggestion[] {
  return values.map((value) => ({ value }));
}

/**
 * Those suggestions that begin as what was typed, whatever its case. Where they spell that beginning
 * differently, as `DNSPort` and `DnsX` would, all of them get it as it was typed: a shell keeps only what all
 * have in common, and would take away what is there.
 */
export function matching(suggestions: Iterable<Suggestion>, typed: string): Suggestion[] {
  const found = [...suggestions].filter(({ value }) =>
    value.toLowerCase().startsWith(typed.toLowerCase())
  );
  const spellings = new Set(found.map(({ value }) => value.slice(0, typed.length)));
  if (spellings.size <= 1) return found;
  return found.map((one) => ({ ...one, value: typed + one.value.slice(typed.length) }));
}
