const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Decodes UTF-8 so that nothing is lost: a byte that is not part of valid UTF-8 becomes the lone
 * surrogate U+DC00 + byte (U+DC80 to U+DCFF), from which {@linkcode encodeText} makes the byte
 * again. Tor's text is bytes, and nearly always ASCII; this is the fast case.
 *
 * @param bytes Any bytes.
 * @returns The text; a byte order mark is kept.
 *
 * @example Keep a byte that is not UTF-8
 * ```ts
 * import { decodeText, encodeText } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const bytes = Uint8Array.of(0x63, 0x61, 0x66, 0xe9); // "café" in Latin-1
 * assert.equal(decodeText(bytes), "caf\udce9");
 * assert.deepEqual(encodeText(decodeText(bytes)), bytes);
 * ```
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  return text.includes("\uFFFD") ? decodeLossless(bytes) : text;
}

function decodeLossless(bytes: Uint8Array): string {
  let text = "";
  let valid = 0; // where the run of valid UTF-8 that is not yet decoded begins
  for (let i = 0; i < bytes.length;) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      text += decoder.decode(bytes.subarray(valid, i)) + String.fromCharCode(0xdc00 + bytes[i]!);
      valid = ++i;
    } else {
      i += length;
    }
  }
  return text + decoder.decode(bytes.subarray(valid));
}

/** The length of the valid UTF-8 sequence at `i`, or 0 where there is none (RFC 3629, section 4). */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i]!;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first < 0xe0
    ? 2
    : first >= 0xe0 && first < 0xf0
    ? 3
    : first >= 0xf0 && first < 0xf5
    ? 4
    : 0;
  if (length === 0 || i + length > bytes.length) return 0;
  const second = bytes[i + 1]!;
  // Overlong forms, surrogates and code points past U+10FFFF show in the second byte.
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second >= 0xa0) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second >= 0x90) return 0;
  for (let k = 1; k < length; k++) {
    if ((bytes[i + k]! & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/**
 * Encodes text as UTF-8; the lone surrogates U+DC80 to U+DCFF become the bytes that
 * {@linkcode decodeText} made them of.
 *
 * @param text Any text, such as {@linkcode decodeText} gives.
 * @returns Its bytes.
 * @throws {TypeError} Where the text has any other lone surrogate, which stands for nothing.
 *
 * @example Write text as bytes
 * ```ts
 * import { encodeText } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(encodeText("é"), Uint8Array.of(0xc3, 0xa9));
 * assert.throws(() => encodeText("\ud800"), TypeError);
 * ```
 */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  const lone = text.search(/\p{Surrogate}/u);
  if (lone < 0) return encoder.encode(text);
  const parts: Uint8Array[] = [];
  for (const part of text.split(/(\p{Surrogate})/u)) {
    const code = part.charCodeAt(0);
    if (part.length !== 1 || code < 0xd800 || code > 0xdfff) {
      parts.push(encoder.encode(part));
    } else if (code >= 0xdc80 && code <= 0xdcff) {
      parts.push(Uint8Array.of(code - 0xdc00));
    } else {
      throw new TypeError(`Cannot encode the lone surrogate U+${code.toString(16).toUpperCase()}`);
    }
  }
  return concatBytes(parts);
}

/**
 * Joins byte strings into one.
 *
 * @param parts The byte strings in order.
 * @returns A new byte string.
 */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
