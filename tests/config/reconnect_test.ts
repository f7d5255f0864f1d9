import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_VALUE } from "../../lib/config/default_value.ts";
import { TorConfig } from "../../lib/config/tor_config.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";

const NAMES = [
  "ContactInfo String",
  "MapAddress LineList",
  "SocksPort Dependent",
  "SocksPortLines Virtual",
];

/** A port whose Tor has what `values` says. */
async function scripted(values: Map<string, string[]>): Promise<ScriptedControlPort> {
  const port = await ScriptedControlPort.start();
  port.always(/^SETEVENTS/).reply("250 OK");
  port.always("GETINFO config/names").reply("250+config/names=", ...NAMES, ".", "250 OK");
  port.always("GETINFO config/defaults").reply("250-config/defaults=", "250 OK");
  port.always(/^GETINFO onions/).reply("551 none");
  port.always(/^GETCONF/).replyWith(({ args }) => {
    const lines = args.split(" ").flatMap((name) => {
      const its = values.get(name) ?? [];
      return its.length === 0 ? [name] : its.map((value) => `${name}=${value}`);
    });
    return lines.map((line, i) => `250${i === lines.length - 1 ? " " : "-"}${line}`);
  });
  return port;
}

describe("a configuration", () => {
  it("is read in two round trips", async () => {
    await using port = await scripted(new Map());
    await using tor = await connect({ control: port.address });
    const before = port.received.length;
    await tor.getConfig();
    const sent = port.received.slice(before).map(({ keyword, args }) => `${keyword} ${args}`);
    // All but the last are sent at once, and the last when they are answered.
    assert.deepEqual(sent.slice(0, -1).sort(), [
      "GETINFO config/defaults",
      "GETINFO config/names",
      "GETINFO onions/current",
      "GETINFO onions/detached",
      "SETEVENTS CONF_CHANGED",
    ]);
    assert.equal(sent.at(-1), "GETCONF ContactInfo MapAddress SocksPort HiddenServiceOptions");
  });

  it("has options and types that nobody knows yet", async () => {
    const port = await scripted(new Map([["NewOption", ["a"]], ["NewList", ["b", "c"]]]));
    await using _ = port;
    port.expect("GETINFO config/names").reply(
      ...["250+config/names=", "NewOption FutureType", "NewList LineList", ".", "250 OK"],
    );
    await using tor = await connect({ control: port.address });
    const config = await tor.getConfig();
    assert.deepEqual([...config], ["NewOption", "NewList"]);
    const { newoption, NewList } = config as unknown as Record<string, unknown>;
    assert.equal(newoption, "a");
    assert.deepEqual(NewList, ["b", "c"]);
    assert.equal(config.typeOf("NewOption"), "FutureType");
    assert.throws(() => config.set("NewOption", 1), TypeError);
    assert.throws(() => config.set("ContactInfo", "me"), TypeError);
    config.set("newoption", "d e");
    port.expect('SETCONF NewOption="d e"').reply("250 OK");
    await config.save();
    port.assertDone();
  });

  it("is read again when a lost connection is restored, and saved then", async () => {
    const values = new Map([["ContactInfo", ["before"]]]);
    await using port = await scripted(values);
    await using tor = await connect({ control: port.address, reconnect: { initialDelay: 10 } });
    const config = await tor.getConfig();
    assert.equal(config.ContactInfo, "before");
    const changed = new Promise((resolve) => {
      config.addOptionListener("ContactInfo", ({ value }) => resolve(value));
    });
    const lost = new Promise((resolve) => tor.control.addEventListener("disconnected", resolve));
    values.set("ContactInfo", ["after"]);
    port.expect('SETCONF MapAddress="a.example b.example"').replyWith(() => {
      values.set("MapAddress", ["a.example b.example"]);
      return "250 OK";
    });
    config.MapAddress.push("a.example b.example");
    await port.closeConnections();
    await lost;
    assert.equal(tor.control.connected, false);
    await config.save();
    assert.equal(await changed, "after");
    assert.equal(config.ContactInfo, "after");
    assert.deepEqual(config.MapAddress, ["a.example b.example"]);
    assert.equal(config.needsSave, false);
    port.assertDone();
  });

  it("keeps its changes when the connection is lost in the midst of a save", async () => {
    const values = new Map<string, string[]>();
    await using port = await scripted(values);
    await using tor = await connect({ control: port.address, reconnect: { initialDelay: 10 } });
    const config = await tor.getConfig();
    port.expect(/^SETCONF/).close();
    config.ContactInfo = "me";
    config.MapAddress = ["a.example b.example"];
    // Tor has saved one of them, or another controller did.
    values.set("ContactInfo", ["me"]);
    const restored = new Promise((resolve) => tor.control.addEventListener("reconnected", resolve));
    await assert.rejects(config.save(), { name: "DisconnectedError" });
    await restored;
    await config.refresh();
    assert.deepEqual([...config.unsaved.keys()], ["MapAddress"]);
    port.expect('SETCONF MapAddress="a.example b.example"').reply("250 OK");
    await config.save();
  });

  it("applies what changes while it is read", async () => {
    await using port = await ScriptedControlPort.start();
    port.always(/^SETEVENTS/).reply("250 OK");
    port.always("GETINFO config/names").reply("250+config/names=", ...NAMES, ".", "250 OK");
    port.always(/^GETINFO (?:onions|config\/defaults)/).reply("551 none");
    port.expect(/^GETCONF/).reply(
      "650-CONF_CHANGED",
      "650-ContactInfo=one",
      "650 OK",
      "250-ContactInfo=one",
      "250-MapAddress",
      "250-SocksPort",
      "250 HiddenServiceOptions",
      "650-CONF_CHANGED",
      "650-ContactInfo=two",
      "650-MapAddress=a.example b.example",
      "650 OK",
    );
    await using tor = await connect({ control: port.address });
    const config = await TorConfig.read(tor.control);
    assert.equal(config.ContactInfo, "two");
    assert.deepEqual(config.MapAddress, ["a.example b.example"]);
  });
});

describe("a filter in front of Tor", () => {
  it("that lets little through leaves the rest to be asked for", async () => {
    await using port = await ScriptedControlPort.start();
    port.always(/^(?:SETEVENTS|GETINFO)/).reply("510 Command filtered");
    port.always(/^GETCONF/).reply("510 Command filtered");
    port.expect("GETCONF SocksPort __SocksPort").reply("250-SocksPort=9150", "250 __SocksPort");
    port.expect('SETCONF SafeSocks="1"').reply("250 OK");
    await using tor = await connect({ control: port.address });
    const config = await tor.getConfig();
    assert.equal(config.isLive, false);
    assert.deepEqual(Object.keys(config), []);
    assert.ok("SocksPort" in config && [...config].length > 300);
    assert.throws(() => config.SocksPort, { name: "TorError", message: /refresh/ });
    assert.equal(config.ephemeralOnionServices, undefined);
    await config.refresh("SocksPort");
    assert.deepEqual(config.SocksPort, ["9150"]);
    config.SafeSocks = true;
    await config.save();
    assert.equal(config.SafeSocks, true);
    assert.deepEqual(
      Object.keys(config).sort(),
      ["SafeSocks", "SocksPort", "SocksPortLines", "__SocksPort"].sort(),
    );
    port.assertDone();
  });

  it("that hides defaults makes a save take two commands, of which one may fail", async () => {
    const values = new Map([["MapAddress", ["a b"]], ["ContactInfo", ["me"]]]);
    await using port = await scripted(values);
    port.expect("GETINFO config/defaults").reply("510 Command filtered");
    await using tor = await connect({ control: port.address });
    const config = await tor.getConfig();
    config.MapAddress.length = 0;
    config.ContactInfo = DEFAULT_VALUE;
    port.expect("SETCONF MapAddress").replyWith(() => {
      values.delete("MapAddress");
      return "250 OK";
    });
    port.expect("RESETCONF ContactInfo").reply("553 Unable to set option: ContactInfo");
    await assert.rejects(config.save(), { name: "ConfigSaveError", options: ["ContactInfo"] });
    assert.deepEqual(config.MapAddress, []);
    assert.equal(config.ContactInfo, "me");
    assert.deepEqual([...config.unsaved], [["ContactInfo", DEFAULT_VALUE]]);
  });

  it("that has options which it does not give costs only these", async () => {
    await using port = await scripted(new Map([["ContactInfo", ["me"]]]));
    port.expect(/^GETCONF .*MapAddress/).reply('552 Unrecognized configuration key "MapAddress"');
    await using tor = await connect({ control: port.address });
    const config = await tor.getConfig();
    assert.equal(config.ContactInfo, "me");
    assert.throws(() => config.MapAddress, { name: "TorError" });
  });
});
