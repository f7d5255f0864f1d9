import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseSocksHost } from "../../lib/socks/socks_host.ts";
import { encodeHex } from "../../lib/util/hex.ts";
import { parseIpAddress } from "../../lib/util/ip_address.ts";

describe("parseSocksHost", () => {
  for (
    const [host, text, hex] of [
      ["192.0.2.7", "192.0.2.7", "01C0000207"],
      ["::1", "::1", "04" + "00".repeat(15) + "01"],
      ["[2001:DB8::1]", "2001:db8::1", "0420010DB8" + "00".repeat(11) + "01"],
      ["a.example", "a.example", "0309612E6578616D706C65"],
      ["a.example.", "a.example.", "030A612E6578616D706C652E"],
      ["A_b-1", "A_b-1", "0305415F622D31"],
      ["1.example", "1.example", "0309312E6578616D706C65"],
    ] as const
  ) {
    it(`writes ${host}`, () => {
      const parsed = parseSocksHost(host);
      assert.equal(parsed.text, text);
      assert.equal(encodeHex(parsed.encoded), hex);
    });
  }

  for (
    const [host, punycode] of [
      ["bücher.example", "xn--bcher-kva.example"],
      ["BÜCHER.example", "xn--bcher-kva.example"],
      ["bu\u0308cher.example", "xn--bcher-kva.example"],
      ["例え。テスト", "xn--r8jz45g.xn--zckzah"],
      ["faß.example", "xn--fa-hia.example"],
    ] as const
  ) {
    it(`writes ${host} in punycode`, () => assert.equal(parseSocksHost(host).text, punycode));
  }

  const NO_HOSTS = [
    ...["", ".", "..", "a..b", ".a", "a b", " a", "a ", "a\0b", "\n", "a\r\nb", "a\tb", "\x7f"],
    ...["a:80", "[::1]:80", "a/b", "a?b", "a#b", "a@b", "a\\b", "a%41", "[a]", "[192.0.2.7]", "a*"],
    ...[
      "1",
      "127.1",
      "256.0.0.1",
      "0x7f.1",
      "a.1",
      "0x7f000001",
      "1.2.3.4.5",
      "127.0.0.1.",
      "a.0x",
    ],
    ...["fe80::1%eth0", "::g", ":", "12345::"],
    // What is no ASCII must not become what is refused as ASCII.
    ...[
      "ü/b",
      "ü:80",
      "ü@b",
      "ü\tb",
      "ü b",
      "a／b",
      "１２７.1",
      "１２７.0.0.1",
      "ü。1",
      "\u00ad",
      "ü%41",
    ],
    ...["\ud800", "a\udc80", "\u200b", "\ufffd.example", "．"],
  ];
  for (const host of NO_HOSTS) {
    it(`refuses ${JSON.stringify(host)}`, () => {
      assert.throws(() => parseSocksHost(host), (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, /^Cannot use /);
        return true;
      });
    });
  }

  it("refuses what is no text", () => {
    for (const host of [undefined, null, 5, {}] as unknown as string[]) {
      assert.throws(() => parseSocksHost(host), TypeError);
    }
  });

  it("takes names up to 255 bytes, counted in punycode", () => {
    const label = "a".repeat(63);
    const longest = [label, label, label, label].join(".");
    assert.equal(parseSocksHost(longest).encoded.length, 257);
    assert.throws(() => parseSocksHost(`${longest}.`), {
      name: "RangeError",
      message: "Cannot use a host name of 256 bytes: SOCKS allows 255 at most",
    });
    assert.throws(() => parseSocksHost("a.".repeat(100_000) + "a"), RangeError);
  });

  it("shows no more than the beginning of a name that is none", () => {
    assert.throws(() => parseSocksHost("!".repeat(1e6)), (error) => {
      assert.ok(error instanceof TypeError && error.message.length < 200);
      return true;
    });
  });

  it("writes every name and address as one that can be read again", () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    fc.assert(fc.property(host, (host) => {
      const { text, address, encoded } = parseSocksHost(host);
      assert.deepEqual(parseSocksHost(text), { text, address, encoded });
      if (address === undefined) assert.equal(text, host);
      else assert.deepEqual(address, parseIpAddress(host));
    }));
  });

  it("refuses or takes every text, and sends nothing but ASCII names", () => {
    const host = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(host, (host) => {
        try {
          const { text, address } = parseSocksHost(host);
          if (address === undefined) assert.match(text, /^[\w.-]{1,255}$/);
        } catch (error) {
          assert.ok(error instanceof TypeError || error instanceof RangeError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});
