import { concatBytes, encodeText } from "../codec/text.ts";
import { encodeHex } from "../util/hex.ts";

/** How much is hashed: `0x60` stands for 65,536 bytes, and is what `tor --hash-password` uses. */
const INDICATOR = 0x60;
const HASHED_BYTES = (16 + (INDICATOR & 15)) << ((INDICATOR >> 4) + 6);

/**
 * The value of `HashedControlPassword` for a password, as `tor --hash-password` prints it: an
 * iterated and salted S2K of RFC 2440, section 3.6.1.3 (control-spec, section 5.1).
 *
 * @param password What a controller will authenticate with.
 * @param salt Eight bytes; by default random ones.
 * @returns The value, which begins with `16:`.
 * @throws {RangeError} Where the salt has another length.
 *
 * @example Hash a password
 * ```ts
 * import { hashedControlPassword } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * assert.equal(
 *   await hashedControlPassword("swordfish", new Uint8Array(8)),
 *   "16:00000000000000006042E3FABE6C5805E6AC60367F70FC9CE86E91A1D3",
 * );
 * ```
 */
export async function hashedControlPassword(
  password: string,
  salt: Uint8Array = crypto.getRandomValues(new Uint8Array(8)),
): Promise<string> {
  if (salt.length !== 8) {
    throw new RangeError(`Cannot use a salt of ${salt.length} bytes: expected 8`);
  }
  const unit = concatBytes([salt, encodeText(password)]);
  const input = new Uint8Array(HASHED_BYTES);
  for (let offset = 0; offset < input.length; offset += unit.length) {
    input.set(unit.subarray(0, input.length - offset), offset);
  }
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", input));
  return `16:${encodeHex(salt)}${encodeHex(Uint8Array.of(INDICATOR))}${encodeHex(hash)}`;
}
