import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { OnionAddress } from "../../lib/onion/onion_address.ts";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionClientPublicKey } from "../../lib/onion/onion_client_public_key.ts";
import { encodeBase32 } from "../../lib/util/base32.ts";
import { encodeBase64 } from "../../lib/util/base64.ts";
import { decodeHex, encodeHex } from "../../lib/util/hex.ts";
import { addedOnions, RFC_7748, torText } from "./_data.ts";

const BASE64 = "iJ1tjKCrMAbiFT2bVrCjhbfMDnE1fpaRbIS5ZHKUvEQ=";
const BASE32 = "RCOW3DFAVMYANYQVHWNVNMFDQW34YDTRGV7JNELMQS4WI4UUXRCA";
const PUBLIC_BASE32 = "N2NU7BSRL6YODZCYPN4CREB54TYLKGIE2KYOQWLFYC23ZJVCE5DQ";

/** The error of a call, which must not show any of the secrets. */
function errorOf(call: () => unknown, secrets: readonly string[]): Error {
  let found: unknown;
  assert.throws(call, (error) => {
    found = error;
    return true;
  });
  assert.ok(found instanceof Error);
  for (const secret of secrets) {
    assert.ok(!`${found.stack}${found.cause}`.includes(secret), found.message);
  }
  return found;
}

describe("OnionClientKey", () => {
  it("derives the public key of the RFC's private key", () => {
    const key = OnionClientKey.fromBytes(decodeHex(RFC_7748.privateKey));
    assert.equal(encodeHex(key.publicKey.toBytes()), RFC_7748.publicKey);
    assert.equal(encodeHex(key.toBytes()), RFC_7748.privateKey);
  });

  it("reads every form of a private key, and writes each", () => {
    const spellings = [
      BASE64,
      BASE64.slice(0, -1),
      `x25519:${BASE64}`,
      `x25519:${BASE64.slice(0, -1)}`,
      BASE32,
      BASE32.toLowerCase(),
    ];
    // A file of one has the end of a line.
    for (const spelling of spellings.flatMap((text) => [text, ` ${text}\r\n`])) {
      const key = OnionClientKey.parse(spelling);
      assert.equal(key.toControl(), `x25519:${BASE64}`);
      assert.equal(key.toBase32(), BASE32);
    }
  });

  it("reads the file that Tor has written, and writes the same", () => {
    const text = torText("client.auth_private");
    const { address, key } = OnionClientKey.parseAuthPrivate(text);
    assert.equal(address.serviceId, addedOnions()[0]?.serviceId);
    assert.equal(key.toControl(), `x25519:${BASE64}`);
    assert.equal(key.toAuthPrivate(address), text);
    const byHand = ` ${address.serviceId}:descriptor:x25519:${BASE32}\r\n`;
    assert.ok(OnionClientKey.parseAuthPrivate(byHand).key.equals(key));
  });

  it("makes new keys, each another one that all forms give back", () => {
    const address = OnionAddress.parse(addedOnions()[0]!.serviceId);
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const key = OnionClientKey.generate();
      seen.add(key.toBase32());
      const bytes = key.toBytes();
      assert.equal(bytes[0]! & 7, 0);
      assert.equal(bytes[31]! & 192, 64);
      const copies = [
        OnionClientKey.parse(key.toControl()),
        OnionClientKey.parse(key.toBase32()),
        OnionClientKey.fromBytes(bytes),
        OnionClientKey.parseAuthPrivate(key.toAuthPrivate(address)).key,
      ];
      for (const copy of copies) {
        assert.ok(copy.equals(key));
        assert.ok(copy.publicKey.equals(key.publicKey));
      }
    }
    assert.equal(seen.size, 20);
  });

  it("lends its bytes to nobody", () => {
    const bytes = decodeHex(RFC_7748.privateKey);
    const key = OnionClientKey.fromBytes(bytes);
    bytes.fill(1);
    key.toBytes().fill(1);
    assert.equal(encodeHex(key.toBytes()), RFC_7748.privateKey);
  });

  it("refuses keys of another length", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 66 }), (bytes) => {
      fc.pre(bytes.length !== 32);
      for (const text of [encodeBase64(bytes), `x25519:${encodeBase64(bytes)}`]) {
        // 39 bytes in base64 have the length of 32 in base32.
        const error = errorOf(() => OnionClientKey.parse(text), bytes.length < 5 ? [] : [text]);
        assert.ok(error instanceof RangeError || bytes.length === 39, `${error}`);
      }
    }));
    assert.equal(
      errorOf(() => OnionClientKey.parse(`x25519:${encodeBase64(new Uint8Array(33))}`), []).message,
      "Cannot use a client's private key that has 33 bytes, not 32",
    );
  });

  const malformed: Record<string, string> = {
    "nothing": "",
    "base32 with a digit that is none": `1${BASE32.slice(1)}`,
    "base32 with bits too many": `${BASE32.slice(0, -1)}B`,
    "base32 with padding": `${BASE32}====`,
    "base32 behind x25519:": `x25519:${BASE32}`,
    "base64 with a space": BASE64.replace("J", " "),
    "base64 with bits too many": BASE64.replace("Q=", "R="),
    "another type": `ed25519:${BASE64}`,
    "the line of a file": torText("client.auth_private"),
  };
  for (const [name, text] of Object.entries(malformed)) {
    it(`refuses ${name}, without showing it`, () => {
      const error = errorOf(() => OnionClientKey.parse(text), [
        BASE64.slice(4, -4),
        BASE32.slice(4, -4),
      ]);
      assert.ok(error instanceof TypeError || error instanceof RangeError, `${error}`);
      assert.match(error.message, /^Cannot use a/);
    });
  }

  it("refuses a key of zeros, as Tor does", () => {
    assert.throws(() => OnionClientKey.parse(encodeBase64(new Uint8Array(32))), {
      name: "TypeError",
      message: "Cannot use a client's private key that is all zeros",
    });
  });

  const { serviceId } = addedOnions()[0]!;
  const malformedLines: Record<string, [text: string, why: RegExp]> = {
    "nothing": ["", /a text of 0 characters as a client's authorization: expected an address,/],
    "a key alone": [BASE32, /a text of 52 characters as a client's authorization/],
    "a public key's line": [`descriptor:x25519:${BASE32}`, /client's authorization/],
    "another type": [`${serviceId}:descriptor:ed25519:${BASE32}`, /client's authorization/],
    "another digit": [`${serviceId}:descriptor:x25519:0${BASE32.slice(1)}`, /authorization/],
    "a short key": [
      `${serviceId}:descriptor:x25519:${BASE32.slice(0, -4)}`,
      /has 30 bytes, not 32$/,
    ],
    "no address": [`:descriptor:x25519:${BASE32}`, /text of 0 characters as an onion address/],
    "an address of version 2": [
      `expyuzz4wqqyqhjn:descriptor:x25519:${BASE32}`,
      /version 2/,
    ],
    "a key in place of the address": [
      `${BASE32}:descriptor:x25519:${BASE32}`,
      /a text of 52 characters as an onion address/,
    ],
    "two lines": [
      `${serviceId}:descriptor:x25519:${BASE32}\n${serviceId}:descriptor:x25519:${BASE32}`,
      /client's authorization/,
    ],
  };
  for (const [name, [text, why]] of Object.entries(malformedLines)) {
    it(`refuses ${name} as a file of a client's, without showing the key`, () => {
      const error = errorOf(() => OnionClientKey.parseAuthPrivate(text), [BASE32.slice(4, -4)]);
      assert.ok(error instanceof TypeError || error instanceof RangeError, `${error}`);
      assert.match(error.message, why);
    });
  }
});

describe("OnionClientPublicKey", () => {
  it("reads both forms in either case, and writes each", () => {
    const spellings = [PUBLIC_BASE32, `descriptor:x25519:${PUBLIC_BASE32}`];
    for (const spelling of [...spellings, PUBLIC_BASE32.toLowerCase(), ` ${spellings[1]}\r\n`]) {
      const key = OnionClientPublicKey.parse(spelling);
      assert.equal(`${key}`, PUBLIC_BASE32);
      assert.equal(key.toAuthorizedClient(), `descriptor:x25519:${PUBLIC_BASE32}`);
      assert.equal(JSON.stringify({ key }), `{"key":"${PUBLIC_BASE32}"}`);
    }
  });

  it("gives the bytes back", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      fc.pre(bytes.some((byte) => byte > 1));
      const key = OnionClientPublicKey.fromBytes(bytes);
      assert.deepEqual(key.toBytes(), new Uint8Array(bytes));
      assert.ok(OnionClientPublicKey.parse(`${key}`).equals(key));
      assert.equal(`${key}`, encodeBase32(bytes));
      key.toBytes().fill(0);
      assert.deepEqual(key.toBytes(), new Uint8Array(bytes));
    }));
  });

  it("tells keys apart", () => {
    const { publicKey } = OnionClientKey.generate();
    assert.ok(!publicKey.equals(OnionClientKey.generate().publicKey));
    assert.ok(publicKey.equals(OnionClientPublicKey.fromBytes(publicKey.toBytes())));
  });

  const refused: Record<string, [text: string, name: string, why: RegExp]> = {
    "nothing": ["", "RangeError", /has 0 bytes, not 32$/],
    "a short key": [PUBLIC_BASE32.slice(0, -4), "RangeError", /has 30 bytes, not 32$/],
    "a long key": [encodeBase32(new Uint8Array(35)), "RangeError", /has 35 bytes, not 32$/],
    "base64": [BASE64, "TypeError", /expected base32 of 32 bytes, with or without/],
    "a digit that is none": [`0${PUBLIC_BASE32.slice(1)}`, "TypeError", /expected base32/],
    "bits too many": [`${PUBLIC_BASE32.slice(0, -1)}R`, "TypeError", /expected base32/],
    "another type": [`descriptor:ed25519:${PUBLIC_BASE32}`, "TypeError", /expected base32/],
    "a client's own file": [torText("client.auth_private"), "TypeError", /expected base32/],
    "white space within": [
      PUBLIC_BASE32.replace("U", " "),
      "TypeError",
      /expected base32/,
    ],
    "two lines": [`${PUBLIC_BASE32}\n${PUBLIC_BASE32}`, "TypeError", /expected base32/],
  };
  for (const [name, [text, errorName, why]] of Object.entries(refused)) {
    it(`refuses ${name}, without showing it`, () => {
      const error = errorOf(() => OnionClientPublicKey.parse(text), text === "" ? [] : [text]);
      assert.equal(error.name, errorName);
      assert.match(error.message, why);
    });
  }

  it("refuses keys by which anybody could read the descriptor", () => {
    const smallOrder = [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "E0EB7A7C3B41B8AE1656E3FAF19FC46ADA098DEB9C32B1FD866205165F49B800",
      "5F9C95BCA3508C24B1D0B1559C83EF5B04445CC4581C8E86D8224EDDD09F1157",
      "ECFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
      "EDFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
      "EEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF7F",
      "0000000000000000000000000000000000000000000000000000000000000080",
    ];
    for (const hex of smallOrder) {
      assert.throws(() => OnionClientPublicKey.fromBytes(decodeHex(hex)), {
        name: "TypeError",
        message: /of small order: what is encrypted to it, anybody can read$/,
      });
    }
  });
});
