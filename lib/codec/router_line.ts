import type { Fingerprint } from "./events/identifiers.ts";
import { parseCount } from "./events/numbers.ts";

/** How many characters of base64 without padding a SHA-1 digest has. */
export const DIGEST_LENGTH = 27;

/**
 * Finds the words of an `r` line: nickname, identity, digest, date, time, IP address, two ports
 * (dir-spec, section 3.4.1). One object reads line after line, as there are thousands.
 */
export class RouterLine {
  /** The relay's fingerprint. */
  fingerprint: Fingerprint = "";
  /** The port for connections of relays and clients. */
  orPort = 0;
  /** The port for directory requests. */
  dirPort = 0;
  /** Where the nickname ends; it begins two characters after the line does. */
  nicknameEnd = 0;
  /** Where the identity ends. */
  identityEnd = 0;
  /** Where the digest ends; where the identity does in a consensus of microdescriptors. */
  digestEnd = 0;
  /** Where the date and the time end. */
  timeEnd = 0;
  /** Where the IP address ends. */
  ipEnd = 0;
  /** Where the last port ends. */
  end = 0;

  /**
   * Reads the line that stands in `text` from `start` to `end`.
   *
   * @returns Whether it is well formed, as far as it must be to know a relay by it.
   */
  read(text: string, start: number, end: number): boolean {
    if (!this.find(text, start, end)) return false;
    this.fingerprint = parseDigest(text, this.nicknameEnd + 1, this.identityEnd)!;
    return true;
  }

  /** The same, but for the fingerprint. */
  find(text: string, start: number, end: number): boolean {
    this.nicknameEnd = wordEnd(text, start + 2, end);
    this.identityEnd = wordEnd(text, this.nicknameEnd + 1, end);
    const thirdEnd = wordEnd(text, this.identityEnd + 1, end);
    const hasDigest = thirdEnd - this.identityEnd - 1 === DIGEST_LENGTH;
    this.digestEnd = hasDigest ? thirdEnd : this.identityEnd;
    this.timeEnd = wordEnd(text, wordEnd(text, this.digestEnd + 1, end) + 1, end);
    this.ipEnd = wordEnd(text, this.timeEnd + 1, end);
    const orPortEnd = wordEnd(text, this.ipEnd + 1, end);
    this.end = wordEnd(text, orPortEnd + 1, end);
    const orPort = parsePort(text, this.ipEnd + 1, orPortEnd);
    const dirPort = parsePort(text, orPortEnd + 1, this.end);
    if (orPort === undefined || dirPort === undefined) return false;
    if (!isDigest(text, this.nicknameEnd + 1, this.identityEnd)) return false;
    this.orPort = orPort;
    this.dirPort = dirPort;
    return true;
  }
}

/** Where the word that begins at `start` ends: at a space or at the line's end. */
export function wordEnd(text: string, start: number, end: number = text.length): number {
  const space = text.indexOf(" ", start);
  return space < 0 || space > end ? end : space;
}

function parsePort(text: string, start: number, end: number): number | undefined {
  const port = parseCount(text, start, end);
  return port === undefined || port > 65535 ? undefined : port;
}

/** The values of the characters of base64, -1 for others. */
const BASE64 = new Int8Array(128).fill(-1);
for (
  const [value, character] of [
    ..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  ].entries()
) {
  BASE64[character.charCodeAt(0)] = value;
}

/** The codes of the hexadecimal digits. */
const HEX = Uint8Array.from("0123456789ABCDEF", (digit) => digit.charCodeAt(0));

/** The codes of a digest's digits: two for each of 20 bytes. */
const digits: number[] = new Array(40).fill(0);

/** Whether a SHA-1 digest stands there, in the one spelling that it has. */
function isDigest(text: string, start: number, end: number): boolean {
  if (end - start !== DIGEST_LENGTH) return false;
  let bits = 0;
  for (let i = start; i < end; i++) bits |= BASE64[text.charCodeAt(i)] ?? -1;
  // Its last character has four bits of the digest; its other two are zero.
  return bits >= 0 && (BASE64[text.charCodeAt(end - 1)]! & 3) === 0;
}

/** The hex digits of a SHA-1 digest that stands in base64 without padding: 27 characters. */
export function parseDigest(text: string, start: number, end: number): string | undefined {
  if (end - start !== DIGEST_LENGTH) return undefined;
  // Two characters are as many bits as three digits; the last has four bits of the digest.
  let digit = 0;
  for (let i = start; i < end - 1; i += 2) {
    const high = BASE64[text.charCodeAt(i)] ?? -1;
    const low = BASE64[text.charCodeAt(i + 1)] ?? -1;
    if (high < 0 || low < 0) return undefined;
    digits[digit++] = HEX[high >> 2]!;
    digits[digit++] = HEX[(high & 3) << 2 | low >> 4]!;
    digits[digit++] = HEX[low & 15]!;
  }
  const last = BASE64[text.charCodeAt(end - 1)] ?? -1;
  // Its other two bits are zero: there is one spelling of each digest.
  if (last < 0 || (last & 3) !== 0) return undefined;
  digits[digit] = HEX[last >> 2]!;
  return String.fromCharCode.apply(null, digits);
}
