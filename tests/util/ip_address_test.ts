import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeHex, encodeHex } from "../../lib/util/hex.ts";
import { formatIpAddress, parseIpAddress, reverseName } from "../../lib/util/ip_address.ts";

describe("parseIpAddress", () => {
  for (
    const [text, hex] of [
      ["127.0.0.1", "7F000001"],
      ["255.255.255.255", "FFFFFFFF"],
      ["::", "00".repeat(16)],
      ["::1", "00".repeat(15) + "01"],
      ["1::", "0001" + "00".repeat(14)],
      ["2001:db8::7:0:1", "20010DB8000000000000000700000001"],
      ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
      ["1:2:3:4:5:6:7::", "00010002000300040005000600070000"],
      ["::ffff:192.0.2.1", "00000000000000000000FFFFC0000201"],
      ["1:2:3:4:5:6:192.0.2.1", "000100020003000400050006C0000201"],
    ] as const
  ) {
    it(`reads ${text}`, () => {
      const bytes = parseIpAddress(text);
      assert.ok(bytes !== undefined);
      assert.equal(encodeHex(bytes), hex);
    });
  }

  for (
    const text of [
      ...["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.x", " 1.2.3.4", "example.com"],
      ...[":", ":::", "1:2", "1::2::3", "12345::", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::"],
      ...["::1.2.3", "1.2.3.4::", "::g", "[::1]", "fe80::1%eth0"],
    ]
  ) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(parseIpAddress(text), undefined));
  }

  it("reads every address that fast-check writes", () => {
    fc.assert(fc.property(fc.ipV4(), (text) => parseIpAddress(text)?.length === 4));
    fc.assert(fc.property(fc.ipV6(), (text) => parseIpAddress(text)?.length === 16));
  });
});

describe("formatIpAddress", () => {
  for (
    const [hex, text] of [
      ["7F000001", "127.0.0.1"],
      ["00".repeat(16), "::"],
      ["00".repeat(15) + "01", "::1"],
      ["0001" + "00".repeat(14), "1::"],
      ["20010DB8000000000000000700000001", "2001:db8::7:0:1"],
      ["20010DB8000000010000000000000001", "2001:db8:0:1::1"],
      // The first of two runs that are equally long, and none of a single group.
      ["20010DB8000000000001000000000001", "2001:db8::1:0:0:1"],
      ["00010000000300040005000600070008", "1:0:3:4:5:6:7:8"],
      ["00000000000000000000FFFFC0000201", "::ffff:192.0.2.1"],
      ["000000000000000000000000C0000201", "::c000:201"],
    ] as const
  ) {
    it(`writes ${text}`, () => assert.equal(formatIpAddress(decodeHex(hex)), text));
  }

  it("writes what parseIpAddress reads, as URLs have it", () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (random) => {
      // Zeros are rare in random bytes, and what the form is about.
      const address = random.map((byte) => byte & 1 ? byte : 0);
      const text = formatIpAddress(address);
      assert.deepEqual(parseIpAddress(text), Uint8Array.from(address));
      if (!text.includes(".")) assert.equal(new URL(`http://[${text}]`).hostname, `[${text}]`);
    }));
    fc.assert(fc.property(fc.ipV4(), (text) => formatIpAddress(parseIpAddress(text)!) === text));
  });
});

describe("reverseName", () => {
  it("is as the RFCs write it", () => {
    assert.equal(reverseName(parseIpAddress("192.0.2.7")!), "7.2.0.192.in-addr.arpa");
    assert.equal(
      reverseName(parseIpAddress("4321:0:1:2:3:4:567:89ab")!),
      "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
    );
  });
});
