import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isPrivateHost } from "../../lib/tor/private_host.ts";

describe("isPrivateHost", () => {
  it("knows the addresses of this machine and of private networks", () => {
    for (
      const host of [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "[::1]",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "64:ff9b:1::1",
        "localhost",
        "LOCALHOST.",
        "a.localhost",
      ]
    ) assert.equal(isPrivateHost(host), true, host);
  });

  it("sees them in the clothes of IPv6", () => {
    for (
      const host of [
        "::ffff:127.0.0.1",
        "::ffff:a00:1",
        "::192.168.0.1",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
      ]
    ) assert.equal(isPrivateHost(host), true, host);
  });

  it("leaves all others alone", () => {
    for (
      const host of [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.1",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.255.255",
        "192.169.0.1",
        "192.0.2.7",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2001:db8::1",
        "2002:101:101::",
        "fbff::1",
        "fe00::1",
        "ff02::1",
        "www.example",
        "localhost.example",
        "notlocalhost",
        "10.example",
      ]
    ) assert.equal(isPrivateHost(host), false, host);
  });
});
