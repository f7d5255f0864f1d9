import { parseCount } from "./numbers.ts";

/**
 * The outer fields of an onion service's descriptor of version 3 (rend-spec-v3, section 2.4). What
 * is encrypted in it is not read.
 */
export interface HsDescriptor {
  /** The descriptor's version: 3. */
  readonly version: number;
  /** How long the descriptor may be kept, in minutes. */
  readonly lifetime: number | undefined;
  /** The certificate of the key that signs the descriptor: base64, without its PEM lines. */
  readonly signingKeyCert: string | undefined;
  /** The number that grows with each new descriptor of the same period. */
  readonly revisionCounter: bigint | undefined;
  /** The encrypted part: base64, without its PEM lines. */
  readonly superencrypted: string | undefined;
  /** The signature: base64 without padding. */
  readonly signature: string | undefined;
  /** The lines that were not recognised, as written. */
  readonly extra: readonly string[];
}

/**
 * Parses the outer fields of an onion service's descriptor.
 *
 * @param text The descriptor.
 * @returns Its fields, or `undefined` where the text does not begin with `hs-descriptor` and a
 * version, such as that of a failed fetch, which is empty.
 *
 * @example Read how long a descriptor may be kept
 * ```ts
 * import { parseHsDescriptor } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const descriptor = parseHsDescriptor("hs-descriptor 3\ndescriptor-lifetime 180\n");
 * assert.equal(descriptor?.lifetime, 180);
 * ```
 */
export function parseHsDescriptor(text: string): HsDescriptor | undefined {
  const [first, ...lines] = text.split("\n");
  const version = parseCount(/^hs-descriptor (.+)$/.exec(first!)?.[1] ?? "");
  if (version === undefined) return undefined;
  let lifetime: number | undefined;
  let signingKeyCert: string | undefined;
  let revisionCounter: bigint | undefined;
  let superencrypted: string | undefined;
  let signature: string | undefined;
  const extra: string[] = [];
  for (const { keyword, value, block, raw } of items(lines)) {
    let known = true;
    if (keyword === "descriptor-lifetime") {
      lifetime = parseCount(value);
      known = lifetime !== undefined;
    } else if (keyword === "descriptor-signing-key-cert") {
      signingKeyCert = block;
      known = block !== undefined;
    } else if (keyword === "revision-counter") {
      revisionCounter = /^\d+$/.test(value) ? BigInt(value) : undefined;
      known = revisionCounter !== undefined;
    } else if (keyword === "superencrypted") {
      superencrypted = block;
      known = block !== undefined;
    } else if (keyword === "signature") {
      signature = value;
    } else {
      known = false;
    }
    if (!known) extra.push(...raw);
  }
  return {
    version,
    lifetime,
    signingKeyCert,
    revisionCounter,
    superencrypted,
    signature,
    extra,
  };
}

/** A line of a document with the PEM block that follows it (dir-spec, section 1.2). */
interface Item {
  readonly keyword: string;
  readonly value: string;
  /** The inside of the block, without line ends. */
  readonly block: string | undefined;
  /** The lines that the item was made of. */
  readonly raw: readonly string[];
}

function items(lines: readonly string[]): Item[] {
  const found: Item[] = [];
  for (let i = 0; i < lines.length;) {
    const line = lines[i]!;
    const end = blockEnd(lines, i + 1);
    if (line !== "") {
      const [keyword] = line.split(" ", 1);
      found.push({
        keyword: keyword!,
        value: line.slice(keyword!.length + 1),
        block: end === i + 1 ? undefined : lines.slice(i + 2, end - 1).join(""),
        raw: lines.slice(i, end),
      });
    }
    i = end;
  }
  return found;
}

/** Where the PEM block that begins at `start` ends; `start` where there is none. */
function blockEnd(lines: readonly string[], start: number): number {
  if (!lines[start]?.startsWith("-----BEGIN ")) return start;
  for (let i = start + 1; i < lines.length; i++) {
    if (lines[i]!.startsWith("-----END ")) return i + 1;
  }
  return start;
}
