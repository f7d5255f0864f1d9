const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Writes bytes in base32 (RFC 4648), in upper case and without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let bitCount = 0;
  for (const byte of bytes) {
    bits = (bits << 8 | byte) & 0xfff;
    for (bitCount += 8; bitCount >= 5;) {
      bitCount -= 5;
      text += DIGITS[(bits >> bitCount) & 31];
    }
  }
  return bitCount === 0 ? text : text + DIGITS[(bits << (5 - bitCount)) & 31];
}

/**
 * Reads base32 of either case and without padding, in the one spelling that each byte string has.
 *
 * @throws {SyntaxError} Where a character is no digit, or the last ones cannot end a text. The text,
 * which may be a secret, is not in the message.
 */
export function decodeBase32(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor(text.length * 5 / 8));
  let length = 0;
  let bits = 0;
  let bitCount = 0;
  for (const character of text) {
    const digit = DIGITS.indexOf(upperCase(character));
    if (digit === -1) throw cannotDecode(text, "expected only the digits A to Z and 2 to 7");
    bits = (bits << 5 | digit) & 0xfff;
    bitCount += 5;
    if (bitCount >= 8) {
      bitCount -= 8;
      bytes[length++] = bits >> bitCount;
    }
  }
  if (bitCount >= 5) throw cannotDecode(text, "no whole number of bytes has so many digits");
  if ((bits & ((1 << bitCount) - 1)) !== 0) {
    throw cannotDecode(text, "the last digit has bits that are no part of a byte");
  }
  return bytes;
}

/** The upper case of an ASCII letter: `toUpperCase()` would make a digit of some other letters. */
function upperCase(character: string): string {
  return character >= "a" && character <= "z" ? character.toUpperCase() : character;
}

function cannotDecode(text: string, why: string): SyntaxError {
  return new SyntaxError(`Cannot decode ${text.length} characters as base32: ${why}`);
}
