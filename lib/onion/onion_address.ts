import { ed25519 } from "@noble/curves/ed25519.js";
import { sha3_256 } from "@noble/hashes/sha3.js";
import { concatBytes } from "../codec/text.ts";
import { decodeBase32, encodeBase32 } from "../util/base32.ts";

const VERSION = 3;
const KEY_LENGTH = 32;
const CHECKSUM_LENGTH = 2;
/** The characters of an address without `.onion`. */
const ID_LENGTH = 56;
const VERSION_2_ID_LENGTH = 16;
const CHECKSUM_PREFIX = new TextEncoder().encode(".onion checksum");

/**
 * The address of an onion service, version 3: the service's public key, a checksum and the version
 * (rend-spec-v3, section 6). An object of this class is a valid one.
 *
 * @example Check what a user has typed
 * ```ts
 * import { OnionAddress } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const typed = "PG6MMJIYJMCRSSLVYKFWNNTLARU7P5SVN6Y2YMMJU6NUBXNDF4PSCRYD.onion";
 * const address = OnionAddress.parse(typed);
 * assert.equal(address.hostname, typed.toLowerCase());
 * assert.throws(() => OnionAddress.parse(typed.replace("PG", "PH")), /its checksum is wrong/);
 * ```
 */
export class OnionAddress {
  /** The address without `.onion`, as control commands name the service: 56 characters, in lower case. */
  readonly serviceId: string;
  readonly #publicKey: Uint8Array;

  private constructor(publicKey: Uint8Array) {
    const { Point } = ed25519;
    let point: InstanceType<typeof Point>;
    try {
      point = Point.fromBytes(publicKey);
    } catch (cause) {
      throw new TypeError("Cannot make an onion address of a key that is no ed25519 public key", {
        cause,
      });
    }
    // Another point plus a small one would give the same service a second address.
    if (point.is0() || !point.isTorsionFree()) {
      throw new TypeError("Cannot make an onion address of an ed25519 key of small or mixed order");
    }
    this.#publicKey = publicKey;
    const bytes = concatBytes([publicKey, checksum(publicKey), Uint8Array.of(VERSION)]);
    this.serviceId = encodeBase32(bytes).toLowerCase();
  }

  /**
   * Reads an address, of either case, with or without `.onion`.
   *
   * @param text The address.
   * @returns The address.
   * @throws {TypeError} Where it is none: another length, a subdomain, an address of version 2, a
   * wrong checksum or version, or a key that is no point of the curve. The message says which.
   *
   * @example Read an address
   * ```ts
   * import { OnionAddress } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const id = "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd";
   * assert.equal(OnionAddress.parse(id).hostname, `${id}.onion`);
   * assert.throws(() => OnionAddress.parse("expyuzz4wqqyqhjn.onion"), /version 2/);
   * ```
   */
  static parse(text: string): OnionAddress {
    const id = text.replace(/\.onion$/i, "");
    checkForm(text, id);
    const refuse = (why: string, cause?: unknown) =>
      new TypeError(
        `Cannot use ${JSON.stringify(text)} as an onion address: ${why}`,
        cause === undefined ? {} : { cause },
      );
    let bytes: Uint8Array;
    try {
      bytes = decodeBase32(id);
    } catch (error) {
      throw refuse("it has characters other than a to z and 2 to 7", error);
    }
    const publicKey = bytes.slice(0, KEY_LENGTH);
    const version = bytes[KEY_LENGTH + CHECKSUM_LENGTH];
    if (version !== VERSION) throw refuse(`its version is ${version}, not ${VERSION}`);
    const expected = checksum(publicKey);
    if (expected.some((byte, i) => byte !== bytes[KEY_LENGTH + i])) {
      throw refuse("its checksum is wrong: a character is mistyped");
    }
    try {
      return new OnionAddress(publicKey);
    } catch (error) {
      throw refuse("its key is none that a service can have", error);
    }
  }

  /**
   * Derives the address of the service that has a public key.
   *
   * @param publicKey The service's ed25519 public key: 32 bytes.
   * @returns Its address.
   * @throws {RangeError} Where it has not 32 bytes.
   * @throws {TypeError} Where it is no point of the curve that a service can have.
   *
   * @example Derive an address
   * ```ts
   * import { OnionAddress, OnionServiceKey } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const { address, publicKey } = OnionServiceKey.generate();
   * assert.equal(OnionAddress.fromPublicKey(publicKey).hostname, address.hostname);
   * ```
   */
  static fromPublicKey(publicKey: Uint8Array): OnionAddress {
    if (publicKey.length !== KEY_LENGTH) {
      throw new RangeError(
        `Cannot make an onion address of ${publicKey.length} bytes: ` +
          `an ed25519 public key has ${KEY_LENGTH}`,
      );
    }
    return new OnionAddress(Uint8Array.from(publicKey));
  }

  /** The address as a host name: 56 characters and `.onion`, in lower case. */
  get hostname(): string {
    return `${this.serviceId}.onion`;
  }

  /** The service's ed25519 public key: 32 bytes, a copy. */
  get publicKey(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#publicKey);
  }

  /**
   * Tells whether both are the address of one service.
   *
   * @param other Another address.
   * @returns Whether it is the same.
   *
   * @example Compare addresses
   * ```ts
   * import { OnionAddress } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const id = "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd";
   * assert.ok(OnionAddress.parse(id).equals(OnionAddress.parse(`${id.toUpperCase()}.onion`)));
   * ```
   */
  equals(other: OnionAddress): boolean {
    return this.serviceId === other.serviceId;
  }

  /** The address as a host name, for templates. */
  toString(): string {
    return this.hostname;
  }

  /** The address as a host name, for `JSON.stringify()`. */
  toJSON(): string {
    return this.hostname;
  }
}

/**
 * Refuses what has not the form of an address. What has not even its length may be a key in the
 * wrong place, so it is not told.
 */
function checkForm(text: string, id: string): void {
  if (id.length === ID_LENGTH && !id.includes(".")) return;
  if (id.length === VERSION_2_ID_LENGTH && /^[a-z2-7]*$/i.test(id)) {
    throw new TypeError(
      `Cannot use ${
        JSON.stringify(text)
      } as an onion address: it is of version 2, which Tor has given up; ` +
        "ask for the service's address of version 3",
    );
  }
  const address = id.slice(id.lastIndexOf(".") + 1);
  if (address !== id && text !== id && address.length === ID_LENGTH) {
    throw new TypeError(
      `Cannot use ${JSON.stringify(text)} as an onion address: it has a subdomain; ` +
        `the address itself is "${address}.onion"`,
    );
  }
  throw new TypeError(
    `Cannot use a text of ${text.length} characters as an onion address: ` +
      `expected ${ID_LENGTH} characters, with or without ".onion"`,
  );
}

/** What the checksum of an address is: the first bytes of a hash (rend-spec-v3, section 6). */
function checksum(publicKey: Uint8Array): Uint8Array {
  const hashed = concatBytes([CHECKSUM_PREFIX, publicKey, Uint8Array.of(VERSION)]);
  return sha3_256(hashed).subarray(0, CHECKSUM_LENGTH);
}
