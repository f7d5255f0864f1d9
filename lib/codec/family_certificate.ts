import { decodeBase64, encodeBase64 } from "../util/base64.ts";

/** The type of certificates by which a family's key vouches for a relay (cert-spec). */
const FAMILY_V_IDENTITY = 0x0c;
/** The extension that has the key that a certificate was signed with. */
const SIGNED_WITH_ED25519_KEY = 4;

/**
 * The key of a family in a certificate of a `family-cert` item, as `family-ids` lines name it
 * (cert-spec, section 2; dir-spec, section 2.1.1). The certificate is not verified.
 *
 * @param object The certificate in base64.
 * @returns Such as `ed25519:` and 43 characters of base64, or `undefined` where there is none.
 */
export function familyKey(object: string): string | undefined {
  const bytes = decode(object);
  // Version, type, expiration (4), type of key, key (32), number of extensions.
  if (bytes === undefined || bytes[0] !== 1 || bytes[1] !== FAMILY_V_IDENTITY) return undefined;
  let position = 40;
  for (let left = bytes[39] ?? 0; left > 0; left--) {
    const length = bytes[position]! * 256 + bytes[position + 1]!;
    const data = position + 4;
    if (bytes[position + 2] === SIGNED_WITH_ED25519_KEY && length === 32) {
      const key = bytes.subarray(data, data + length);
      if (key.length < length) return undefined;
      return `ed25519:${encodeBase64(key).replace(/=+$/, "")}`;
    }
    position = data + length;
  }
  return undefined;
}

function decode(base64: string): Uint8Array | undefined {
  try {
    return decodeBase64(base64);
  } catch {
    return undefined;
  }
}
