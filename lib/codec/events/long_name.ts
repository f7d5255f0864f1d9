import type { Fingerprint } from "./identifiers.ts";

/**
 * A relay as Tor writes it: `$FINGERPRINT~nickname`, `$FINGERPRINT=nickname` (Tor before 0.3.1.3)
 * or `$FINGERPRINT` (control-spec, section 2.4: `LongName`).
 */
export interface LongName {
  /** The relay's fingerprint, without `$`. */
  readonly fingerprint: Fingerprint;
  /** The relay's nickname, where Tor knows it. */
  readonly nickname: string | undefined;
}

/** A relay by its {@linkcode LongName} or by its nickname alone (control-spec: `ServerSpec`). */
export interface ServerSpec {
  /** The relay's fingerprint, without `$`; `undefined` where only a nickname was given. */
  readonly fingerprint: Fingerprint | undefined;
  /** The relay's nickname, where it was given. */
  readonly nickname: string | undefined;
}

const FINGERPRINT_LENGTH = 40;

/**
 * Parses a `LongName` (control-spec, section 2.4). Lower-case hex digits come out as upper-case ones,
 * and the `$` may be missing.
 *
 * @param text The name, such as `$9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1`.
 * @returns The name's parts, or `undefined` where the text is not a `LongName`.
 *
 * @example Read the names of a relay
 * ```ts
 * import { parseLongName } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const relay = parseLongName("$9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1");
 * assert.equal(relay?.fingerprint, "9695DFC35FFEB861329B9F1AB04C46397020CE31");
 * assert.equal(relay?.nickname, "moria1");
 * ```
 */
export function parseLongName(text: string): LongName | undefined {
  const start = text.charCodeAt(0) === 0x24 ? 1 : 0;
  const end = start + FINGERPRINT_LENGTH;
  if (text.length < end) return undefined;
  let lowerCase = false;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (isDigit(code) || (code >= 0x41 && code <= 0x46)) continue;
    if (code < 0x61 || code > 0x66) return undefined;
    lowerCase = true;
  }
  const digits = text.slice(start, end);
  const fingerprint = lowerCase ? digits.toUpperCase() : digits;
  if (text.length === end) return { fingerprint, nickname: undefined };
  const separator = text.charCodeAt(end);
  if ((separator !== 0x7e && separator !== 0x3d) || !isNickname(text, end + 1)) return undefined;
  return { fingerprint, nickname: text.slice(end + 1) };
}

/**
 * Parses a `ServerSpec`: a `LongName` or a bare nickname (control-spec, section 2.4).
 *
 * @param text The name.
 * @returns The name's parts, or `undefined` where the text is neither.
 *
 * @example Read a nickname
 * ```ts
 * import { parseServerSpec } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const relay = parseServerSpec("moria1");
 * assert.equal(relay?.fingerprint, undefined);
 * assert.equal(relay?.nickname, "moria1");
 * ```
 */
export function parseServerSpec(text: string): ServerSpec | undefined {
  const longName = parseLongName(text);
  if (longName !== undefined) return longName;
  return isNickname(text, 0) ? { fingerprint: undefined, nickname: text } : undefined;
}

/** Whether the text from `start` on is letters and digits, and not empty. */
function isNickname(text: string, start: number): boolean {
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const letter = (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
    if (!letter && !isDigit(code)) return false;
  }
  return start < text.length;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
