import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { OnionAddress } from "../../lib/onion/onion_address.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { decodeHex, encodeHex } from "../../lib/util/hex.ts";
import { addedOnions, RFC_8032, torFile, torText } from "./_data.ts";

/** The addresses that rend-spec-v3, section 6, gives as examples. */
const SPEC = [
  "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd",
  "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd",
  "xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd",
];

describe("OnionAddress", () => {
  it("reads the examples of the specification, and derives each from its key", () => {
    for (const id of SPEC) {
      const address = OnionAddress.parse(`${id}.onion`);
      assert.equal(address.serviceId, id);
      assert.equal(address.hostname, `${id}.onion`);
      assert.equal(address.publicKey.length, 32);
      assert.equal(OnionAddress.fromPublicKey(address.publicKey).serviceId, id);
    }
  });

  it("derives the address of the RFC's key, as another program does", () => {
    const address = OnionAddress.fromPublicKey(decodeHex(RFC_8032.publicKey));
    assert.equal(address.serviceId, RFC_8032.serviceId);
    assert.equal(encodeHex(OnionAddress.parse(RFC_8032.serviceId).publicKey), RFC_8032.publicKey);
  });

  it("reads and derives what Tor wrote", () => {
    const address = OnionAddress.parse(torText("hostname").trimEnd());
    assert.deepEqual(address.publicKey, torFile("hs_ed25519_public_key").slice(32));
    assert.equal(`${OnionAddress.fromPublicKey(address.publicKey)}\n`, torText("hostname"));
    for (const { serviceId } of addedOnions()) {
      assert.equal(OnionAddress.parse(serviceId).serviceId, serviceId);
    }
  });

  it("takes either case, with and without .onion, and is lower case itself", () => {
    const [id = ""] = SPEC;
    const spellings = [id, id.toUpperCase(), `${id}.onion`, `${id.toUpperCase()}.ONION`];
    for (const spelling of spellings) {
      const address = OnionAddress.parse(spelling);
      assert.equal(address.serviceId, id);
      assert.ok(address.equals(OnionAddress.parse(id)));
    }
    assert.ok(!OnionAddress.parse(id).equals(OnionAddress.parse(SPEC[1]!)));
  });

  it("is its host name in a template, in JSON and in a URL", () => {
    const address = OnionAddress.parse(SPEC[0]!);
    assert.equal(`${address}`, `${SPEC[0]}.onion`);
    assert.equal(JSON.stringify({ address }), `{"address":"${SPEC[0]}.onion"}`);
    assert.equal(new URL(`http://${address}/`).hostname, address.hostname);
  });

  it("lends its bytes to nobody", () => {
    const publicKey = decodeHex(RFC_8032.publicKey);
    const address = OnionAddress.fromPublicKey(publicKey);
    publicKey.fill(0);
    address.publicKey.fill(0);
    assert.equal(encodeHex(address.publicKey), RFC_8032.publicKey);
  });

  const [id = ""] = SPEC;
  const refused: Record<string, [text: string, why: RegExp]> = {
    "an address of version 2": ["expyuzz4wqqyqhjn.onion", /"expyuzz4wqqyqhjn\.onion".* version 2,/],
    "the same without .onion": ["EXPYUZZ4WQQYQHJN", /version 2, which Tor has given up/],
    "a subdomain": [`www.${id}.onion`, new RegExp(`a subdomain; the address.* "${id}\\.onion"$`)],
    "subdomains": [`a.b.${id}.onion`, /a subdomain/],
    "a wrong checksum": [id.replace("pg6", "pg7"), /its checksum is wrong/],
    "a version before": [
      "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkendphqc.onion",
      /its version is 2, not 3$/,
    ],
    "a version to come": [
      "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenj73qe.onion",
      /its version is 4, not 3$/,
    ],
    "a character that is no digit": [id.replace("pg6", "pg1"), /other than a to z and 2 to 7$/],
    "a letter that only looks like one": [id.replace("s", "\u017f"), /other than a to z/],
    "the end of a line": [`${id.slice(1)}\n.onion`, /\\n\.onion" as an onion address/],
    "a key that is no point": [
      "aiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab3did",
      /its key is none that a service can have$/,
    ],
    "the neutral point": [
      "aeaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaahmjqd",
      /its key is none/,
    ],
    "a point of small order": [
      "y4lwu4b5jxme7or4bn3a2edhb4vcau72fq44zrsoy76xpevman5hhfqd",
      /its key is none/,
    ],
    "a point of mixed order": [
      "2bbew4a5masv3zo7obihcbm4zurlqne3wqjyeaxlxvs6tyfneen2w3ad",
      /its key is none/,
    ],
    "too few characters": [id.slice(1), /a text of 55 characters .*expected 56 characters/],
    "too many": [`${id}d.onion`, /a text of 63 characters/],
    "a dot at the end": [`${id}.onion.`, /a text of 63 characters/],
    "another domain": [`${id}.com`, /a text of 60 characters/],
    "white space": [` ${id}`, /a text of 57 characters/],
    "nothing": ["", /a text of 0 characters/],
  };
  for (const [name, [text, why]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      assert.throws(() => OnionAddress.parse(text), (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, why);
        return true;
      });
    });
  }

  it("does not tell a key that stands where an address should", () => {
    for (const text of ["rcow3dfavmyanyqvhwnvnmfdqw34ydtrgv7jnelmqs4wi4uuxrca", RFC_8032.secret]) {
      assert.throws(() => OnionAddress.parse(text), (error) => {
        assert.ok(error instanceof TypeError);
        assert.ok(!error.message.includes(text.slice(0, 8)), error.message);
        return true;
      });
    }
  });

  it("refuses public keys that none can be", () => {
    assert.throws(() => OnionAddress.fromPublicKey(new Uint8Array(31)), {
      name: "RangeError",
      message: "Cannot make an onion address of 31 bytes: an ed25519 public key has 32",
    });
    assert.throws(() => OnionAddress.fromPublicKey(Uint8Array.of(2, ...new Uint8Array(31))), {
      name: "TypeError",
      message: /no ed25519 public key$/,
    });
    assert.throws(() => OnionAddress.fromPublicKey(Uint8Array.of(1, ...new Uint8Array(31))), {
      name: "TypeError",
      message: /small or mixed order$/,
    });
  });

  it("notices every mistyped character", () => {
    const digits = "abcdefghijklmnopqrstuvwxyz234567";
    const { address } = OnionServiceKey.parse(addedOnions()[0]!.blob);
    const { serviceId } = address;
    let accepted = 0;
    fc.assert(fc.property(fc.nat(55), fc.constantFrom(...digits), (at, digit) => {
      const typed = serviceId.slice(0, at) + digit + serviceId.slice(at + 1);
      if (typed === serviceId) return;
      try {
        OnionAddress.parse(typed);
        accepted++;
      } catch (error) {
        assert.ok(error instanceof TypeError);
      }
    }));
    // One of 65536 wrong addresses has the right checksum.
    assert.ok(accepted <= 1, `${accepted} were accepted`);
  });
});
