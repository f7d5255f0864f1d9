import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { DEFAULT_VALUE } from "../../lib/config/default_value.ts";
import { ConfiguredTor } from "./_support.ts";

/** What Tor has by its own rules: values by option, and whether it would take them. */
class Model {
  readonly tor = new Map<string, unknown>();
  readonly unsaved = new Map<string, unknown>();
  readonly defaults: ReadonlyMap<string, unknown>;

  constructor(defaults: ReadonlyMap<string, unknown>) {
    this.defaults = defaults;
    for (const [name, value] of defaults) this.tor.set(name, value);
  }

  /** Drops what Tor has already: to assign that is no change. */
  settle(): void {
    for (const [name, value] of this.unsaved) {
      const isList = name in LISTS;
      const wanted = value !== DEFAULT_VALUE ? value : isList ? this.defaults.get(name) : undefined;
      if (isDeepStrictEqual(wanted, this.tor.get(name))) this.unsaved.delete(name);
    }
  }

  /** What is to be after a save. */
  get next(): Map<string, unknown> {
    const next = new Map(this.tor);
    for (const [name, value] of this.unsaved) {
      next.set(name, value === DEFAULT_VALUE ? this.defaults.get(name) : value);
    }
    return next;
  }

  /** The burst is no less than the rate, a name has letters and digits only, a proxy's name a password. */
  get isLegal(): boolean {
    const { next } = this;
    const both = ["Socks5ProxyUsername", "Socks5ProxyPassword"].map((name) => next.get(name));
    return Number(next.get("BandwidthBurst")) >= Number(next.get("BandwidthRate")) &&
      /^[A-Za-z0-9]{1,19}$/.test(String(next.get("Nickname") ?? "unset")) &&
      (both[0] === undefined) === (both[1] === undefined);
  }
}

const SCALARS: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  BandwidthRate: fc.constantFrom(2 ** 20, 2 ** 21, 2 ** 30),
  BandwidthBurst: fc.constantFrom(2 ** 20, 2 ** 21, 2 ** 31 - 1),
  Nickname: fc.constantFrom("one", "two", "not a name"),
  ContactInfo: fc.constantFrom("me", 'a "b" \\ # c\n'),
  Socks5ProxyUsername: fc.constantFrom("u", "v"),
  Socks5ProxyPassword: fc.constantFrom("p", "q"),
  SafeSocks: fc.boolean(),
  ConnectionPadding: fc.constantFrom<unknown>(true, false, "auto"),
};
const LISTS: Readonly<Record<string, readonly string[]>> = {
  MapAddress: ["a.example b.example", "c.example d.example", "e.example f.example"],
  LongLivedPorts: ["21", "22", "8443"],
  SocksPort: ["9150", "9160 IsolateDestAddr", "[::1]:9170"],
  __SocksPort: ["9180", "9190 IPv6Traffic"],
};

type Step =
  | { readonly kind: "assign"; readonly name: string; readonly value: unknown }
  | { readonly kind: "push"; readonly name: string; readonly value: string }
  | { readonly kind: "remove"; readonly name: string; readonly index: number }
  | { readonly kind: "other"; readonly name: string; readonly value: unknown }
  | { readonly kind: "save" | "discard" };

const scalarSteps = Object.entries(SCALARS).map(([name, values]) =>
  fc.record({
    kind: fc.constant("assign" as const),
    name: fc.constant(name),
    value: fc.oneof(values, fc.constant(DEFAULT_VALUE)),
  })
);
const listSteps = Object.entries(LISTS).flatMap(([name, items]) => [
  fc.record({
    kind: fc.constant("assign" as const),
    name: fc.constant(name),
    value: fc.oneof(fc.subarray([...items]), fc.constant(DEFAULT_VALUE)),
  }),
  fc.record({
    kind: fc.constant("push" as const),
    name: fc.constant(name),
    value: fc.constantFrom(...items),
  }),
  fc.record({
    kind: fc.constant("remove" as const),
    name: fc.constant(name),
    index: fc.nat({ max: 3 }),
  }),
]);
const otherSteps = fc.record({
  kind: fc.constant("other" as const),
  name: fc.constantFrom("ContactInfo", "Nickname"),
  value: fc.constantFrom("theirs", "others"),
});
const program: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    ...scalarSteps,
    ...listSteps,
    otherSteps,
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constantFrom("save" as const, "save" as const, "discard" as const),
      }),
    },
  ),
  { minLength: 5, maxLength: 40 },
);

/** Does one step on both; the model's rule is the shorter one. */
async function run(step: Step, model: Model, one: ConfiguredTor): Promise<void> {
  const { config } = one;
  const shown = (name: string) => {
    const value = model.unsaved.has(name) ? model.unsaved.get(name) : model.tor.get(name);
    return value === DEFAULT_VALUE ? model.defaults.get(name) : value;
  };
  if (step.kind === "assign") {
    config.set(step.name, step.value);
    model.unsaved.set(step.name, step.value);
  } else if (step.kind === "push" || step.kind === "remove") {
    const list = config.get(step.name) as string[];
    const copy = [...shown(step.name) as string[]];
    for (const items of [list, copy]) {
      if (step.kind === "push") items.push(step.value);
      else items.splice(step.index, 1);
    }
    model.unsaved.set(step.name, copy);
  } else if (step.kind === "other") {
    const isNews = model.tor.get(step.name) !== step.value;
    const changed = isNews ? one.next(step.name) : undefined;
    await one.other.control.setConf({ [step.name]: String(step.value) });
    await changed;
    model.tor.set(step.name, step.value);
  } else if (step.kind === "discard") {
    config.discard();
    model.unsaved.clear();
  } else if (model.isLegal) {
    await config.save();
    for (const [name, value] of model.next) model.tor.set(name, value);
    model.unsaved.clear();
    assert.equal(config.needsSave, false);
  } else {
    await assert.rejects(config.save(), { name: "ConfigSaveError" });
    config.discard();
    model.unsaved.clear();
  }
  model.settle();
  for (const name of model.tor.keys()) {
    const isReset = model.unsaved.get(name) === DEFAULT_VALUE && !(name in LISTS);
    assert.deepEqual(
      config.get(name),
      isReset ? DEFAULT_VALUE : shown(name) ?? DEFAULT_VALUE,
      name,
    );
  }
  assert.deepEqual([...config.unsaved.keys()].sort(), [...model.unsaved.keys()].sort());
}

/** What the other controller reads is what the model has. */
async function compare(model: Model, one: ConfiguredTor): Promise<void> {
  for (const [name, value] of model.tor) {
    const texts = (await one.told(name)).filter((text) => text !== undefined);
    const told = name === "LongLivedPorts"
      ? texts.flatMap((text) => text === "" ? [] : text.split(","))
      : texts;
    const expected = [value].flat().filter((item) => item !== undefined)
      .map((item) => typeof item === "boolean" ? String(Number(item)) : String(item));
    assert.deepEqual(told, expected, name);
  }
}

describe("a random program of assignments and saves", () => {
  it("leaves in Tor what Tor's rules say", { timeout: 110_000 }, async () => {
    await using one = await ConfiguredTor.start();
    const { config } = one;
    const names = [...Object.keys(SCALARS), ...Object.keys(LISTS)];
    const defaults = new Map(names.map((name) => [
      name,
      config.defaultOf(name) ?? (name in LISTS ? [] : undefined),
    ]));
    await fc.assert(
      fc.asyncProperty(program, async (steps) => {
        await one.other.control.resetConf(names);
        await config.refresh(names);
        config.discard();
        const model = new Model(defaults);
        for (const step of steps) await run(step, model, one);
        await compare(model, one);
      }),
      { numRuns: 100 },
    );
  });
});
