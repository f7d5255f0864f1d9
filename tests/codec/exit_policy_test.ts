import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ExitPolicy } from "../../lib/codec/exit_policy.ts";
import { PortPolicy } from "../../lib/codec/port_policy.ts";
import { formatIpAddress } from "../../lib/util/ip_address.ts";

describe("ExitPolicy", () => {
  for (
    const [line, inside, outside] of [
      ["accept 192.0.2.0/24:*", ["192.0.2.0 1", "192.0.2.255 65535"], ["192.0.1.255 80"]],
      ["accept 192.0.2.7:80", ["192.0.2.7 80"], ["192.0.2.7 81", "192.0.2.6 80"]],
      ["accept 18.0.0.0/255.0.0.0:*", ["18.255.0.1 9"], ["19.0.0.1 9"]],
      ["accept 10.32.0.0/11:*", ["10.63.255.255 1"], ["10.64.0.0 1", "10.31.255.255 1"]],
      ["accept 0.0.0.0/0:*", ["203.0.113.1 1"], ["2001:db8::1 1"]],
      ["accept [2001:db8::]/32:*", ["2001:db8:ffff::1 1"], ["2001:db9::1 1", "192.0.2.1 1"]],
      ["accept [2001:db8::1]:80-90", ["2001:db8::1 90"], ["2001:db8::1 91", "2001:db8::2 90"]],
      ["accept *:80", ["192.0.2.1 80", "2001:db8::1 80"], ["192.0.2.1 81"]],
      ["accept *4:*", ["192.0.2.1 80"], ["2001:db8::1 80"]],
      ["accept *6:*", ["2001:db8::1 80"], ["192.0.2.1 80"]],
      ["accept6 *:*", ["2001:db8::1 80"], ["192.0.2.1 80"]],
      ["accept private:*", [
        "10.1.2.3 1",
        "127.0.0.1 1",
        "192.168.0.1 1",
        "172.31.0.1 1",
        "fd00::1 1",
        "::1 1",
        "fe80::1 1",
        "169.254.0.1 1",
        "0.1.2.3 1",
      ], ["172.32.0.1 1", "11.0.0.1 1", "2001:db8::1 1"]],
      ["accept6 private:*", ["fc00::1 1"], ["10.1.2.3 1"]],
      ["accept6 10.0.0.0/8:*", [], ["10.1.2.3 1"]],
    ] as const
  ) {
    it(`reads ${line}`, () => {
      const accept = ExitPolicy.parse([line, "reject *:*"])!;
      const reject = ExitPolicy.parse([line.replace("accept", "reject"), "accept *:*"])!;
      for (const [expected, targets] of [[true, inside], [false, outside]] as const) {
        for (const target of targets) {
          const [ip, port] = target.split(" ");
          assert.equal(accept.accepts(ip!, Number(port)), expected, target);
          assert.equal(reject.accepts(ip!, Number(port)), !expected, target);
        }
      }
    });
  }

  for (
    const line of [
      "",
      "accept",
      "accept *",
      "accept :80",
      "accept *:",
      "accept *:0-70000",
      "accept *5:80",
      "accept 192.0.2.0/33:*",
      "accept 192.0.2.0/255.0.255.0:*",
      "accept 300.0.0.1:*",
      "accept 2001:db8::1:80",
      "accept [192.0.2.1]:80",
      "accept [2001:db8::]/129:*",
      "accept [2001:db8::]/255.0.0.0:*",
      "accept www.example:80",
      "allow *:80",
      "accept7 *:80",
      " accept *:80",
    ]
  ) {
    it(`refuses ${JSON.stringify(line)}`, () => {
      assert.equal(ExitPolicy.parse(["accept *:80", line]), undefined);
    });
  }

  it("lets the first rule decide, and accepts what none speaks of", () => {
    const policy = ExitPolicy.parse(["accept *:80", "reject *:1-1024", "reject *:80"])!;
    assert.equal(policy.accepts("192.0.2.1", 80), true);
    assert.equal(policy.accepts("192.0.2.1", 443), false);
    assert.equal(policy.accepts("192.0.2.1", 8080), true);
    assert.equal(ExitPolicy.parse([])!.accepts("192.0.2.1", 80), true);
  });

  it("asks the summary for IPv6 where there is one", () => {
    const ipv6Policy = PortPolicy.parse("accept 443")!;
    const policy = ExitPolicy.parse(["accept *:80", "reject *:*"], { ipv6Policy })!;
    assert.equal(policy.accepts("2001:db8::1", 443), true);
    assert.equal(policy.accepts("2001:db8::1", 80), false);
    assert.equal(policy.acceptsPort(443, { ipv6: true }), true);
    assert.equal(policy.acceptsPort(80, { ipv6: true }), false);
    assert.equal(policy.acceptsPort(80), true);
  });

  it("does not judge a port by rules for some addresses", () => {
    const policy = ExitPolicy.parse([
      "reject 192.0.2.0/24:443",
      "accept 192.0.2.1:25",
      "accept *:443",
      "reject *:*",
    ])!;
    assert.equal(policy.acceptsPort(443), true);
    assert.equal(policy.acceptsPort(25), false);
    assert.equal(ExitPolicy.parse(["reject 0.0.0.0/0:25"])!.acceptsPort(25), false);
  });

  it("refuses to be asked for what is no address or no port", () => {
    const policy = ExitPolicy.parse(["accept *:*"])!;
    for (const ip of ["", "www.example", "[2001:db8::1]", "1.2.3", "1.2.3.4:80"]) {
      assert.throws(() => policy.accepts(ip, 80), TypeError);
    }
    for (const port of [0, 65536, 1.5, NaN]) {
      assert.throws(() => policy.accepts("192.0.2.1", port), RangeError);
      assert.throws(() => policy.acceptsPort(port), RangeError);
    }
  });

  it("matches by just as many bits as the mask has", () => {
    const ip = fc.uint8Array({ minLength: 4, maxLength: 4 });
    const ipv6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
    const bitsOf = (bytes: Uint8Array) =>
      [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
    for (const address of [ip, ipv6]) {
      fc.assert(fc.property(
        address,
        fc.nat(),
        fc.nat(),
        (network, mask, flipped) => {
          const length = network.length * 8;
          const bits = mask % (length + 1);
          // The same address but for one bit.
          const other = Uint8Array.from(network);
          other[(flipped % length) >> 3]! ^= 0x80 >> (flipped % 8);
          const text = formatIpAddress(network);
          const spec = network.length === 4 ? text : `[${text}]`;
          const policy = ExitPolicy.parse([`reject ${spec}/${bits}:*`])!;
          const isInside = bitsOf(network).slice(0, bits) === bitsOf(other).slice(0, bits);
          assert.equal(policy.accepts(formatIpAddress(other), 80), !isInside);
        },
      ));
    }
  });

  it("throws nothing, whatever comes", () => {
    const part = fc.constantFrom(
      "accept",
      "reject",
      "6",
      " ",
      "*",
      ":",
      "80",
      "-",
      "/",
      "[",
      "]",
      ".",
      "10.0.0.0",
      "::",
      "private",
      "255.0.0.0",
    );
    const line = fc.oneof(fc.string(), fc.array(part).map((parts) => parts.join("")));
    fc.assert(fc.property(fc.array(line), (lines) => {
      ExitPolicy.parse(lines)?.accepts("192.0.2.1", 80);
    }));
  });
});
