import { x25519 } from "@noble/curves/ed25519.js";
import { decodeBase32, encodeBase32 } from "../util/base32.ts";

/** The length of an x25519 key of either kind in bytes. */
export const CLIENT_KEY_LENGTH = 32;

const AUTHORIZED_PREFIX = "descriptor:x25519:";

/**
 * The public half of a client's key for an onion service with client authorization: what the service
 * lets the client in by (rend-spec-v3, section "Client authorization").
 *
 * @example Read what a client has sent
 * ```ts
 * import { OnionClientPublicKey } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const base32 = "N2NU7BSRL6YODZCYPN4CREB54TYLKGIE2KYOQWLFYC23ZJVCE5DQ";
 * const key = OnionClientPublicKey.parse(`descriptor:x25519:${base32}`);
 * assert.equal(key.toString(), base32);
 * ```
 */
export class OnionClientPublicKey {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * Reads a key as ADD_ONION's `ClientAuthV3` takes it, base32 of either case, or as the line of a file
   * `authorized_clients/*.auth`, `descriptor:x25519:` and base32.
   *
   * @param text The key. White space around it does not count.
   * @returns The key.
   * @throws {TypeError} Where it is no such text, or the key gives no secrecy. The text, which may be
   * a private key, is not in the message.
   * @throws {RangeError} Where it has not 32 bytes.
   *
   * @example Refuse a key that is too short
   * ```ts
   * import { OnionClientPublicKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * assert.throws(() => OnionClientPublicKey.parse("MFRGG"), /has 3 bytes, not 32/);
   * ```
   */
  static parse(text: string): OnionClientPublicKey {
    const line = text.trim();
    const digits = line.startsWith(AUTHORIZED_PREFIX) ? line.slice(AUTHORIZED_PREFIX.length) : line;
    let bytes: Uint8Array;
    try {
      bytes = decodeBase32(digits);
    } catch (cause) {
      throw new TypeError(
        `Cannot use a text of ${text.length} characters as a client's public key: ` +
          `expected base32 of ${CLIENT_KEY_LENGTH} bytes, with or without "${AUTHORIZED_PREFIX}"`,
        { cause },
      );
    }
    return OnionClientPublicKey.fromBytes(bytes);
  }

  /**
   * Takes the bytes of an x25519 public key.
   *
   * @param bytes The 32 bytes. The key has a copy.
   * @returns The key.
   * @throws {RangeError} Where there is another number of bytes.
   * @throws {TypeError} Where the key gives no secrecy: what is encrypted to it, anybody can read.
   *
   * @example Take the bytes of a key
   * ```ts
   * import { OnionClientKey, OnionClientPublicKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const { publicKey } = OnionClientKey.generate();
   * assert.ok(OnionClientPublicKey.fromBytes(publicKey.toBytes()).equals(publicKey));
   * ```
   */
  static fromBytes(bytes: Uint8Array): OnionClientPublicKey {
    if (bytes.length !== CLIENT_KEY_LENGTH) {
      throw new RangeError(
        `Cannot use a client's public key that has ${bytes.length} bytes, not ${CLIENT_KEY_LENGTH}`,
      );
    }
    if (givesNoSecrecy(bytes)) {
      throw new TypeError(
        "Cannot use a client's public key of small order: what is encrypted to it, anybody can read",
      );
    }
    return new OnionClientPublicKey(Uint8Array.from(bytes));
  }

  /** The key as its bytes: 32, a copy. */
  toBytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }

  /** The key as the line of a file `authorized_clients/*.auth`: `descriptor:x25519:` and base32. */
  toAuthorizedClient(): string {
    return `${AUTHORIZED_PREFIX}${this}`;
  }

  /**
   * Tells whether both are the same key.
   *
   * @param other Another key.
   * @returns Whether all their bytes are the same.
   */
  equals(other: OnionClientPublicKey): boolean {
    return this.toString() === other.toString();
  }

  /** The key in base32, as ADD_ONION's `ClientAuthV3` takes it: 52 characters, in upper case. */
  toString(): string {
    return encodeBase32(this.#bytes);
  }

  /** The key in base32, for `JSON.stringify()`. */
  toJSON(): string {
    return this.toString();
  }
}

/** Whether every secret key makes the same shared secret with this one: noble refuses such. */
function givesNoSecrecy(publicKey: Uint8Array): boolean {
  const anySecret = new Uint8Array(CLIENT_KEY_LENGTH).fill(8);
  try {
    x25519.getSharedSecret(anySecret, publicKey);
    return false;
  } catch {
    return true;
  }
}
