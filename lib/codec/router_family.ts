import type { Fingerprint } from "./events/identifiers.ts";
import { InternTable } from "./events/intern_table.ts";
import { parseServerSpec } from "./events/long_name.ts";

/**
 * What a relay says of the relays that are run by the same people: `family` and `family-ids` lines
 * (dir-spec, sections 2.1.1 and 3.3). No circuit has two relays of one family.
 */
export interface RouterFamily {
  /** The relays that it names by fingerprint. It counts only where they name this one, too. */
  readonly fingerprints: ReadonlySet<Fingerprint>;
  /** The relays that it names by nickname alone, in lower case. */
  readonly nicknames: ReadonlySet<string>;
  /** Keys of families, such as `ed25519:…`, that it has proved to belong to. */
  readonly ids: ReadonlySet<string>;
}

/** A relay, for the question whether two are of one family. */
export interface FamilyMember {
  /** The relay's fingerprint. */
  readonly fingerprint: Fingerprint;
  /** The relay's nickname, where it is known. */
  readonly nickname: string | undefined;
  /** What the relay says of its family. */
  readonly family: RouterFamily;
}

/**
 * Reads a family.
 *
 * @param names What a `family` line says: relays, parted by spaces. What is no relay is skipped.
 * @param ids What a `family-ids` line says: keys, parted by spaces.
 */
export function parseRouterFamily(names: string, ids: string): RouterFamily {
  const text = `${names}\n${ids}`;
  return families.get(text, 0, text.length);
}

/** The relays of one family say the same. */
const families = new InternTable<RouterFamily>((text) => {
  const [names = "", ids = ""] = text.split("\n");
  const fingerprints = new Set<Fingerprint>();
  const nicknames = new Set<string>();
  for (const name of names.split(" ")) {
    const relay = parseServerSpec(name);
    if (relay?.fingerprint !== undefined) fingerprints.add(relay.fingerprint);
    else if (relay?.nickname !== undefined) nicknames.add(relay.nickname.toLowerCase());
  }
  return Object.freeze({ fingerprints, nicknames, ids: new Set(ids.split(" ").filter(Boolean)) });
}, 2048);

/**
 * Whether two relays are of one family: they name each other, or share the key of a family
 * (path-spec, section 2.2).
 */
export function areFamily(a: FamilyMember, b: FamilyMember): boolean {
  for (const id of a.family.ids) if (b.family.ids.has(id)) return true;
  return names(a.family, b) && names(b.family, a);
}

function names(family: RouterFamily, { fingerprint, nickname }: FamilyMember): boolean {
  if (family.fingerprints.has(fingerprint)) return true;
  return nickname !== undefined && family.nicknames.has(nickname.toLowerCase());
}
