import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseListeners } from "../../lib/config/parse_listeners.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import { findDnsPort } from "../../lib/tor/dns_port.ts";
import { findSocksPort } from "../../lib/tor/socks_port.ts";

const SOCKS = "GETINFO net/listeners/socks";
const DNS = "GETINFO net/listeners/dns";

/** Plays a script of commands, each with its reply, and gives what comes of `run`. */
async function play<T>(
  script: readonly (readonly [command: string, ...reply: string[]])[],
  run: (control: Awaited<ReturnType<typeof connect>>["control"]) => Promise<T>,
): Promise<T> {
  await using port = await ScriptedControlPort.start();
  for (const [command, ...reply] of script) port.expect(command).reply(...reply);
  await using tor = await connect({ control: port.address });
  return await run(tor.control);
}

/** The reply with the listeners of one kind. */
function listeners(kind: "socks" | "dns", ...addresses: string[]): string[] {
  const quoted = addresses.map((address) => `"${address}"`).join(" ");
  return [`250-net/listeners/${kind}=${quoted}`, "250 OK"];
}

describe("findSocksPort", () => {
  it("takes the first, a Unix socket before TCP", async () => {
    for (
      const [addresses, expected] of [
        [["127.0.0.1:9050", "127.0.0.1:9060"], { hostname: "127.0.0.1", port: 9050 }],
        [["127.0.0.1:9050", "unix:/run/tor/socks", "unix:/run/b"], { path: "/run/tor/socks" }],
        [["0.0.0.0:9050"], { hostname: "127.0.0.1", port: 9050 }],
        [["[::1]:9050"], { hostname: "::1", port: 9050 }],
      ] as const
    ) {
      assert.deepEqual(
        await play([[SOCKS, ...listeners("socks", ...addresses)]], findSocksPort),
        expected,
      );
    }
  });

  it("adds one where there is none, with ExtendedErrors", async () => {
    for (const configured of ["250-SocksPort=0", "250-SocksPort"]) {
      const found = await play([
        [SOCKS, ...listeners("socks")],
        ["GETCONF SocksPort DisableNetwork", configured, "250 DisableNetwork=0"],
        ['SETCONF SocksPort="127.0.0.1:auto ExtendedErrors"', "250 OK"],
        [SOCKS, ...listeners("socks", "127.0.0.1:40123")],
      ], findSocksPort);
      assert.deepEqual(found, { hostname: "127.0.0.1", port: 40123 });
    }
  });

  it("leaves those as they are that wait for the network", async () => {
    const finding = play([
      [SOCKS, ...listeners("socks")],
      [
        "GETCONF SocksPort DisableNetwork",
        "250-SocksPort=9050 IsolateDestAddr",
        "250 DisableNetwork=0",
      ],
    ], findSocksPort);
    await assert.rejects(finding, { name: "TorError", message: /DisableNetwork/ });
  });

  it("adds none while the network is disabled", async () => {
    const finding = play([
      [SOCKS, ...listeners("socks")],
      ["GETCONF SocksPort DisableNetwork", "250-SocksPort=0", "250 DisableNetwork=1"],
    ], findSocksPort);
    await assert.rejects(finding, { name: "TorError", message: /DisableNetwork/ });
  });

  it("tells what Tor says where it wants none", async () => {
    const finding = play([
      [SOCKS, ...listeners("socks")],
      ["GETCONF SocksPort DisableNetwork", "250-SocksPort=0", "250 DisableNetwork=0"],
      ['SETCONF SocksPort="127.0.0.1:auto ExtendedErrors"', "513 Unacceptable option value: no"],
    ], findSocksPort);
    await assert.rejects(finding, { code: 513 });
  });
});

describe("findDnsPort", () => {
  it("takes the first", async () => {
    const found = await play(
      [[DNS, ...listeners("dns", "127.0.0.1:53", "127.0.0.1:54")]],
      findDnsPort,
    );
    assert.deepEqual(found, { hostname: "127.0.0.1", port: 53 });
  });

  it("adds one that is never saved, where there is none", async () => {
    for (const configured of ["250-DNSPort=0", "250-DNSPort"]) {
      const found = await play([
        [DNS, ...listeners("dns")],
        ["GETCONF DNSPort DisableNetwork", configured, "250 DisableNetwork=0"],
        ['SETCONF __DNSPort="127.0.0.1:auto"', "250 OK"],
        [DNS, ...listeners("dns", "127.0.0.1:40124")],
      ], findDnsPort);
      assert.deepEqual(found, { hostname: "127.0.0.1", port: 40124 });
    }
  });

  it("leaves those as they are that wait for the network", async () => {
    const finding = play([
      [DNS, ...listeners("dns")],
      ["GETCONF DNSPort DisableNetwork", "250-DNSPort=53", "250 DisableNetwork=0"],
    ], findDnsPort);
    await assert.rejects(finding, { name: "TorError", message: /DisableNetwork/ });
  });
});

describe("parseListeners", () => {
  it("reaches what listens everywhere on the host of the control port", () => {
    const text = '"0.0.0.0:9050" "[::]:9051" "192.0.2.1:9052" "unix:/a b/socks"';
    const rest = [{ hostname: "192.0.2.1", port: 9052 }, { path: "/a b/socks" }];
    assert.deepEqual(parseListeners(text, { path: "/run/tor/control" }), [
      { hostname: "127.0.0.1", port: 9050 },
      { hostname: "::1", port: 9051 },
      ...rest,
    ]);
    assert.deepEqual(parseListeners(text, { hostname: "192.0.2.9", port: 9051 }), [
      { hostname: "192.0.2.9", port: 9050 },
      { hostname: "192.0.2.9", port: 9051 },
      ...rest,
    ]);
    assert.deepEqual(parseListeners("", { path: "/run/tor/control" }), []);
  });
});
