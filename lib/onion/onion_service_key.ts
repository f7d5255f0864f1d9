import { ed25519 } from "@noble/curves/ed25519.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { decodeBase64, encodeBase64 } from "../util/base64.ts";
import { constantTimeEqual } from "../util/constant_time_equal.ts";
import { clamp } from "./clamp.ts";
import { formatKeyFile, parseKeyFile } from "./key_file.ts";
import { OnionAddress } from "./onion_address.ts";

const SEED_LENGTH = 32;
const SCALAR_LENGTH = 32;
const SECRET_LENGTH = 64;
const PUBLIC_LENGTH = 32;
const BLOB_PREFIX = "ED25519-V3:";
const SECRET_TAG = "== ed25519v1-secret: type0 ==";
const PUBLIC_TAG = "== ed25519v1-public: type0 ==";

/**
 * The key of an onion service, version 3: whoever has it is the service. It is an expanded ed25519
 * secret key of 64 bytes, as Tor keeps it. No log, no inspection and no JSON of the object shows it;
 * the methods that give it out say so.
 *
 * @example Make a key, keep it, and come back under the same address
 * ```ts
 * import { OnionServiceKey } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const key = OnionServiceKey.generate();
 * const kept = key.toBlob(); // a secret, for ADD_ONION
 * assert.match(kept, /^ED25519-V3:/);
 * assert.equal(OnionServiceKey.parse(kept).address.hostname, key.address.hostname);
 * assert.equal(JSON.stringify(key), JSON.stringify({ address: key.address.hostname }));
 * ```
 */
export class OnionServiceKey {
  /** The address of the service that has this key. */
  readonly address: OnionAddress;
  readonly #secret: Uint8Array;

  private constructor(secret: Uint8Array) {
    this.#secret = secret;
    this.address = OnionAddress.fromPublicKey(publicKeyOf(secret));
  }

  /**
   * Makes a new key of the platform's cryptographic randomness, as Tor makes its own.
   *
   * @returns The key.
   *
   * @example Make a key
   * ```ts
   * import { OnionServiceKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * assert.match(OnionServiceKey.generate().address.hostname, /^[a-z2-7]{56}\.onion$/);
   * ```
   */
  static generate(): OnionServiceKey {
    const seed = crypto.getRandomValues(new Uint8Array(SEED_LENGTH));
    return new OnionServiceKey(clamp(sha512(seed)));
  }

  /**
   * Reads a key as ADD_ONION takes and gives it (control-spec, section 3.27).
   *
   * @param blob `ED25519-V3:` and base64 of 64 bytes. White space around it does not count.
   * @returns The key.
   * @throws {TypeError} Where it is none: a key of version 2, the word `NEW`, no base64, or bytes that
   * are no expanded secret key. The text is not in the message.
   * @throws {RangeError} Where it has not 64 bytes.
   *
   * @example Read a key
   * ```ts
   * import { OnionServiceKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const key = OnionServiceKey.parse(
   *   "ED25519-V3:sBJrKYCAZTgVBjwdWEPQkbDOrQthLqeWP8ZG/26eE0yH/6Zv2fJmcobQsq5YDpmfKYTat1jlHnV2M4jrOm4oLw==",
   * );
   * assert.equal(
   *   key.address.hostname,
   *   "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd.onion",
   * );
   * ```
   */
  static parse(blob: string): OnionServiceKey {
    const text = blob.trim();
    if (/^RSA1024:/i.test(text)) {
      throw new TypeError(
        "Cannot use a key of an onion service of version 2, which Tor has given up: " +
          "make a new one of version 3",
      );
    }
    if (!text.startsWith(BLOB_PREFIX)) {
      throw new TypeError(
        `Cannot use a text of ${blob.length} characters as an onion service's key: ` +
          `expected "${BLOB_PREFIX}" and base64 of ${SECRET_LENGTH} bytes`,
      );
    }
    let secret: Uint8Array;
    try {
      secret = decodeBase64(text.slice(BLOB_PREFIX.length));
    } catch (cause) {
      throw new TypeError(
        `Cannot use an onion service's key: after "${BLOB_PREFIX}" comes no base64`,
        { cause },
      );
    }
    return OnionServiceKey.fromBytes(secret);
  }

  /**
   * Reads the contents of Tor's file `hs_ed25519_secret_key`: a tag, and the key.
   *
   * @param contents The 96 bytes of the file.
   * @returns The key.
   * @throws {RangeError} Where it has another length.
   * @throws {TypeError} Where the tag is another, such as a public key's, or the key is none.
   *
   * @example Read a key file of Tor's
   * ```ts
   * import { OnionServiceKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const contents = OnionServiceKey.generate().toSecretKeyFile();
   * assert.deepEqual(OnionServiceKey.fromSecretKeyFile(contents).toSecretKeyFile(), contents);
   * ```
   */
  static fromSecretKeyFile(contents: Uint8Array): OnionServiceKey {
    return new OnionServiceKey(
      checkSecret(parseKeyFile(contents, { tag: SECRET_TAG, length: SECRET_LENGTH })),
    );
  }

  /**
   * Takes the bytes of an expanded secret key: the scalar, and what signatures are randomized with.
   *
   * @param secret The 64 bytes. The key has a copy.
   * @returns The key.
   * @throws {RangeError} Where there is another number of bytes: 32 are a seed, which Tor does not
   * keep.
   * @throws {TypeError} Where it is no expanded secret key, such as a seed with its public key.
   *
   * @example Derive the address of a key
   * ```ts
   * import { OnionServiceKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const key = OnionServiceKey.generate();
   * assert.ok(OnionServiceKey.fromBytes(key.toBytes()).equals(key));
   * assert.throws(() => OnionServiceKey.fromBytes(new Uint8Array(32)), RangeError);
   * ```
   */
  static fromBytes(secret: Uint8Array): OnionServiceKey {
    return new OnionServiceKey(checkSecret(Uint8Array.from(secret)));
  }

  /** The public key, which the address is made of: 32 bytes, a copy. */
  get publicKey(): Uint8Array<ArrayBuffer> {
    return this.address.publicKey;
  }

  /**
   * Gives out the secret key as its bytes.
   *
   * @returns The 64 bytes of the expanded secret key, a copy.
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#secret);
  }

  /**
   * Gives out the secret key as ADD_ONION takes it.
   *
   * @returns `ED25519-V3:` and base64 of 64 bytes.
   */
  toBlob(): string {
    return BLOB_PREFIX + encodeBase64(this.#secret);
  }

  /**
   * Gives out the secret key as the contents of Tor's file `hs_ed25519_secret_key`.
   *
   * @returns The 96 bytes of the file.
   */
  toSecretKeyFile(): Uint8Array<ArrayBuffer> {
    return formatKeyFile(SECRET_TAG, this.#secret);
  }

  /**
   * Gives the contents of Tor's file `hs_ed25519_public_key`, in which nothing is secret.
   *
   * @returns The 64 bytes of the file.
   */
  toPublicKeyFile(): Uint8Array<ArrayBuffer> {
    return formatKeyFile(PUBLIC_TAG, this.publicKey);
  }

  /**
   * Tells whether both are the same key, in a time that does not depend on them.
   *
   * @param other Another key.
   * @returns Whether all their bytes are the same.
   */
  equals(other: OnionServiceKey): boolean {
    return constantTimeEqual(this.#secret, other.#secret);
  }
}

/**
 * Reads the contents of Tor's file `hs_ed25519_public_key`: a tag, and the public key.
 *
 * @throws {RangeError} Where it has another length than 64 bytes.
 * @throws {TypeError} Where the tag is another, or the key is none that a service can have.
 */
export function parsePublicKeyFile(contents: Uint8Array): OnionAddress {
  const publicKey = parseKeyFile(contents, { tag: PUBLIC_TAG, length: PUBLIC_LENGTH });
  return OnionAddress.fromPublicKey(publicKey);
}

/** Refuses what cannot be an expanded secret key: all have five bits set alike (RFC 8032). */
function checkSecret(secret: Uint8Array): Uint8Array {
  if (secret.length !== SECRET_LENGTH) {
    throw new RangeError(
      `Cannot use ${secret.length} bytes as an onion service's key: ` +
        `an expanded ed25519 secret key has ${SECRET_LENGTH}`,
    );
  }
  if ((secret[0]! & 7) !== 0 || (secret[31]! & 192) !== 64) {
    throw new TypeError(
      "Cannot use 64 bytes as an onion service's key: they are no expanded ed25519 secret key; " +
        "a seed with its public key must be expanded first",
    );
  }
  return secret;
}

/** The public key of an expanded secret key: its scalar times the base point. */
function publicKeyOf(secret: Uint8Array): Uint8Array {
  const { BASE, Fn } = ed25519.Point;
  let scalar = 0n;
  for (let i = SCALAR_LENGTH; i-- > 0;) scalar = scalar << 8n | BigInt(secret[i]!);
  return BASE.multiply(Fn.create(scalar)).toBytes();
}
