import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { ConfiguredTor } from "./_support.ts";

/** The lines of all services, as the other controller reads them. */
async function lines({ other }: ConfiguredTor): Promise<string[]> {
  const told = await other.control.getConf("HiddenServiceOptions");
  return told.flatMap(({ key, value }) => value === undefined ? [] : `${key} ${value}`);
}

/** A legal value of every option that one service has, but for its directory and its ports. */
const SETTINGS: Readonly<Record<string, string | number | boolean>> = {
  HiddenServiceAllowUnknownPorts: true,
  HiddenServiceDirGroupReadable: true,
  HiddenServiceEnableIntroDoSBurstPerSec: 300,
  HiddenServiceEnableIntroDoSDefense: true,
  HiddenServiceEnableIntroDoSRatePerSec: 30,
  HiddenServiceExportCircuitID: "haproxy",
  HiddenServiceMaxStreams: 65535,
  HiddenServiceMaxStreamsCloseCircuit: true,
  HiddenServiceNumIntroductionPoints: 20,
  HiddenServiceOnionBalanceInstance: true,
  HiddenServicePoWDefensesEnabled: true,
  HiddenServicePoWQueueBurst: 900,
  HiddenServicePoWQueueRate: 90,
  HiddenServiceVersion: 3,
};

describe("hiddenServices", () => {
  it("have every option that Tor has for one service", async () => {
    await using one = await ConfiguredTor.start();
    const { config, lone } = one;
    const dir = `${lone.dataDirectory}/hs`;
    const names = [...config].filter((name) =>
      name.startsWith("HiddenService") && config.typeOf(name) === "Dependent"
    );
    assert.deepEqual(
      names.sort(),
      [...Object.keys(SETTINGS), "HiddenServiceDir", "HiddenServicePort"].sort(),
    );
    // An instance behind Onionbalance is told the address in front of it by a file.
    await mkdir(dir, { mode: 0o700 });
    await writeFile(`${dir}/ob_config`, `MasterOnionAddress ${"a".repeat(56)}.onion\n`);
    config.hiddenServices.push({ dir, ports: [80] });
    await config.save();
    const [service] = config.hiddenServices as unknown as Record<string, unknown>[];
    assert.ok(service !== undefined);
    for (const [name, value] of Object.entries(SETTINGS)) {
      service[name] = value;
      await config.save();
      assert.equal(service[name], value);
      const told = (await one.other.control.getConf("HiddenServiceOptions"))
        .find(({ key }) => key === name)?.value;
      assert.equal(told, String(typeof value === "boolean" ? Number(value) : value), name);
      assert.deepEqual(config.get(name), [told]);
    }
    await config.refresh();
    assert.deepEqual({ ...service, ports: undefined }, { dir, ports: undefined, ...SETTINGS });
    for (const name of Object.keys(SETTINGS)) delete service[name];
    await config.save();
    assert.deepEqual(await lines(one), [`HiddenServiceDir ${dir}`, "HiddenServicePort 80"]);
  });

  it("are added, edited and removed as objects", async () => {
    await using one = await ConfiguredTor.start();
    const { config, lone } = one;
    const dir = `${lone.dataDirectory}/a = b c`;
    config.hiddenServices.push({
      dir,
      ports: ["80 127.0.0.1:8080", 81],
      HiddenServicePoWDefensesEnabled: true,
      HiddenServiceNumIntroductionPoints: 4,
    });
    config.hiddenServices.push({ dir: `${lone.dataDirectory}/two`, ports: ["443"] });
    assert.deepEqual(await lines(one), []);
    await config.save();
    assert.deepEqual(await lines(one), [
      `HiddenServiceDir ${dir}`,
      "HiddenServicePort 80 127.0.0.1:8080",
      "HiddenServicePort 81",
      "HiddenServiceNumIntroductionPoints 4",
      "HiddenServicePoWDefensesEnabled 1",
      `HiddenServiceDir ${lone.dataDirectory}/two`,
      "HiddenServicePort 443",
    ]);
    assert.deepEqual(config.HiddenServicePort, ["80 127.0.0.1:8080", "81", "443"]);

    const [first, second] = config.hiddenServices;
    assert.ok(first !== undefined && second !== undefined);
    first.ports.splice(0, 1);
    first.ports.push("82");
    first.HiddenServiceMaxStreams = 9;
    delete first.HiddenServiceNumIntroductionPoints;
    second.HiddenServiceEnableIntroDoSDefense = true;
    second.HiddenServiceEnableIntroDoSRatePerSec = 30;
    assert.ok(config.needsSave);
    await config.save();
    assert.equal(config.needsSave, false);
    assert.equal(config.hiddenServices[0], first);
    assert.deepEqual({ ...first, ports: [...first.ports] }, {
      dir,
      ports: ["81", "82"],
      HiddenServiceMaxStreams: 9,
      HiddenServicePoWDefensesEnabled: true,
    });
    assert.ok((await lines(one)).includes("HiddenServiceEnableIntroDoSRatePerSec 30"));

    config.hiddenServices.shift();
    await config.save();
    assert.equal((await lines(one))[0], `HiddenServiceDir ${lone.dataDirectory}/two`);
    assert.equal(config.hiddenServices[0], second);
    config.hiddenServices.length = 0;
    await config.save();
    assert.deepEqual(await lines(one), []);
  });

  it("follow what others change, and stay the same objects", async () => {
    await using one = await ConfiguredTor.start();
    const { config, lone } = one;
    const dir = `${lone.dataDirectory}/hs`;
    const added = one.next("hiddenServices");
    await one.other.control.setConf([
      ["HiddenServiceDir", dir],
      ["HiddenServicePort", ["80", "81"]],
      ["HiddenServiceMaxStreams", 5],
      ["HiddenServiceExportCircuitID", "haproxy"],
    ]);
    await added;
    const [service] = config.hiddenServices;
    assert.deepEqual(service?.ports, ["80", "81"]);
    assert.equal(service?.HiddenServiceMaxStreams, 5);
    assert.equal(service?.HiddenServiceExportCircuitID, "haproxy");
    const changed = one.next("HiddenServiceOptions");
    await one.other.control.setConf([["HiddenServiceDir", dir], ["HiddenServicePort", "90"]]);
    await changed;
    assert.equal(config.hiddenServices[0], service);
    assert.deepEqual({ ...service, ports: [...service!.ports] }, { dir, ports: ["90"] });
    const emptied = one.next("hiddenServices");
    await one.other.control.resetConf("HiddenServiceDir");
    assert.deepEqual(await emptied, []);
    assert.equal(config.hiddenServices.length, 0);
  });

  it("are checked when they are set", async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    config.hiddenServices = [{ dir: "/nonexistent", ports: [80] }];
    const [service] = config.hiddenServices;
    assert.ok(service);
    const any = service as unknown as Record<string, unknown>;
    assert.throws(() => any.HiddenServiceMaxStreams = "many", TypeError);
    assert.throws(() => any.maxStreams = 1, TypeError);
    assert.throws(() => any.dir = "", TypeError);
    assert.throws(() => any.ports = "80", TypeError);
    assert.throws(() => service.ports.push(""), TypeError);
    assert.throws(() => delete any.dir, TypeError);
    // Names in any case, and options that this library does not know.
    any.hiddenservicemaxstreams = 3;
    assert.equal(service.HiddenServiceMaxStreams, 3);
    any.HiddenServiceFuture = ["a", "b"];
    await assert.rejects(config.save(), { name: "ConfigSaveError" });
    assert.equal(config.hiddenServices.length, 0);
    assert.ok(config.needsSave);
    config.discard("hiddenServices");
    assert.equal(config.needsSave, false);
  });

  it("that Tor refuses can be mended", async () => {
    await using one = await ConfiguredTor.start();
    const { config, lone } = one;
    config.hiddenServices.push({ dir: `${lone.dataDirectory}/hs`, ports: ["nonsense"] });
    await assert.rejects(config.save(), {
      name: "ConfigSaveError",
      options: ["HiddenServiceOptions"],
    });
    const [refused] = config.unsaved.get("HiddenServiceOptions") as { ports: string[] }[];
    assert.deepEqual(refused?.ports, ["nonsense"]);
    config.hiddenServices = [{ dir: `${lone.dataDirectory}/hs`, ports: [80] }];
    await config.save();
    assert.deepEqual(await lines(one), [
      `HiddenServiceDir ${lone.dataDirectory}/hs`,
      "HiddenServicePort 80",
    ]);
  });
});
