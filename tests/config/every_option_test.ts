import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { describe, it } from "node:test";
import { DEFAULT_VALUE } from "../../lib/config/default_value.ts";
import type { TorConfig } from "../../lib/config/tor_config.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import {
  isForTesting,
  LEGAL_VALUES,
  NEVER_SET,
  REFUSED,
  TESTING_TORRC,
  valueOfType,
} from "./_legal_values.ts";

interface Setting {
  readonly lone: LoneTor;
  readonly config: TorConfig;
  readonly raw: Tor;
}

/** Puts this run's directory and process where the table says so. */
function fill<T>(value: T, lone: LoneTor): T {
  const text = JSON.stringify(value).replaceAll("DIR/", `${lone.dataDirectory}/`);
  return JSON.parse(text.replaceAll('"PID"', `"${lone.pid}"`));
}

function isOwn(config: TorConfig, name: string): boolean {
  const type = config.typeOf(name);
  return type !== "Virtual" && !(type === "Dependent" && name.startsWith("HiddenService"));
}

/** Sets an option, reads it back over another connection, and gives it back its default. */
async function tryOption(name: string, { lone, config, raw }: Setting): Promise<void> {
  const legal = LEGAL_VALUES[name];
  const before = config.get(name);
  const value = fill(legal?.value ?? valueOfType(config.typeOf(name), before), lone);
  const others = Object.entries(fill(legal?.with ?? {}, lone));
  for (const [other, its] of others) config.set(other, its);
  config.set(name, value);
  assert.ok(config.needsSave, name);
  const refusal = REFUSED[name];
  if (refusal !== undefined) {
    await assert.rejects(config.save(), { name: "ConfigSaveError", message: refusal });
    assert.deepEqual(config.get(name), before);
    config.discard();
    return;
  }
  await config.save();
  assert.deepEqual(config.get(name), legal?.becomes ?? value, name);
  const lines = (await raw.control.getConf(name)).map((line) => line.value ?? "");
  assert.deepEqual(lines, textsOf(config, name), name);
  for (const option of [name, ...others.map(([other]) => other)]) config.set(option, DEFAULT_VALUE);
  await config.save();
  assert.equal(config.needsSave, false, name);
  const [reset] = await raw.control.getConf(name);
  const byDefault = config.defaultOf(name);
  // A Tor without a list of relays of its own uses that which it has built in.
  const isBuiltIn = ["DirAuthority", "FallbackDir"].includes(name);
  if (byDefault === undefined || isBuiltIn) {
    assert.equal(reset?.value || undefined, undefined, name);
  } else assert.deepEqual(config.get(name), byDefault, name);
}

/** An option's value as Tor would write it, worked out by other means than the library's. */
function textsOf(config: TorConfig, name: string): string[] {
  const value = config.get(name);
  if (Array.isArray(value)) {
    const texts = value.map(String);
    return /(?:Comma|Router)List$/.test(config.typeOf(name)) ? [texts.join(",")] : texts;
  }
  if (typeof value === "boolean") return [value ? "1" : "0"];
  if (config.typeOf(name) === "Float") return [Number(value).toFixed(6)];
  return [value === DEFAULT_VALUE ? "" : String(value)];
}

describe("every option", () => {
  for (const isTesting of [false, true]) {
    const which = isTesting ? "for testing networks" : "of Tor's";
    it(`${which} is set, read back and reset`, { timeout: 60_000 }, async () => {
      await using lone = await startLoneTor(isTesting ? { torrc: TESTING_TORRC } : {});
      mkdirSync(`${lone.dataDirectory}/onion_auth`, { mode: 0o700 });
      await using tor = await connect({ control: lone.control });
      await using raw = await connect({ control: lone.control });
      const config = await tor.getConfig();
      const names = [...config].filter((name) =>
        isOwn(config, name) && isForTesting(name) === isTesting && !(name in NEVER_SET)
      );
      assert.ok(names.length > (isTesting ? 20 : 280), String(names.length));
      for (const name of names) await tryOption(name, { lone, config, raw });
      assert.equal(config.DisableNetwork, true);
    });
  }

  it("is read, and the table has no option that Tor has not", async () => {
    await using lone = await startLoneTor();
    await using tor = await connect({ control: lone.control });
    await using raw = await connect({ control: lone.control });
    const config = await tor.getConfig();
    const told = (await raw.control.getInfo("config/names")).split("\n").map((line) =>
      line.split(" ")[0]!
    );
    assert.deepEqual([...config], told);
    assert.deepEqual(Object.keys(config), told);
    for (const name of told.filter((name) => isOwn(config, name))) {
      const lines = (await raw.control.getConf(name)).map(({ value = "" }) => value);
      const texts = textsOf(config, name);
      // A list that is empty is told by its name alone.
      assert.deepEqual(texts.length === 0 ? [""] : texts, lines, name);
    }
    for (
      const name of [
        ...Object.keys(LEGAL_VALUES),
        ...Object.keys(REFUSED),
        ...Object.keys(NEVER_SET),
      ]
    ) {
      assert.ok(told.includes(name), name);
    }
  });
});
