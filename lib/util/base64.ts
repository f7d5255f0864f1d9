/** Writes bytes in base64 (RFC 4648), with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/**
 * Reads base64 with or without its padding, in the one spelling that each byte string has.
 *
 * @throws {SyntaxError} Where it is none. The text, which may be a secret, is not in the message.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  const digits = text.replace(/={1,2}$/, "");
  if (/^[A-Za-z0-9+/]*$/.test(digits) && digits.length % 4 !== 1) {
    const bytes = Uint8Array.from(atob(digits), (character) => character.charCodeAt(0));
    const whole = encodeBase64(bytes);
    if (text === whole || text === whole.replace(/=+$/, "")) return bytes;
  }
  throw new SyntaxError(`Cannot decode ${text.length} characters as base64`);
}
