/** Writes bytes as upper-case hexadecimal digits, as Tor does. */
export function encodeHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text.toUpperCase();
}

/**
 * Reads hexadecimal digits of either case.
 *
 * @throws {SyntaxError} Where there is an odd number of digits or something that is none. The text,
 * which may be a secret, is not in the message.
 */
export function decodeHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) {
    throw new SyntaxError(`Cannot decode ${text.length} characters as hexadecimal digits`);
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  }
  return bytes;
}

/** The codes of the characters of base64, by their values. */
const BASE64 = Uint8Array.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  (character) => character.charCodeAt(0),
);

/** The codes of a digest's characters. */
const characters: number[] = new Array(27).fill(0);

/**
 * Writes 20 bytes that stand in 40 upper-case hexadecimal digits as 27 characters of base64, without padding.
 */
export function digestToBase64(hex: string): string {
  // Three hexadecimal digits are as many bits as two characters of base64.
  for (let i = 0, position = 0; i < 39; i += 3) {
    const bits = digitAt(hex, i) << 8 | digitAt(hex, i + 1) << 4 | digitAt(hex, i + 2);
    characters[position++] = BASE64[bits >> 6]!;
    characters[position++] = BASE64[bits & 63]!;
  }
  characters[26] = BASE64[digitAt(hex, 39) << 2]!;
  return String.fromCharCode.apply(null, characters);
}

/** The value of an upper-case hexadecimal digit. */
function digitAt(hex: string, position: number): number {
  const code = hex.charCodeAt(position);
  return code < 0x3a ? code - 0x30 : code - 0x37;
}
