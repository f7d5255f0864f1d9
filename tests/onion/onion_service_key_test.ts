import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OnionServiceKey, parsePublicKeyFile } from "../../lib/onion/onion_service_key.ts";
import { encodeBase64 } from "../../lib/util/base64.ts";
import { decodeHex, encodeHex } from "../../lib/util/hex.ts";
import { addedOnions, RFC_8032, torFile, torText } from "./_data.ts";

describe("OnionServiceKey", () => {
  it("derives the public key of the RFC's secret key", () => {
    const key = OnionServiceKey.fromBytes(decodeHex(RFC_8032.secret));
    assert.equal(encodeHex(key.publicKey), RFC_8032.publicKey);
    assert.equal(key.address.serviceId, RFC_8032.serviceId);
    assert.equal(encodeHex(key.toBytes()), RFC_8032.secret);
  });

  it("reads every key that ADD_ONION gave, and writes the same", () => {
    const onions = addedOnions();
    assert.equal(onions.length, 5);
    for (const { serviceId, blob } of onions) {
      const key = OnionServiceKey.parse(blob);
      assert.equal(key.address.serviceId, serviceId);
      assert.equal(key.toBlob(), blob);
      assert.equal(OnionServiceKey.parse(blob.replace(/=+$/, "")).toBlob(), blob);
      assert.equal(OnionServiceKey.parse(` ${blob}\n`).toBlob(), blob);
    }
  });

  it("reads the files of Tor's, and writes the same", () => {
    const contents = torFile("hs_ed25519_secret_key");
    const key = OnionServiceKey.fromSecretKeyFile(contents);
    assert.equal(`${key.address}\n`, torText("hostname"));
    assert.deepEqual(key.toSecretKeyFile(), contents);
    assert.deepEqual(key.toPublicKeyFile(), torFile("hs_ed25519_public_key"));
    const address = parsePublicKeyFile(torFile("hs_ed25519_public_key"));
    assert.ok(address.equals(key.address));
  });

  it("makes new keys, each another one that all forms give back", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 8; i++) {
      const key = OnionServiceKey.generate();
      seen.add(key.address.serviceId);
      const copies = [
        OnionServiceKey.parse(key.toBlob()),
        OnionServiceKey.fromBytes(key.toBytes()),
        OnionServiceKey.fromSecretKeyFile(key.toSecretKeyFile()),
      ];
      for (const copy of copies) {
        assert.ok(copy.equals(key));
        assert.equal(copy.address.serviceId, key.address.serviceId);
      }
    }
    assert.equal(seen.size, 8);
  });

  it("compares all of a key, not only what the address is made of", () => {
    const bytes = decodeHex(RFC_8032.secret);
    const key = OnionServiceKey.fromBytes(bytes);
    bytes[63]! ^= 1;
    const other = OnionServiceKey.fromBytes(bytes);
    assert.ok(other.address.equals(key.address));
    assert.ok(!other.equals(key));
  });

  it("lends its bytes to nobody", () => {
    const bytes = decodeHex(RFC_8032.secret);
    const key = OnionServiceKey.fromBytes(bytes);
    bytes.fill(0);
    key.toBytes().fill(0);
    key.publicKey.fill(0);
    assert.equal(encodeHex(key.toBytes()), RFC_8032.secret);
    assert.equal(encodeHex(key.publicKey), RFC_8032.publicKey);
    const file = torFile("hs_ed25519_secret_key");
    const fromFile = OnionServiceKey.fromSecretKeyFile(file);
    file.fill(0);
    assert.deepEqual(fromFile.toSecretKeyFile(), torFile("hs_ed25519_secret_key"));
  });

  const seedWithPublicKey = decodeHex(
    "9D61B19DEFFD5A60BA844AF492EC2CC44449C5697B326919703BAC031CAE7F60" + RFC_8032.publicKey,
  );
  const refused: Record<string, [blob: string, name: string, why: RegExp]> = {
    "a key of version 2": ["RSA1024:c2VjcmV0", "TypeError", /version 2, which Tor has given up/],
    "a wish for a new key": ["NEW:ED25519-V3", "TypeError", /expected "ED25519-V3:" and base64/],
    "a key without its type": [encodeBase64(new Uint8Array(64)), "TypeError", /expected "ED25519/],
    "the type in lower case": ["ed25519-v3:c2VjcmV0", "TypeError", /expected "ED25519-V3:"/],
    "what is no base64": ["ED25519-V3:c2Vj cmV0", "TypeError", /comes no base64$/],
    "nothing after the type": ["ED25519-V3:", "RangeError", /Cannot use 0 bytes/],
    "a seed": [
      `ED25519-V3:${encodeBase64(seedWithPublicKey.slice(0, 32))}`,
      "RangeError",
      /Cannot use 32 bytes as an onion service's key: an expanded ed25519 secret key has 64$/,
    ],
    "a byte too many": [
      `ED25519-V3:${encodeBase64(new Uint8Array(65))}`,
      "RangeError",
      /Cannot use 65 bytes/,
    ],
    "a seed with its public key": [
      `ED25519-V3:${encodeBase64(seedWithPublicKey)}`,
      "TypeError",
      /a seed with its public key must be expanded first$/,
    ],
    "zeros": [`ED25519-V3:${encodeBase64(new Uint8Array(64))}`, "TypeError", /no expanded/],
  };
  for (const [name, [blob, errorName, why]] of Object.entries(refused)) {
    it(`refuses ${name}, without showing it`, () => {
      assert.throws(() => OnionServiceKey.parse(blob), (error) => {
        assert.ok(error instanceof Error);
        assert.equal(error.name, errorName);
        assert.match(error.message, why);
        const digits = blob.slice(blob.indexOf(":") + 1);
        if (/^[\w+/= ]{6,}$/.test(digits)) {
          assert.ok(!`${error.stack}${error.cause}`.includes(digits));
        }
        return true;
      });
    });
  }

  it("refuses damaged key files", () => {
    const secret = torFile("hs_ed25519_secret_key");
    const read = (contents: Uint8Array) => () => OnionServiceKey.fromSecretKeyFile(contents);
    assert.throws(read(secret.slice(0, 95)), {
      name: "RangeError",
      message:
        'Cannot read a key file of 95 bytes: expected 96, with "== ed25519v1-secret: type0 =="',
    });
    assert.throws(read(torFile("hs_ed25519_public_key")), { name: "RangeError" });
    const lies = [torFile("hs_ed25519_public_key"), new Uint8Array(32)];
    assert.throws(read(Uint8Array.from(lies.flatMap((part) => [...part]))), {
      name: "TypeError",
      message: 'Cannot read a key file that does not begin with "== ed25519v1-secret: type0 =="',
    });
    for (const at of [0, 28, 29, 31]) {
      const damaged = secret.slice();
      damaged[at]! ^= 1;
      assert.throws(read(damaged), TypeError, `byte ${at} of the tag`);
    }
    for (const at of [32, 63]) {
      const damaged = secret.slice();
      damaged[at]! ^= at === 32 ? 1 : 128;
      assert.throws(read(damaged), TypeError, `byte ${at}, in the key`);
    }
    assert.throws(() => parsePublicKeyFile(secret), RangeError);
    assert.throws(() => parsePublicKeyFile(secret.slice(0, 64)), TypeError);
  });
});
