import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseServerDescriptor } from "../../lib/codec/server_descriptor.ts";
import { relayData } from "../_support/relay_data.ts";

describe("parseServerDescriptor", () => {
  it("reads what tor tells of an exit", () => {
    const text = relayData("desc_all").split(/^(?=router )/m)
      .find((descriptor) => descriptor.startsWith("router relay1 "))!;
    const { exitPolicy, ...found } = parseServerDescriptor(text);
    assert.equal(exitPolicy.accepts("192.0.2.1", 80), true);
    assert.equal(exitPolicy.accepts("192.0.2.1", 17405), false);
    assert.equal(exitPolicy.accepts("192.0.2.1", 24027), false);
    assert.equal(exitPolicy.accepts("2001:db8::1", 80), false);
    assert.equal(exitPolicy.rules.length, 3);
    const { onionKey, signingKey, ipv6Policy, family, ...rest } = found;
    for (const key of [onionKey, signingKey]) {
      assert.match(key!, /^MIGJAoGBA[A-Za-z0-9+/]+=+$/);
    }
    assert.equal(String(ipv6Policy), "reject 1-65535");
    assert.equal(family.fingerprints.size, 0);
    assert.deepEqual(rest, {
      nickname: "relay1",
      fingerprint: "70AA00B95C07F49CDAEF5A9365B32A94F528D13F",
      ip: "127.4.0.1",
      orPort: 33459,
      dirPort: 0,
      orAddresses: [],
      platform: "Tor 0.4.9.11 on Linux",
      protocols: "Conflux=1 Cons=1-2 Desc=1-4 DirCache=2 FlowCtrl=1-2 HSDir=2 HSIntro=4-5 " +
        "HSRend=1-2 Link=3-5 LinkAuth=3 Microdesc=1-3 Padding=2 Relay=2-6",
      published: new Date("2026-11-21T23:59:13Z"),
      uptime: 67,
      bandwidthRate: 1073741824,
      bandwidthBurst: 1073741824,
      observedBandwidth: 94370,
      contact: "none",
      isHibernating: false,
      isHiddenServiceDirectory: true,
      isTunnelledDirectory: true,
      overloaded: undefined,
      bridgeDistribution: undefined,
      ntorOnionKey: "d+JXsqxHYxrl+zrGA9VoCYnyZC8hYvDJuZePYqYda1c",
      ed25519Identity: "7BvfoI663J1nftaflAW6bpgPMpgtcawiIEVVKoA5lFI",
      extraInfoDigest: "81877CAD0D94ABE6936BFCA47BD2F77A172D0905",
      extra: [],
    });
  });

  it("reads what the private network has not", () => {
    const found = parseServerDescriptor(
      "router x 192.0.2.1 9001 0 9030\nor-address [2001:db8::1]:9001\nhibernating 1\n" +
        "overload-general 1 2026-11-21 20:00:00\nbridge-distribution-request any\n" +
        `family $${"A".repeat(40)} Moria1\nipv6-policy accept 443\nopt contact me@example\n` +
        "accept *:443\nreject *:*\n",
    );
    assert.deepEqual(found.orAddresses, [{ address: "2001:db8::1", port: 9001 }]);
    assert.equal(found.isHibernating, true);
    assert.deepEqual(found.overloaded, new Date("2026-11-21T20:00:00Z"));
    assert.equal(found.bridgeDistribution, "any");
    assert.equal(found.contact, "me@example");
    assert.deepEqual([...found.family.nicknames], ["moria1"]);
    assert.equal(found.exitPolicy.accepts("2001:db8::1", 443), true);
    assert.equal(found.exitPolicy.accepts("192.0.2.1", 80), false);
    assert.deepEqual(found.extra, []);
  });

  it("keeps the lines that it cannot read", () => {
    const lines = [
      "router x",
      "fingerprint 12",
      "or-address x",
      "bandwidth 1 2",
      "published yesterday",
      "uptime -1",
      "overload-general 1",
      "hibernating 2",
      "ipv6-policy x",
      "family-cert",
      "future 1",
      "__proto__ 1",
      "constructor 1",
    ];
    assert.deepEqual(parseServerDescriptor(lines.join("\n")).extra, lines);
  });

  it("lets nothing out by a policy that it cannot read", () => {
    const { exitPolicy } = parseServerDescriptor("accept *:*\nreject nonsense\n");
    assert.equal(exitPolicy.accepts("192.0.2.1", 80), false);
  });

  it("finds the key of a family in its certificate", () => {
    const key = Buffer.alloc(32, 7);
    const certificate = ({ type = 0x0c, extensions = 2 } = {}) =>
      Buffer.concat([
        Buffer.from([1, type, 0, 7, 0xa5, 1, 1]),
        Buffer.alloc(32, 9),
        Buffer.from([extensions, 0, 1, 99, 0, 5]),
        Buffer.from([0, 32, 4, 1]),
        key,
        Buffer.alloc(64, 3),
      ]).toString("base64");
    const idsOf = (base64: string) => {
      const text =
        `family-cert\n-----BEGIN FAMILY CERT-----\n${base64}\n-----END FAMILY CERT-----\n`;
      return [...parseServerDescriptor(text).family.ids];
    };
    assert.deepEqual(idsOf(certificate()), [
      `ed25519:${key.toString("base64").replace(/=+$/, "")}`,
    ]);
    assert.deepEqual(idsOf(certificate({ type: 4 })), []);
    assert.deepEqual(idsOf(certificate({ extensions: 1 })), []);
    assert.deepEqual(idsOf("AQw="), []);
    assert.deepEqual(idsOf("***"), []);
    for (let length = 1; length < 76; length++) {
      const cut = Buffer.from(certificate(), "base64").subarray(0, length).toString("base64");
      assert.deepEqual(idsOf(cut), []);
    }
  });

  it("throws nothing, whatever comes", () => {
    const line = fc.constantFrom(
      "router",
      "router a b 1 2 3",
      "family-cert",
      "-----BEGIN X-----",
      "AQwAAAAA",
      "-----END X-----",
      "accept *:*",
      "reject",
      "bandwidth 1 2 3",
      "opt",
      "opt ",
    );
    fc.assert(fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
      parseServerDescriptor(lines.join("\n"));
    }));
  });
});
