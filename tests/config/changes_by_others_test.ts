import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DEFAULT_VALUE } from "../../lib/config/default_value.ts";
import { TorConfig } from "../../lib/config/tor_config.ts";
import { ConfiguredTor } from "./_support.ts";

describe("a configuration that others change", () => {
  it("follows what others change, without a change of type", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const list = config.LongLivedPorts;
    const changed = one.next("longlivedports");
    await one.other.control.setConf([
      ["MapAddress", ["a.example b.example", "c.example d.example"]],
      ["BandwidthRate", "1 MByte"],
      ["SafeSocks", 1],
      ["ConnectionPadding", 1],
      ["ContactInfo", 'a "b"\n'],
      ["LongLivedPorts", "21,22"],
    ]);
    assert.deepEqual(await changed, ["21", "22"]);
    assert.equal(config.LongLivedPorts, list);
    assert.deepEqual(list, ["21", "22"]);
    assert.deepEqual(config.MapAddress, ["a.example b.example", "c.example d.example"]);
    assert.equal(config.BandwidthRate, 2 ** 20);
    assert.equal(config.SafeSocks, true);
    assert.equal(config.ConnectionPadding, true);
    assert.equal(config.ContactInfo, 'a "b"\n');
    assert.equal(config.needsSave, false);
    const again = one.next("MapAddress");
    await one.other.control.resetConf(["MapAddress", "LongLivedPorts", "ContactInfo"]);
    assert.deepEqual(await again, []);
    assert.equal(list.length, 12);
    assert.equal(config.ContactInfo, DEFAULT_VALUE);
  });

  it("keeps what is unsaved when others change the same", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.ContactInfo = "mine";
    config.MapAddress.push("a.example b.example");
    const changed = one.next("ContactInfo");
    await one.other.control.setConf({ ContactInfo: "theirs", MapAddress: ["c.example d.example"] });
    assert.equal(await changed, "theirs");
    assert.equal(config.ContactInfo, "mine");
    assert.deepEqual(config.MapAddress, ["a.example b.example"]);
    config.discard("ContactInfo");
    assert.equal(config.ContactInfo, "theirs");
    await config.save();
    assert.deepEqual(await one.told("MapAddress"), ["a.example b.example"]);
    assert.deepEqual(await one.told("ContactInfo"), ["theirs"]);
  });

  it("follows SIGHUP", async () => {
    await using one = await ConfiguredTor.start({ torrc: { ContactInfo: "from the torrc" } });
    const { config } = one;
    config.ContactInfo = "from here";
    await config.save();
    const changed = one.next("ContactInfo");
    one.lone.kill("SIGHUP");
    assert.equal(await changed, "from the torrc");
    assert.equal(config.ContactInfo, "from the torrc");
  });

  it("tells listeners of its own saves once, and no longer when they are removed", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const told: unknown[] = [];
    const listener = (
      { name, value, previous }: { name: string; value: unknown; previous: unknown },
    ) => told.push([name, value, previous]);
    config.addOptionListener("nickname", listener);
    config.addOptionListener("nickname", listener);
    config.Nickname = "a";
    await config.save();
    const changed = one.next("Nickname");
    await one.other.control.setConf({ Nickname: "b" });
    await changed;
    config.removeOptionListener("nickname", listener);
    config.Nickname = "c";
    await config.save();
    assert.deepEqual(told, [["Nickname", "a", DEFAULT_VALUE], ["Nickname", "b", "a"]]);
    assert.throws(() => config.addOptionListener("SocksPortLines", listener), TypeError);
  });

  it("keeps two configurations of one Tor in step", async () => {
    await using one = await ConfiguredTor.start();
    await using second = await TorConfig.read(one.other.control);
    const { config } = one;
    const changed = new Promise((resolve) => {
      second.addOptionListener("MapAddress", ({ value }) => resolve(value));
    });
    config.MapAddress = ["a.example b.example"];
    second.ContactInfo = "second";
    await Promise.all([config.save(), second.save()]);
    assert.deepEqual(await changed, ["a.example b.example"]);
    const seen = one.next("SafeSocks");
    second.SafeSocks = true;
    second.MapAddress.push("c.example d.example");
    await second.save();
    assert.equal(await seen, true);
    assert.deepEqual(config.MapAddress, ["a.example b.example", "c.example d.example"]);
    assert.equal(config.ContactInfo, "second");
    assert.equal(config.needsSave || second.needsSave, false);
  });

  it("has each option's own value where Tor mixes them up", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const names = [
      "RecommendedVersions",
      "RecommendedClientVersions",
      "RecommendedServerVersions",
    ] as const;
    const shown = () => names.map((name) => config[name]);
    const programs: readonly (readonly [Record<string, string[]>, string[][]])[] = [
      [{ RecommendedVersions: ["1"] }, [["1"], ["1"], ["1"]]],
      [{ RecommendedVersions: ["2", "3"] }, [["2", "3"], ["1"], ["1"]]],
      [{ RecommendedClientVersions: ["4"] }, [["2", "3"], ["4"], ["1"]]],
      [{ RecommendedVersions: [], RecommendedServerVersions: [] }, [[], ["4"], []]],
    ];
    for (const [changes, expected] of programs) {
      const changed = one.next(Object.keys(changes)[0]!);
      await one.other.control.setConf(changes);
      await changed;
      assert.deepEqual(shown(), expected);
      await config.refresh();
      assert.deepEqual(shown(), expected);
    }
    config.RecommendedVersions.push("5");
    await config.save();
    assert.deepEqual(await one.told("RecommendedVersions"), ["5"]);
  });
});
