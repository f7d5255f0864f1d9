import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CircuitBuilder, type CircuitBuilderOptions } from "../../lib/state/circuit_builder.ts";
import { unbuilding } from "./_builder_relays.ts";
import { ScriptedState } from "./_scripted_state.ts";
import { idOf } from "./_relays.ts";
import { makeState, type Relay, seeded, type SyntheticState, USUAL } from "./_synthetic_relays.ts";

const EXIT = { flags: `Exit ${USUAL}`, policy: "p accept 80,443\n" };

/** Two guards, three relays between, three exits; each has the address 10.N.0.1. */
const RELAYS: readonly Relay[] = [
  { name: "g0" },
  { name: "g1" },
  { name: "m2", flags: "Fast Running Valid" },
  { name: "m3", flags: "Fast Running Valid" },
  { name: "m4", flags: "Fast Running Valid" },
  { name: "e5", ...EXIT },
  { name: "e6", ...EXIT },
  { name: "e7", ...EXIT },
];

/** A state whose Tor has options such as `"ExcludeNodes bob"`. */
async function stateWith(
  options: readonly string[],
  answers: Readonly<Record<string, string>> = {},
): Promise<SyntheticState> {
  // What a database of the program says of them counts for nothing.
  const state = await makeState(RELAYS, { answers, geoip: () => ({ countryCode: "FR" }) });
  state.options = options.map((line) => {
    const [key = "", value] = line.split(" ");
    return { key, value };
  });
  return state;
}

/** Chooses paths by a state. */
function builderOf(state: SyntheticState, options: CircuitBuilderOptions = {}): CircuitBuilder {
  return new CircuitBuilder(unbuilding(state), {
    random: seeded(5),
    middle: "uniform",
    ...options,
  });
}

/** The nicknames that are in each place, of many paths. */
async function namesOf(builder: CircuitBuilder): Promise<string[]> {
  const places = [new Set<string>(), new Set<string>(), new Set<string>()];
  for (let i = 0; i < 80; i++) {
    for (const [place, { nickname }] of (await builder.select()).entries()) {
      places[place]!.add(nickname!);
    }
  }
  return places.map((names) => [...names].sort().join(" "));
}

describe("a CircuitBuilder holds to what Tor's user says of relays", () => {
  for (
    const [options, expected] of [
      [["ExcludeNodes"], ["g0", "e5 e6 e7 g1 m2 m3 m4", "e5 e6 e7"]],
      [["ExcludeNodes g0,m3,e5"], ["g1", "e6 e7 m2 m4", "e6 e7"]],
      [["ExcludeNodes 10.2.0.0/15"], ["g0", "e5 e6 e7 g1 m4", "e5 e6 e7"]],
      [["ExcludeExitNodes e5,e7"], ["g0", "e5 e7 g1 m2 m3 m4", "e6"]],
      [["ExcludeNodes e5", "ExcludeExitNodes e6"], ["g0", "e6 g1 m2 m3 m4", "e7"]],
      [["EntryNodes g1"], ["g1", "e5 e6 e7 g0 m2 m3 m4", "e5 e6 e7"]],
      [["MiddleNodes m2,m4"], ["g0", "m2 m4", "e5 e6 e7"]],
      [["ExitNodes e6,m2"], ["g0", "e5 e7 g1 m2 m3 m4", "e6"]],
    ] as const
  ) {
    it(`as by ${options.join(" and ")}`, async () => {
      assert.deepEqual(await namesOf(builderOf(await stateWith(options))), expected);
    });
  }

  it("never with two of one NodeFamily in a path", async () => {
    const families = [["g0", "e6", "e7"], ["e5", "m2", "m3"]];
    const options = families.map((names) => `NodeFamily ${names.join()}`);
    const builder = builderOf(await stateWith(options));
    for (let i = 0; i < 80; i++) {
      const path = (await builder.select()).map(({ nickname }) => nickname!);
      for (const family of families) {
        assert.ok(path.filter((name) => family.includes(name)).length < 2, path.join());
      }
    }
  });

  it("by country, of which those that are unknown have their own sign", async () => {
    const places = { "ip-to-country/10.5.0.1": "de", "ip-to-country/10.6.0.1": "fr" };
    const others = RELAYS.map((_, i) => `ip-to-country/10.${i}.0.1`)
      .filter((key) => !(key in places)).map((key) => [key, "??"]);
    const answers = { ...places, ...Object.fromEntries(others) };
    const exits = async (...options: string[]) =>
      (await namesOf(builderOf(await stateWith(options, answers))))[2];
    assert.equal(await exits("ExcludeExitNodes {DE}"), "e6 e7");
    assert.equal(await exits("ExcludeExitNodes {de},{??}"), "e6");
    assert.equal(await exits("ExitNodes {de},{fr}"), "e5 e6");
  });

  it("of relays that are given and of guards that may be any, too, and tells by which", async () => {
    const why = async (
      option: string,
      options: (state: SyntheticState) => CircuitBuilderOptions,
    ) => {
      const state = await stateWith([option]);
      return await builderOf(state, options(state)).select()
        .then(() => assert.fail("There is a path"), ({ message }) => message);
    };
    const none = "of 1 relays left none";
    assert.equal(
      await why("ExcludeNodes e5", ({ allRouters }) => ({ exit: allRouters[5] })),
      `Cannot choose an exit: ${none} is outside of ExcludeNodes`,
    );
    assert.equal(
      await why("ExcludeExitNodes e5", ({ allRouters }) => ({ exit: allRouters[5] })),
      `Cannot choose an exit: ${none} is outside of ExcludeExitNodes`,
    );
    assert.equal(
      await why("ExcludeNodes m2", ({ allRouters }) => ({ middle: [allRouters[2]!] })),
      `Cannot choose a middle: ${none} is outside of ExcludeNodes`,
    );
    assert.equal(
      await why("EntryNodes g1", ({ allRouters }) => ({ guard: allRouters[0] })),
      `Cannot choose a guard: ${none} is one of EntryNodes`,
    );
    assert.equal(
      await why("ExcludeNodes g0,g1", () => ({})),
      "Cannot choose a guard: of 2 relays left none is outside of ExcludeNodes",
    );
    const anyGuard = builderOf(await stateWith(["ExcludeNodes g0"]), { guard: "any" });
    assert.ok(!(await namesOf(anyGuard))[0]!.includes("g0"));
  });

  it("as it is now, and reads the consensus no more for it", async () => {
    const state = await stateWith([]);
    const builder = builderOf(state);
    await builder.select();
    state.options = [{ key: "ExcludeNodes", value: "g0,e5,e6" }];
    assert.deepEqual(await namesOf(builder), ["g1", "m2 m3 m4", "e7"]);
    state.options = [];
    assert.equal((await builder.select())[0]!.nickname, "g0");
    assert.deepEqual(state.asked, ["header", "microdescriptors"]);
  });

  it("and not of a bridge whose address it would take, which nobody knows", async () => {
    const bridge = `$${idOf("bridge")}~bridge`;
    await using scripted = await ScriptedState.open({
      answers: { "entry-guards": [`${bridge} up`] },
      onWarning: () => {},
    });
    const { port, state } = scripted;
    port.always((command) => command.args.startsWith("md/id/")).reply("552 Unrecognized key");
    const [guard] = state.entryGuards.values();
    const builder = new CircuitBuilder(state, { middle: [guard!], exit: guard! });
    port.expect(/^GETCONF/).reply("250-ExcludeNodes={de},{??}", "250 ExcludeExitNodes=");
    await assert.rejects(builder.select(), {
      constraint: "is outside of ExcludeNodes",
    });
  });

  it("or not at all, where it cannot understand or is not told it", async () => {
    await using scripted = await ScriptedState.open({ onWarning: () => {} });
    const { port, state } = scripted;
    const router = state.routerFromId(`$${idOf("a")}`)!;
    const builder = new CircuitBuilder(state, { guard: router, middle: [], exit: router });
    port.expect(
      "GETCONF ExcludeNodes ExcludeExitNodes EntryNodes MiddleNodes ExitNodes NodeFamily",
    ).reply("250-ExcludeNodes=", "250 ExitNodes=a-b");
    await assert.rejects(builder.build(), {
      name: "TorError",
      message: "Cannot choose relays: cannot understand ExitNodes a-b",
    });
    port.expect(/^GETCONF/).reply("510 Command filtered");
    await assert.rejects(builder.build(), { code: 510 });
  });
});
