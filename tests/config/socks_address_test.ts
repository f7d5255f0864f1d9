import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parsePortLine } from "../../lib/config/port_line.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import { ConfiguredTor } from "./_support.ts";

describe("socksAddress", () => {
  it("finds the first port, and a port by its number or address", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.SocksPort = [
      "9150 IsolateDestAddr",
      "[::1]:9160",
      'unix:"/tmp/a b/socks" WorldWritable',
      "unix:/tmp/c",
      "0.0.0.0:9170",
    ];
    await config.save();
    assert.deepEqual(await config.socksAddress(), { hostname: "127.0.0.1", port: 9150 });
    assert.deepEqual(await config.socksAddress(9160), { hostname: "::1", port: 9160 });
    assert.deepEqual(await config.socksAddress("[::1]:9160"), { hostname: "::1", port: 9160 });
    assert.deepEqual(await config.socksAddress("unix:/tmp/a b/socks"), { path: "/tmp/a b/socks" });
    assert.deepEqual(await config.socksAddress({ path: "/tmp/c" }), { path: "/tmp/c" });
    assert.deepEqual(await config.socksAddress(9170), { hostname: "127.0.0.1", port: 9170 });
    await assert.rejects(config.socksAddress(9999), { name: "TorError", message: /9999.*9150/ });
  });

  it("is 9050 where nothing is set, and none where it is 0", async () => {
    await using one = await ConfiguredTor.start();
    await assert.rejects(one.config.socksAddress(), { name: "TorError" });
    await one.tor.control.resetConf("SocksPort");
    await one.config.refresh("SocksPort");
    assert.deepEqual(await one.config.socksAddress(), { hostname: "127.0.0.1", port: 9050 });
  });

  it("asks Tor for a port that it picked", async () => {
    await using port = await ScriptedControlPort.start();
    port.always("SETEVENTS CONF_CHANGED").reply("250 OK");
    port.always("GETINFO config/names").reply(
      "250+config/names=",
      "SocksPort Dependent",
      "SocksPortLines Virtual",
      ".",
      "250 OK",
    );
    port.always(/^GETINFO (?:onions|config)/).reply("551 no");
    port.always(/^GETCONF/).reply("250-SocksPort=9150", "250 SocksPort=auto");
    port.always("GETINFO net/listeners/socks").reply(
      '250-net/listeners/socks="127.0.0.1:9150" "127.0.0.1:40123"',
      "250 OK",
    );
    await using tor = await connect({ control: port.address });
    const config = await tor.getConfig();
    assert.deepEqual(await config.socksAddress(), { hostname: "127.0.0.1", port: 9150 });
    assert.deepEqual(await config.socksAddress(40123), { hostname: "127.0.0.1", port: 40123 });
    await assert.rejects(config.socksAddress(40124), { name: "TorError" });
  });
});

describe("createSocksAddress", () => {
  it("adds a port, and keeps all others with their flags and what is unsaved", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const changed = one.next("__SocksPort");
    await one.other.control.setConf([
      ["SocksPort", ["9150 IsolateDestAddr IPv6Traffic", "[::1]:9160"]],
      ["__SocksPort", "9170 OnionTrafficOnly"],
    ]);
    await changed;
    config.ContactInfo = "unsaved";
    assert.deepEqual(await config.createSocksAddress(9180), { hostname: "127.0.0.1", port: 9180 });
    assert.deepEqual(
      await config.createSocksAddress("unix:/tmp/My Dir/socks WorldWritable ExtendedErrors"),
      { path: "/tmp/My Dir/socks" },
    );
    // Those that are there already.
    assert.deepEqual(await config.createSocksAddress(9150), { hostname: "127.0.0.1", port: 9150 });
    assert.deepEqual(await config.createSocksAddress(9170), { hostname: "127.0.0.1", port: 9170 });
    assert.deepEqual(await one.told("SocksPort"), [
      "9150 IsolateDestAddr IPv6Traffic",
      "[::1]:9160",
      "127.0.0.1:9180",
      'unix:"/tmp/My Dir/socks" WorldWritable ExtendedErrors',
    ]);
    assert.deepEqual(await one.told("__SocksPort"), ["9170 OnionTrafficOnly"]);
    assert.deepEqual([...config.unsaved.keys()], ["ContactInfo"]);
    assert.deepEqual(await one.told("ContactInfo"), [undefined]);
  });

  it("adds to none, and to the one that Tor has by default", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    await config.createSocksAddress("[::1]:9160 IsolateDestPort");
    assert.deepEqual(await one.told("SocksPort"), ["[::1]:9160 IsolateDestPort"]);
    await one.tor.control.resetConf("SocksPort");
    await config.refresh("SocksPort");
    await config.createSocksAddress({ path: "/tmp/torcon socks" });
    assert.deepEqual(await one.told("SocksPort"), ["9050", 'unix:"/tmp/torcon socks"']);
  });

  it("refuses what is no address", async () => {
    await using one = await ConfiguredTor.start();
    for (const spec of ["", "nonsense", "0", "9050\n0", "unix:", "[::1]:99999"]) {
      const adding = one.config.createSocksAddress(spec);
      const isWrong = (error: unknown) => error instanceof TypeError || error instanceof RangeError;
      await assert.rejects(adding, isWrong, spec);
    }
    assert.deepEqual(await one.told("SocksPort"), ["0"]);
  });
});

describe("parsePortLine", () => {
  it("reads what Tor has", () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ["9050", { address: { hostname: "127.0.0.1", port: 9050 }, flags: [] }],
      ["auto", { address: { hostname: "127.0.0.1", port: 0 }, flags: [] }],
      ["[::1]:auto A", { address: { hostname: "::1", port: 0 }, flags: ["A"] }],
      ["localhost:9050  A B", {
        address: { hostname: "localhost", port: 9050 },
        flags: ["A", "B"],
      }],
      ["unix:/a A", { address: { path: "/a" }, flags: ["A"] }],
      ['unix:"/a \\"b\\" c" A', { address: { path: '/a "b" c' }, flags: ["A"] }],
      ["0", undefined],
    ];
    for (const [line, expected] of cases) assert.deepEqual(parsePortLine(line), expected, line);
  });
});
