import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { DEFAULT_VALUE } from "../../lib/config/default_value.ts";
import { ConfiguredTor } from "./_support.ts";

/** What Bun and Deno show values with besides `node:util`. */
interface Inspector {
  inspect(value: unknown): string;
}

describe("TorConfig", () => {
  it("has options as attributes in any case, and names them in Tor's", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    assert.equal(config.get("MAXCIRCUITDIRTINESS"), 600);
    const anyCase = config as unknown as Record<string, unknown>;
    assert.equal(anyCase.maxcircuitdirtiness, 600);
    anyCase.MAXcircuitDIRTINESS = 700;
    assert.equal(config.MaxCircuitDirtiness, 700);
    assert.deepEqual([...config.unsaved], [["MaxCircuitDirtiness", 700]]);
    assert.ok("maxcircuitdirtiness" in config && "MaxCircuitDirtiness" in config);
    assert.ok(!("NoSuchOption" in config));
    assert.equal(anyCase.NoSuchOption, undefined);
    assert.throws(() => anyCase.NoSuchOption = 1, TypeError);
    assert.throws(() => config.get("NoSuchOption"), TypeError);
    assert.throws(() => anyCase.save = 1, TypeError);
    assert.ok(Object.keys(config).includes("MaxCircuitDirtiness"));
    assert.ok([...config].includes("MaxCircuitDirtiness"));
    const members = [
      "save",
      "discard",
      "get",
      "set",
      "load",
      "refresh",
      "unsaved",
      "hiddenServices",
    ];
    for (const name of [...config]) assert.ok(!members.includes(name.toLowerCase()), name);
    assert.equal(config, await one.tor.getConfig());
  });

  it("shows options to a debugger, without secrets", async () => {
    await using one = await ConfiguredTor.start();
    one.config.Socks5ProxyPassword = "sesame";
    const { Bun, Deno } = globalThis as { Bun?: Inspector; Deno?: Inspector };
    for (const show of [inspect, (Deno ?? Bun)?.inspect ?? inspect]) {
      const text = show(one.config);
      assert.match(text, /MaxCircuitDirtiness: 600/);
      assert.match(text, /HashedControlPassword: '?"?\[secret\]/);
      assert.match(text, /Socks5ProxyPassword: '?"?\[secret\]/);
      assert.doesNotMatch(text, /sesame|16:/);
    }
  });

  it("tells types and defaults", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    assert.equal(config.ContactInfo, DEFAULT_VALUE);
    assert.equal(config.typeOf("contactinfo"), "String");
    assert.equal(config.defaultOf("ContactInfo"), undefined);
    assert.equal(config.defaultOf("bandwidthrate"), 2 ** 30);
    assert.deepEqual(config.defaultOf("AutomapHostsSuffixes"), [".onion", ".exit"]);
    assert.equal(config.ConnectionPadding, "auto");
    assert.equal(config.DisableNetwork, true);
    assert.deepEqual(config.MapAddress, []);
  });

  it("checks types when assigned", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    for (
      const [name, value] of [
        ["SafeSocks", "yes"],
        ["SafeSocks", 2],
        ["ConnectionPadding", "automatic"],
        ["MaxCircuitDirtiness", -1],
        ["MaxCircuitDirtiness", "10 parsecs"],
        ["BandwidthRate", "1 Furlong"],
        ["NumCPUs", 1.5],
        ["NumCPUs", "4"],
        ["CircuitPriorityHalflife", NaN],
        ["ContactInfo", 5],
        ["ContactInfo", "a\0b"],
        ["ContactInfo", "\ud800"],
        ["SocksPort", "9050"],
        ["SocksPort", [""]],
        ["SocksPort", [{}]],
        ["LongLivedPorts", ["21,22"]],
        ["SocksPortLines", ["9050"]],
        ["HiddenServicePort", ["80"]],
        ["HiddenServiceOptions", []],
      ] as const
    ) {
      const isWrong = (error: unknown) => error instanceof TypeError || error instanceof RangeError;
      assert.throws(() => config.set(name, value), isWrong, `${name} ${String(value)}`);
    }
    assert.throws(() => config.set("ContactInfo", 5), TypeError);
    assert.throws(() => config.set("NumCPUs", -1), RangeError);
    assert.throws(() => config.SocksPort.push(null as never), TypeError);
    assert.throws(() => config.LongLivedPorts[0] = "1,2", TypeError);
    assert.throws(() => config.hiddenServices.push({ ports: [] } as never), TypeError);
    assert.equal(config.needsSave, false);
  });

  it("saves several ports and short lists as they are", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.SocksPort = [9150, "9160 IsolateDestAddr", 'unix:"/tmp/a b" GroupWritable'];
    config.LongLivedPorts = [21, 22, 80];
    await config.save();
    assert.deepEqual(await one.told("SocksPort"), config.SocksPort);
    assert.deepEqual(config.SocksPort[0], "9150");
    assert.deepEqual(await one.told("LongLivedPorts"), ["21,22,80"]);
    assert.deepEqual(config.LongLivedPorts, ["21", "22", "80"]);
  });

  it("keeps the passing ports of a group, and the other way round", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const changed = one.next("__SocksPort");
    await one.other.control.setConf([["SocksPort", "9150"], ["__SocksPort", "9170"]]);
    assert.deepEqual(await changed, ["9170"]);
    config.SocksPort = [9151];
    await config.save();
    assert.deepEqual(await one.told("__SocksPort"), ["9170"]);
    config.__SocksPort = [];
    await config.save();
    assert.deepEqual(await one.told("SocksPortLines"), ["9151"]);
    // Tor tells of what it drops by saying nothing of it.
    const emptied = one.next("SocksPort");
    await one.other.control.setConf({ __SocksPort: 9180 });
    assert.deepEqual(await emptied, []);
    assert.deepEqual(config.__SocksPort, ["9180"]);
    assert.deepEqual(config.SocksPortLines, ["9180"]);
  });

  it("follows every way to change a list", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.MapAddress = ["b.example x.example", "a.example x.example"];
    await config.save();
    const list = config.MapAddress;
    const changes: readonly (readonly [string, () => unknown, string[]])[] = [
      ["push", () => list.push("c x"), ["b.example x.example", "a.example x.example", "c x"]],
      ["sort", () => list.sort(), ["a.example x.example", "b.example x.example", "c x"]],
      ["reverse", () => list.reverse(), ["c x", "b.example x.example", "a.example x.example"]],
      ["index", () => list[0] = "d x", ["d x", "b.example x.example", "a.example x.example"]],
      ["splice", () => list.splice(1, 1), ["d x", "a.example x.example"]],
      ["delete", () => delete list[0], ["a.example x.example"]],
      ["unshift", () => list.unshift("e x"), ["e x", "a.example x.example"]],
      ["fill", () => list.fill("f x", 0, 1), ["f x", "a.example x.example"]],
      ["pop", () => list.pop(), ["f x"]],
      ["length", () => list.length = 0, []],
    ];
    for (const [name, change, expected] of changes) {
      change();
      assert.ok(config.needsSave, name);
      await config.save();
      assert.equal(config.needsSave, false, name);
      assert.equal(config.MapAddress, list);
      assert.deepEqual([...list], expected, name);
      assert.deepEqual(await one.told("MapAddress"), expected.length > 0 ? expected : [undefined]);
    }
  });

  it("empties lists that have a default, and gives it back", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.LongLivedPorts.length = 0;
    await config.save();
    assert.deepEqual(await one.told("LongLivedPorts"), [""]);
    // One command cannot say both: the default is said in full.
    config.AutomapHostsSuffixes = [];
    config.set("LongLivedPorts", DEFAULT_VALUE);
    config.SafeSocks = true;
    await config.save();
    assert.deepEqual(await one.told("AutomapHostsSuffixes"), [""]);
    assert.equal((await one.told("LongLivedPorts"))[0]?.split(",").length, 12);
    assert.equal(config.LongLivedPorts.length, 12);
    delete (config as { SafeSocks?: unknown }).SafeSocks;
    await config.save();
    assert.equal(config.SafeSocks, false);
    assert.deepEqual(config.AutomapHostsSuffixes, []);
  });

  it("saves text with quotes, backslashes, line breaks and UTF-8", async () => {
    await using one = await ConfiguredTor.start();
    const text = 'a "b" \\ c # d\n\t\u00fc\u{1F9C5} =';
    one.config.ContactInfo = text;
    await one.config.save();
    assert.equal(one.config.ContactInfo, text);
    assert.deepEqual(await one.told("ContactInfo"), [text]);
  });

  it("shows what Tor has where Tor refuses, and saves what is mended", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.SocksPort = [9150];
    config.Nickname = "not a name";
    config.MaxCircuitDirtiness = 700;
    await assert.rejects(config.save(), (error: Error & { options?: string[]; code?: number }) => {
      assert.equal(error.name, "ConfigSaveError");
      assert.deepEqual(error.options, ["Nickname"]);
      assert.equal(error.code, 513);
      return true;
    });
    assert.deepEqual(
      [config.SocksPort, config.Nickname, config.MaxCircuitDirtiness],
      [["0"], DEFAULT_VALUE, 600],
    );
    assert.deepEqual([...config.unsaved.keys()].sort(), [
      "MaxCircuitDirtiness",
      "Nickname",
      "SocksPort",
    ]);
    assert.equal(config.unsaved.get("Nickname"), "not a name");
    // The same again is refused again.
    await assert.rejects(config.save(), { name: "ConfigSaveError" });
    config.Nickname = "name";
    await config.save();
    assert.deepEqual(await one.told("SocksPort"), ["9150"]);
    assert.deepEqual(await one.told("Nickname"), ["name"]);
    assert.deepEqual(await one.told("MaxCircuitDirtiness"), ["700"]);
    assert.equal(config.needsSave, false);
  });

  it("saves other options after a refused one was dropped", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.ExitNodes = ["{zz"];
    config.ExitPolicy = ["nonsense"];
    // Tor says "Invalid router list.", and not which.
    await assert.rejects(config.save(), { options: ["ExitNodes", "ExitPolicy"] });
    config.discard("exitnodes");
    await assert.rejects(config.save(), { options: ["ExitPolicy"] });
    config.discard("exitpolicy");
    assert.deepEqual(config.ExitNodes, []);
    config.ExitNodes = ["{us}"];
    config.ContactInfo = "me";
    await config.save();
    assert.deepEqual(await one.told("ExitNodes"), ["{us}"]);
    config.ContactInfo = "you";
    config.ExitNodes.length = 0;
    config.discard();
    assert.equal(config.needsSave, false);
    assert.equal(config.ContactInfo, "me");
    assert.deepEqual(config.ExitNodes, ["{us}"]);
  });

  it("saves options that need each other at once", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.hiddenServices.push({ dir: `${one.lone.dataDirectory}/hs`, ports: [80] });
    config.Socks5ProxyUsername = "me";
    config.Socks5ProxyPassword = "secret";
    config.SocksPort = [9150];
    await config.save();
    assert.deepEqual(await one.told("HiddenServicePort"), ["80"]);
    config.Socks5ProxyUsername = DEFAULT_VALUE;
    config.set("Socks5ProxyPassword", DEFAULT_VALUE);
    await config.save();
    assert.deepEqual(await one.told("Socks5ProxyUsername"), [undefined]);
    assert.deepEqual(await one.told("HiddenServicePort"), ["80"]);
  });

  it("writes to disk, and loads", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const owner = (await one.told("__OwningControllerProcess"))[0]!;
    config.ContactInfo = "on disk";
    await config.save();
    await config.saveToDisk();
    config.ContactInfo = "not on disk";
    await config.save();
    const changed = one.next("ContactInfo");
    one.lone.kill("SIGHUP");
    assert.equal(await changed, "on disk");
    await config.load(`${config.toTorrc()}Nickname loaded\n__OwningControllerProcess ${owner}\n`);
    assert.equal(config.Nickname, "loaded");
    assert.equal(config.ContactInfo, "on disk");
    assert.equal(config.__OwningControllerProcess, owner);
    assert.equal(config.DisableNetwork, true);
    await assert.rejects(config.load("NoSuchOption 1\n"), { name: "UnrecognizedEntityError" });
    assert.equal(config.Nickname, "loaded");
  });

  it("overwrites a torrc that includes others only by force", async () => {
    await using one = await ConfiguredTor.start();
    const { config, lone } = one;
    const torrc = `${lone.dataDirectory}/torrc`;
    await writeFile(`${lone.dataDirectory}/more`, "ContactInfo included\n");
    await appendFile(torrc, `%include ${lone.dataDirectory}/more\n`);
    const changed = one.next("ContactInfo");
    lone.kill("SIGHUP");
    assert.equal(await changed, "included");
    await assert.rejects(config.saveToDisk(), { name: "InternalTorError" });
    assert.match(await readFile(torrc, "utf8"), /%include/);
    await config.saveToDisk({ force: true });
    assert.match(await readFile(torrc, "utf8"), /^ContactInfo included$/m);
  });

  it("knows the onion services of its connection and of none", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    assert.deepEqual([config.ephemeralOnionServices, config.detachedOnionServices], [[], []]);
    const [own, detached] = [
      await one.tor.control.addOnion({ ports: [80] }),
      await one.tor.control.addOnion({ ports: [80], detach: true }),
    ];
    await config.refreshOnionServices();
    assert.deepEqual(config.ephemeralOnionServices, [`${own.serviceId}.onion`]);
    assert.deepEqual(config.detachedOnionServices, [`${detached.serviceId}.onion`]);
  });

  it("can be read and not saved when it is disposed, and is read anew", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.ContactInfo = "unsaved";
    await config[Symbol.asyncDispose]();
    assert.equal(config.isLive, false);
    assert.equal(config.ContactInfo, "unsaved");
    await assert.rejects(config.save(), { name: "TorError" });
    const [next, same] = await Promise.all([one.tor.getConfig(), one.tor.getConfig()]);
    assert.notEqual(next, config);
    assert.equal(next, same);
    assert.equal(next.ContactInfo, DEFAULT_VALUE);
    await assert.rejects(one.tor.getConfig({ signal: AbortSignal.abort() }), {
      name: "AbortError",
    });
  });
});
