/** Sets the five bits that every x25519 and every expanded ed25519 secret key has alike (RFC 7748). */
export function clamp<Bytes extends Uint8Array>(secret: Bytes): Bytes {
  secret[0]! &= 248;
  secret[31]! &= 127;
  secret[31]! |= 64;
  return secret;
}
