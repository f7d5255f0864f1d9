import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { describe, it } from "node:test";
import { DEFAULT_VALUE } from "../../lib/config/default_value.ts";
import { TorConfig } from "../../lib/config/tor_config.ts";
import { launch } from "../../lib/tor/launch.ts";
import { ConfiguredTor } from "./_support.ts";

describe("toTorrc", () => {
  it("writes what Tor itself would", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.SocksPort = [9150, 'unix:"/tmp/a b" WorldWritable'];
    config.MapAddress = ["a.example b.example", "c.example d.example"];
    config.LongLivedPorts = [21, 22];
    config.AutomapHostsSuffixes = [];
    config.ContactInfo = 'a "b" \\ # c\n';
    config.ConnectionPadding = true;
    config.hiddenServices.push({ dir: `${one.lone.dataDirectory}/a #b`, ports: [80, "81 82"] });
    await config.save();
    const text = await one.other.control.getInfo("config-text");
    const lines = (torrc: string) => torrc.split("\n").map((line) => line.trim()).sort();
    assert.deepEqual(lines(config.toTorrc().trim()), lines(text.trim()));
    // With the order of what belongs together.
    assert.match(config.toTorrc(), /HiddenServiceDir "[^\n]*a #b"\nHiddenServicePort 80\n/);
  });

  it("is read by Tor as what it was", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const text = ' a "b" \\ # \u00fc\n';
    config.ContactInfo = text;
    config.LongLivedPorts = [];
    config.MapAddress = ["a.example b.example"];
    const torrc = config.toTorrc();
    const own = `__OwningControllerProcess ${config.__OwningControllerProcess as string}\n`;
    config.discard();
    await config.load(torrc + own);
    assert.equal(config.ContactInfo, text);
    assert.deepEqual(config.LongLivedPorts, []);
    assert.deepEqual(config.MapAddress, ["a.example b.example"]);
    assert.equal(config.toTorrc(), torrc);
  });
});

describe("TorConfig.empty", () => {
  it("has no option set, and lists as by default", () => {
    const config = TorConfig.empty();
    assert.equal(config.toTorrc(), "");
    assert.equal(config.MaxCircuitDirtiness, DEFAULT_VALUE);
    assert.equal(config.defaultOf("MaxCircuitDirtiness"), 600);
    assert.deepEqual(config.SocksPort, []);
    assert.equal(config.LongLivedPorts.length, 12);
    assert.equal(config.needsSave, false);
    assert.equal(config.isLive, false);
    const wrong: object = { NoSuchOption: 1 };
    assert.throws(() => TorConfig.empty(wrong), TypeError);
  });

  it("cannot be saved", async () => {
    const config = TorConfig.empty({ ContactInfo: "me" });
    assert.equal(config.needsSave, true);
    for (const action of [config.save(), config.refresh(), config.load(""), config.saveToDisk()]) {
      await assert.rejects(action, { name: "TorError", message: /no Tor/ });
    }
  });

  it("is launched", { timeout: 60_000 }, async () => {
    const empty = TorConfig.empty({ DisableNetwork: true, SocksPort: ["9150 IsolateDestAddr"] });
    empty.ContactInfo = 'a "b" # c';
    empty.MaxCircuitDirtiness = "20 minutes";
    empty.LongLivedPorts = [];
    await using tor = await launch({ torrc: empty });
    const config = await tor.getConfig();
    assert.deepEqual(config.SocksPort, ["9150 IsolateDestAddr"]);
    assert.equal(config.ContactInfo, 'a "b" # c');
    assert.equal(config.MaxCircuitDirtiness, 1200);
    assert.equal(config.LongLivedPorts.length, 0);
  });

  it("is launched with services that are not anonymous", { timeout: 60_000 }, async () => {
    const directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    try {
      const dir = `${directory}/a = #b`;
      const torrc = TorConfig.empty({
        DisableNetwork: true,
        SocksPort: [0],
        hiddenServices: [{ dir, ports: ["80 127.0.0.1:8080"], HiddenServiceMaxStreams: 7 }],
      });
      await using tor = await launch({ torrc, nonAnonymousMode: true });
      const config = await tor.getConfig();
      assert.equal(config.HiddenServiceNonAnonymousMode, true);
      assert.deepEqual(config.HiddenServiceDir, [dir]);
      assert.equal(config.hiddenServices[0]?.HiddenServiceMaxStreams, 7);
      assert.match(await readFile(`${dir}/hostname`, "utf8"), /^[a-z2-7]{56}\.onion\n$/);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
