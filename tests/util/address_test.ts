import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { SocketAddress } from "../../lib/runtime/types.ts";
import { formatAddress, parseAddress } from "../../lib/util/address.ts";

describe("parseAddress", () => {
  const TABLE: [string, SocketAddress][] = [
    ["127.0.0.1:9051", { hostname: "127.0.0.1", port: 9051 }],
    ["localhost:0", { hostname: "localhost", port: 0 }],
    ["[::1]:9051", { hostname: "::1", port: 9051 }],
    ["[fe80::1%eth0]:65535", { hostname: "fe80::1%eth0", port: 65535 }],
    ["unix:/run/tor/control", { path: "/run/tor/control" }],
    ["unix:relative dir/a:b", { path: "relative dir/a:b" }],
  ];
  for (const [text, address] of TABLE) {
    it(`reads ${text}, and writes it back`, () => {
      assert.deepEqual(parseAddress(text), address);
      assert.equal(formatAddress(address), text);
      assert.deepEqual(parseAddress(address), address);
    });
  }

  for (
    const text of [
      "",
      "9051",
      "host",
      "host:",
      ":1",
      "::1:9051",
      "[::1]",
      "a b:1",
      "h:1 ",
      "h:-1",
      "h:1x",
      "http://h:1",
    ]
  ) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseAddress(text), {
        name: "TypeError",
        message: /Cannot parse the address/,
      });
    });
  }

  it("refuses what is no path", () => {
    assert.throws(() => parseAddress("unix:"), TypeError);
    assert.throws(() => parseAddress({ path: "a\0b" }), TypeError);
    assert.throws(() => parseAddress({ hostname: "", port: 1 }), TypeError);
  });

  it("refuses ports out of range", () => {
    assert.throws(() => parseAddress("h:65536"), RangeError);
    assert.throws(() => parseAddress({ hostname: "h", port: 1.5 }), RangeError);
    assert.throws(() => parseAddress({ hostname: "h", port: NaN }), RangeError);
  });

  it("gives back what formatAddress writes", () => {
    const hostname = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
    fc.assert(fc.property(hostname, fc.nat(65535), (hostname, port) => {
      assert.deepEqual(parseAddress(formatAddress({ hostname, port })), { hostname, port });
    }));
  });
});
