import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type BridgeOptions, bridgeOptions, parseBridge } from "../../lib/launch/bridges.ts";

const FINGERPRINT = "0123456789ABCDEF0123456789ABCDEF01234567";
const options = (given: BridgeOptions) =>
  bridgeOptions(given, { isKnownTransport: (name) => name === "known" });

describe("bridgeOptions", () => {
  it("says nothing where there is nothing to say", () => assert.deepEqual(options({}), []));

  const obfs4 = { exec: "/usr/bin/obfs4proxy" };
  const table: [BridgeOptions, string[]][] = [
    [{ bridges: ["192.0.2.7:443"] }, ["UseBridges 1", "Bridge 192.0.2.7:443"]],
    [{ bridges: [{ address: { hostname: "2001:db8::7", port: 9001 } }] }, [
      "UseBridges 1",
      "Bridge [2001:db8::7]:9001",
    ]],
    [
      { bridges: [{ address: "192.0.2.7:443", fingerprint: FINGERPRINT.toLowerCase() }] },
      ["UseBridges 1", `Bridge 192.0.2.7:443 ${FINGERPRINT}`],
    ],
    [{
      bridges: [
        {
          transport: "obfs4",
          address: "192.0.2.7:443",
          fingerprint: FINGERPRINT,
          arguments: { cert: "a+b/c=", "iat-mode": "0" },
        },
        `Bridge obfs4 192.0.2.8:443 ${FINGERPRINT} cert=a+b/c= iat-mode=0`,
        "known 192.0.2.9:80",
      ],
      transports: { obfs4, snowflake: { exec: "/opt/pt/client", args: ["-log", "/dev/null"] } },
    }, [
      "UseBridges 1",
      `Bridge obfs4 192.0.2.7:443 ${FINGERPRINT} cert=a+b/c= iat-mode=0`,
      `Bridge obfs4 192.0.2.8:443 ${FINGERPRINT} cert=a+b/c= iat-mode=0`,
      "Bridge known 192.0.2.9:80",
      "ClientTransportPlugin obfs4 exec /usr/bin/obfs4proxy",
      "ClientTransportPlugin snowflake exec /opt/pt/client -log /dev/null",
    ]],
    [
      {
        transports: {
          a: { socks5: "127.0.0.1:1080" },
          b: { socks4: { hostname: "::1", port: 2 } },
        },
      },
      ["ClientTransportPlugin a socks5 127.0.0.1:1080", "ClientTransportPlugin b socks4 [::1]:2"],
    ],
  ];
  for (const [given, expected] of table) {
    it(`writes ${expected.at(-1)}`, () => {
      assert.deepEqual(options(given).map((option) => option.join(" ")), expected);
    });
  }

  const address = "192.0.2.7:443";
  const refused: [string, BridgeOptions, typeof TypeError | typeof RangeError][] = [
    ["an empty bridge", { bridges: [""] }, TypeError],
    ["a bridge without a port", { bridges: ["192.0.2.7"] }, TypeError],
    ["a bridge by name", { bridges: ["bridge.example:443"] }, TypeError],
    ["port 0", { bridges: ["192.0.2.7:0"] }, RangeError],
    ["port 65536", { bridges: ["192.0.2.7:65536"] }, RangeError],
    ["a word that is no argument", { bridges: [`${address} oops`] }, TypeError],
    ["a short fingerprint", { bridges: [{ address, fingerprint: "AB" }] }, TypeError],
    ["a transport that is not there", { bridges: [`obfs4 ${address}`] }, TypeError],
    ["arguments without a transport", { bridges: [{ address, arguments: { a: "b" } }] }, TypeError],
    ["an argument with a space", {
      bridges: [{ transport: "obfs4", address, arguments: { a: "b c" } }],
      transports: { obfs4 },
    }, TypeError],
    ["an argument with a line break", {
      bridges: [{ transport: "obfs4", address, arguments: { a: "b\nExitRelay" } }],
      transports: { obfs4 },
    }, TypeError],
    ["a transport's name", { transports: { "a b": obfs4 } }, TypeError],
    ["a program that is no path", { transports: { obfs4: { exec: "obfs4proxy" } } }, TypeError],
    ["a path with a space", { transports: { obfs4: { exec: "/my programs/x" } } }, TypeError],
    ["a proxy at a Unix socket", { transports: { a: { socks5: "unix:/x" } } }, TypeError],
  ];
  for (const [what, given, error] of refused) {
    it(`refuses ${what}`, () => assert.throws(() => options(given), error));
  }
});

describe("parseBridge", () => {
  it("takes a bridge line apart", () => {
    assert.deepEqual(parseBridge(`Bridge obfs4 192.0.2.7:443 $${FINGERPRINT} a=b=c`), {
      transport: "obfs4",
      address: "192.0.2.7:443",
      fingerprint: FINGERPRINT,
      arguments: { a: "b=c" },
    });
  });
});
