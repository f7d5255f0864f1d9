import { flat } from "./events/flat.ts";
import type { Fingerprint } from "./events/identifiers.ts";
import { parseCount } from "./events/numbers.ts";
import { DIGEST_LENGTH, parseDigest, RouterLine, wordEnd } from "./router_line.ts";
import {
  flagLists,
  parseRouterStatuses,
  type ParseRouterStatusesOptions,
  type RouterFlag,
} from "./router_status.ts";

/**
 * Finds the entries of relays in a network status document, one after the other: the same relays as
 * `parseRouterStatuses`. It tells which relays they are of, and leaves the rest for whoever asks: most
 * of what is in a consensus is never looked at.
 */
export class RouterEntryReader {
  readonly #document: string;
  readonly #onMalformed: ((line: string) => void) | undefined;
  readonly #line = new RouterLine();
  #position: number;
  #footer: number;
  /** The lines of the entry that was found, a part of the document. */
  text = "";

  /** Begins before the first entry. */
  constructor(document: string, { onMalformed }: ParseRouterStatusesOptions = {}) {
    this.#document = document;
    this.#onMalformed = onMalformed;
    const first = document.startsWith("r ") ? 0 : document.indexOf("\nr ") + 1;
    this.#position = first > 0 || document.startsWith("r ") ? first : document.length;
    this.#footer = findFooter(document, this.#position);
  }

  /** The relay's identity as it stands in the entry that was found: a digest in base64. */
  get identity(): string {
    return this.#document.slice(this.#line.nicknameEnd + 1, this.#line.identityEnd);
  }

  /** The fingerprint of the relay whose entry was found: the same digest in hexadecimal digits. */
  get fingerprint(): Fingerprint {
    return entryFingerprint(this.text);
  }

  /** Finds the next entry, and tells whether there is one. */
  next(): boolean {
    const document = this.#document;
    while (this.#position < document.length) {
      const start = this.#position;
      if (this.#footer < start) this.#footer = findFooter(document, start);
      const next = document.indexOf("\nr ", start) + 1;
      this.#position = next === 0 ? document.length : next;
      const newline = document.indexOf("\n", start);
      const lineEnd = newline < 0 ? document.length : newline;
      if (this.#line.find(document, start, lineEnd)) {
        this.text = document.slice(start, Math.min(this.#position, this.#footer));
        return true;
      }
      this.#onMalformed?.(document.slice(start, lineEnd));
    }
    return false;
  }
}

/** Where the next footer of a whole document begins: what follows it is no relay's. */
function findFooter(text: string, start: number): number {
  const line = "\ndirectory-footer";
  let found = text.indexOf(line, start);
  while (found >= 0 && (text[found + line.length] ?? "\n") !== "\n") {
    found = text.indexOf(line, found + 1);
  }
  return found < 0 ? text.length : found + 1;
}

/** The nickname in a relay's lines, as `RouterStatus.nickname`. */
export function entryNickname(entry: string): string {
  return flat(entry.slice(2, wordEnd(entry, 2)));
}

/** The fingerprint in a relay's lines, as `RouterStatus.fingerprint`. */
export function entryFingerprint(entry: string): Fingerprint {
  const start = wordEnd(entry, 2) + 1;
  return parseDigest(entry, start, start + DIGEST_LENGTH)!;
}

/** The flags in a relay's lines, as `RouterStatus.flags`. */
export function entryFlags(entry: string): readonly RouterFlag[] {
  const before = entry.indexOf("\ns");
  if (before < 0) return NO_FLAGS;
  if (entry.startsWith("\ns ", before) && before === entry.lastIndexOf("\ns")) {
    const end = entry.indexOf("\n", before + 1);
    return flagLists.get(entry, before + 3, end < 0 ? entry.length : end);
  }
  // There are more lines that begin so.
  return parseRouterStatuses(entry)[0]?.flags ?? NO_FLAGS;
}

/** The identity in a relay's lines: the same digest as its fingerprint, 27 characters of base64. */
export function entryIdentity(entry: string): string {
  const start = wordEnd(entry, 2) + 1;
  return flat(entry.slice(start, start + DIGEST_LENGTH));
}

/** The digest in a relay's lines, `RouterStatus.digest` in base64 without padding. */
export function entryDigest(entry: string): string | undefined {
  const newline = entry.indexOf("\n");
  const line = new RouterLine();
  line.read(entry, 0, newline < 0 ? entry.length : newline);
  const start = line.identityEnd + 1;
  if (parseDigest(entry, start, line.digestEnd) === undefined) return undefined;
  return flat(entry.slice(start, line.digestEnd));
}

/** Whether a relay's lines may tell `RouterStatus.policySummary`. */
export function mayHavePolicy(entry: string): boolean {
  return entry.includes("\np");
}

/** The weight in a relay's lines, as `RouterStatus.bandwidth`. */
export function entryBandwidth(entry: string): number | undefined {
  const before = entry.indexOf("\nw");
  if (before < 0) return undefined;
  if (entry.startsWith("\nw Bandwidth=", before) && before === entry.lastIndexOf("\nw")) {
    const end = entry.indexOf("\n", before + 1);
    const start = before + "\nw Bandwidth=".length;
    const bandwidth = parseCount(entry, start, end < 0 ? entry.length : end);
    if (bandwidth !== undefined) return bandwidth;
  }
  // There is more on the line, or there are more lines that begin so.
  return parseRouterStatuses(entry)[0]?.bandwidth;
}

const NO_FLAGS: readonly RouterFlag[] = [];
