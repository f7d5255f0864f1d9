import { x25519 } from "@noble/curves/ed25519.js";
import { decodeBase32, encodeBase32 } from "../util/base32.ts";
import { decodeBase64, encodeBase64 } from "../util/base64.ts";
import { constantTimeEqual } from "../util/constant_time_equal.ts";
import { clamp } from "./clamp.ts";
import { OnionAddress } from "./onion_address.ts";
import { CLIENT_KEY_LENGTH, OnionClientPublicKey } from "./onion_client_public_key.ts";

const CONTROL_PREFIX = "x25519:";
/** The characters of 32 bytes in base32. */
const BASE32_LENGTH = 52;
/** What stands between the service and the key in a file `*.auth_private`. */
const PRIVATE_FILE_MIDDLE = ":descriptor:x25519:";

/** A client's key and the service that it is for: what a file `*.auth_private` holds. */
export interface OnionClientAuth {
  /** The service that lets the client in. */
  readonly address: OnionAddress;
  /** The client's key. */
  readonly key: OnionClientKey;
}

/**
 * A client's x25519 key pair for an onion service with client authorization (rend-spec-v3, section
 * "Client authorization"). The client keeps it and sends the service its public key. No log, no
 * inspection and no JSON of the object shows the private key; the methods that give it out say so.
 *
 * @example Make a pair, and give each side its half
 * ```ts
 * import { OnionClientKey } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const key = OnionClientKey.generate();
 * const forTheService = `${key.publicKey}`; // base32, for `clients`
 * const forTor = key.toControl(); // a secret, for ONION_CLIENT_AUTH_ADD
 * assert.match(forTheService, /^[A-Z2-7]{52}$/);
 * assert.ok(OnionClientKey.parse(forTor).equals(key));
 * assert.equal(JSON.stringify(key), JSON.stringify({ publicKey: forTheService }));
 * ```
 */
export class OnionClientKey {
  /** The public key, which the service lets the client in by. */
  readonly publicKey: OnionClientPublicKey;
  readonly #secret: Uint8Array;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
    this.publicKey = OnionClientPublicKey.fromBytes(x25519.getPublicKey(secret));
  }

  /**
   * Makes a new key of the platform's cryptographic randomness, as Tor makes its own.
   *
   * @returns The key.
   *
   * @example Make a key
   * ```ts
   * import { OnionClientKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * assert.ok(!OnionClientKey.generate().equals(OnionClientKey.generate()));
   * ```
   */
  static generate(): OnionClientKey {
    const random = crypto.getRandomValues(new Uint8Array(CLIENT_KEY_LENGTH));
    return new OnionClientKey(clamp(random));
  }

  /**
   * Reads a private key as ONION_CLIENT_AUTH_ADD takes it, base64 with or without `x25519:`, or as Tor
   * Browser asks for it, base32 of either case. For a whole file `*.auth_private` there is
   * {@linkcode OnionClientKey.parseAuthPrivate}.
   *
   * @param text The private key. White space around it does not count.
   * @returns The key.
   * @throws {TypeError} Where it is neither. The text is not in the message.
   * @throws {RangeError} Where it has not 32 bytes.
   *
   * @example Read both forms of one key
   * ```ts
   * import { OnionClientKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const base64 = OnionClientKey.parse("x25519:iJ1tjKCrMAbiFT2bVrCjhbfMDnE1fpaRbIS5ZHKUvEQ=");
   * const base32 = OnionClientKey.parse("rcow3dfavmyanyqvhwnvnmfdqw34ydtrgv7jnelmqs4wi4uuxrca");
   * assert.ok(base64.equals(base32));
   * ```
   */
  static parse(text: string): OnionClientKey {
    const key = text.trim();
    const digits = key.startsWith(CONTROL_PREFIX) ? key.slice(CONTROL_PREFIX.length) : key;
    const isBase32 = digits === key && digits.length === BASE32_LENGTH;
    let secret: Uint8Array;
    try {
      secret = isBase32 ? decodeBase32(digits) : decodeBase64(digits);
    } catch (cause) {
      throw new TypeError(
        `Cannot use a text of ${text.length} characters as a client's private key: expected ` +
          `base64 of ${CLIENT_KEY_LENGTH} bytes, with or without "${CONTROL_PREFIX}", or base32`,
        { cause },
      );
    }
    return OnionClientKey.fromBytes(secret);
  }

  /**
   * Reads the contents of a file `*.auth_private` in Tor's `ClientOnionAuthDir`: the address of the
   * service, `descriptor`, `x25519` and the private key in base32, with colons between.
   *
   * @param text The contents. White space around them does not count.
   * @returns The service and the key.
   * @throws {TypeError} Where it is none, or the address is none. The key is not in the message.
   * @throws {RangeError} Where the key has not 32 bytes.
   *
   * @example Read a file that Tor has written
   * ```ts
   * import { OnionClientKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const id = "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd";
   * const text = `${id}:descriptor:x25519:rcow3dfavmyanyqvhwnvnmfdqw34ydtrgv7jnelmqs4wi4uuxrca`;
   * const { address, key } = OnionClientKey.parseAuthPrivate(text);
   * assert.equal(address.serviceId, id);
   * assert.equal(key.toAuthPrivate(address), text);
   * ```
   */
  static parseAuthPrivate(text: string): OnionClientAuth {
    const line = text.trim();
    const middle = line.indexOf(PRIVATE_FILE_MIDDLE);
    let secret: Uint8Array | undefined;
    let cause: unknown;
    try {
      if (middle !== -1) secret = decodeBase32(line.slice(middle + PRIVATE_FILE_MIDDLE.length));
    } catch (error) {
      cause = error;
    }
    if (secret === undefined) {
      throw new TypeError(
        `Cannot use a text of ${text.length} characters as a client's authorization: ` +
          `expected an address, "${PRIVATE_FILE_MIDDLE}" and base32 of ${CLIENT_KEY_LENGTH} bytes`,
        cause === undefined ? {} : { cause },
      );
    }
    const address = OnionAddress.parse(line.slice(0, middle));
    return { address, key: OnionClientKey.fromBytes(secret) };
  }

  /**
   * Takes the bytes of an x25519 private key.
   *
   * @param secret The 32 bytes. The key has a copy.
   * @returns The key.
   * @throws {RangeError} Where there is another number of bytes.
   * @throws {TypeError} Where all are zero: Tor takes no such key.
   *
   * @example Take the bytes of a key
   * ```ts
   * import { OnionClientKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const key = OnionClientKey.generate();
   * assert.ok(OnionClientKey.fromBytes(key.toBytes()).equals(key));
   * assert.throws(() => OnionClientKey.fromBytes(new Uint8Array(31)), RangeError);
   * ```
   */
  static fromBytes(secret: Uint8Array): OnionClientKey {
    if (secret.length !== CLIENT_KEY_LENGTH) {
      throw new RangeError(
        `Cannot use a client's private key that has ${secret.length} bytes, not ${CLIENT_KEY_LENGTH}`,
      );
    }
    if (constantTimeEqual(secret, new Uint8Array(CLIENT_KEY_LENGTH))) {
      throw new TypeError("Cannot use a client's private key that is all zeros");
    }
    return new OnionClientKey(Uint8Array.from(secret));
  }

  /**
   * Gives out the private key as its bytes.
   *
   * @returns The 32 bytes, a copy.
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#secret);
  }

  /**
   * Gives out the private key as ONION_CLIENT_AUTH_ADD takes it.
   *
   * @returns `x25519:` and base64 of 32 bytes.
   */
  toControl(): string {
    return CONTROL_PREFIX + encodeBase64(this.#secret);
  }

  /**
   * Gives out the private key as Tor Browser asks its user for it.
   *
   * @returns Base32 of 32 bytes: 52 characters, in upper case.
   */
  toBase32(): string {
    return encodeBase32(this.#secret);
  }

  /**
   * Gives out the private key as the contents of a file `*.auth_private`, as Tor writes them: in lower
   * case, without the end of a line.
   *
   * @param address The service that the key is for.
   * @returns The address, `:descriptor:x25519:` and base32.
   */
  toAuthPrivate(address: OnionAddress): string {
    return address.serviceId + PRIVATE_FILE_MIDDLE + this.toBase32().toLowerCase();
  }

  /**
   * Tells whether both are the same key, in a time that does not depend on them.
   *
   * @param other Another key.
   * @returns Whether all their bytes are the same.
   */
  equals(other: OnionClientKey): boolean {
    return constantTimeEqual(this.#secret, other.#secret);
  }
}
