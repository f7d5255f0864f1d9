import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseConsensusHeader } from "../../lib/codec/consensus_header.ts";
import { PathSelectionError } from "../../lib/errors/mod.ts";
import { CircuitBuilder, type CircuitBuilderOptions } from "../../lib/state/circuit_builder.ts";
import type { Router } from "../../lib/state/router.ts";
import { newestFacts, setRouterFacts } from "../../lib/state/router_attributes.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { EXIT, RELAYS, unbuilding, WEB } from "./_builder_relays.ts";
import {
  chiSquare,
  makeRouters,
  makeState,
  names,
  type Relay,
  seeded,
  type SyntheticState,
  USUAL,
} from "./_synthetic_relays.ts";

/** The nicknames that are in a place, of many paths. */
async function namesIn(
  place: number,
  options: CircuitBuilderOptions,
  state: SyntheticState | Promise<SyntheticState> = makeState(RELAYS),
): Promise<string[]> {
  const builder = new CircuitBuilder(unbuilding(await state), { random: seeded(3), ...options });
  const found = new Set<string>();
  for (let i = 0; i < 60; i++) found.add((await builder.select()).at(place)!.nickname!);
  return [...found].sort();
}

/** Why no path is found. */
async function whyNot(
  options: CircuitBuilderOptions,
  relays: readonly Relay[] = RELAYS,
): Promise<string> {
  const builder = new CircuitBuilder(unbuilding(await makeState(relays)), options);
  const error = await builder.select().then(() => assert.fail("There is a path"), (error) => error);
  assert.ok(error instanceof PathSelectionError, String(error));
  return `${error.position}: ${error.constraint}`;
}

describe("a CircuitBuilder chooses", () => {
  it("an exit that is one, by default", async () => {
    assert.deepEqual(await namesIn(-1, {}), ["e1", "e2"]);
  });

  it("an exit by its ports, whether or not it has the flag", async () => {
    assert.deepEqual(await namesIn(-1, { exit: { ports: [443] } }), ["e1"]);
    assert.deepEqual(await namesIn(-1, { exit: { ports: [80] } }), ["e1", "e2"]);
    assert.deepEqual(await namesIn(-1, { exit: { ports: [80, 25] } }), ["e2"]);
    assert.deepEqual(await namesIn(-1, { exit: { ports: [6667] } }), ["odd"]);
    assert.equal(
      await whyNot({ exit: { ports: [6667], flags: ["Exit"] } }),
      "exit: accepts port 6667",
    );
    assert.deepEqual(await namesIn(-1, { exit: { ports: [443], ipv6: true } }), ["e1"]);
    assert.equal(
      await whyNot({ exit: { ports: [80], ipv6: true } }),
      "exit: accepts port 80 over IPv6",
    );
    assert.equal(await whyNot({ exit: { ports: [443, 25] } }), "exit: accepts port 25");
  });

  it("stable relays where a port's connections last, but the entry guard that Tor would", async () => {
    const unstable = RELAYS.map((relay): Relay =>
      relay.name === "g1" ? { ...relay, flags: "Fast Guard Running V2Dir Valid" } : relay
    );
    const options = { exit: { ports: [22] } };
    assert.equal(await whyNot(options, unstable), "exit: accepts port 22");
    const loose = { ...options, stable: false };
    assert.deepEqual(await namesIn(-1, loose, makeState(unstable)), ["e2"]);
    const stable = { stable: true, middle: "uniform" as const };
    assert.deepEqual(await namesIn(0, stable, makeState(unstable)), ["g1"]);
    assert.ok(!(await namesIn(1, stable, makeState(unstable))).includes("m1"));
    assert.ok((await namesIn(1, { middle: "uniform" }, makeState(unstable))).includes("m1"));
  });

  it("an exit by country, of which it asks once", async () => {
    const place = (i: number) => `ip-to-country/10.${i}.0.1`;
    const state = await makeState(RELAYS, {
      answers: { [place(6)]: "de", [place(7)]: "us" },
    });
    assert.deepEqual(await namesIn(-1, { exit: { countries: ["DE"] } }, state), ["e1"]);
    assert.deepEqual(await namesIn(-1, { exit: { countries: ["us", "fr"] } }, state), ["e2"]);
    const builder = new CircuitBuilder(unbuilding(state), { exit: { countries: ["fr", "it"] } });
    await assert.rejects(builder.select(), {
      message: "Cannot choose an exit: of 2 relays left none is in FR or IT",
    });
  });

  it("an exit by flags, and as likely as the others", async () => {
    const relays = RELAYS.map((relay): Relay =>
      relay.name === "e2"
        ? { ...relay, flags: "Exit Fast HSDir Running Valid", bandwidth: 1 }
        : { ...relay, bandwidth: 1000 }
    );
    assert.deepEqual(await namesIn(-1, { exit: { flags: ["HSDir"] } }, makeState(relays)), ["e2"]);
    assert.equal(await whyNot({ exit: { flags: ["NoSuch"] } }), "exit: has the flag NoSuch");
    const builder = new CircuitBuilder(unbuilding(await makeState(relays)), {
      exit: { selection: "uniform" },
      random: seeded(11),
    });
    let e2 = 0;
    for (let i = 0; i < 400; i++) if ((await builder.select())[2]!.nickname === "e2") e2++;
    assert.ok(chiSquare([e2, 400 - e2], [200, 200]) < 15.2);
  });

  it("the first entry guard that fits, in Tor's order", async () => {
    assert.deepEqual(await namesIn(0, {}), ["g1"]);
    const state = await makeState(RELAYS);
    const exit = state.allRouters[0]!;
    assert.deepEqual(await namesIn(0, { exit }, state), ["g2"]);
    state.entryGuards = new Map();
    const builder = new CircuitBuilder(unbuilding(state));
    await assert.rejects(builder.select(), {
      constraint: "is one of Tor's entry guards that it can use",
    });
  });

  it("any relay that could be a guard, by weight", async () => {
    const guards = ["bad", "closed", "e1", "g1", "g2"];
    const others = ["Fast Guard Running Stable Valid", "Fast Guard Running V2Dir Valid"];
    const relays = [...RELAYS, ...others.map((flags, i) => ({ name: `no${i}`, flags }))];
    assert.deepEqual(await namesIn(0, { guard: "any" }, makeState(relays)), guards);
    const state = await makeState(relays);
    const weights = "Wgg=10000 Wgm=10000 Wgd=0";
    state.header = parseConsensusHeader(`directory-footer\nbandwidth-weights ${weights}`);
    // A BadExit is no exit, and weighs as a guard.
    assert.deepEqual(await namesIn(0, { guard: "any" }, state), ["bad", "g1", "g2"]);
  });

  it("relays between by the weights of the consensus, or each as likely as the others", async () => {
    const state = await makeState(RELAYS);
    const weights = "Wmg=0 Wmm=10000 Wme=0 Wmd=0";
    state.header = parseConsensusHeader(`directory-footer\nbandwidth-weights ${weights}`);
    assert.deepEqual(await namesIn(1, {}, state), ["m1", "m2", "odd"]);
    assert.deepEqual(
      await namesIn(1, { middle: "uniform", exit: { ports: [443] } }, state),
      ["bad", "closed", "e2", "g2", "m1", "m2", "odd"],
    );
  });

  it("the very relays that are given, and the others around them", async () => {
    const state = await makeState(RELAYS);
    const [g1, g2, m1, m2, slow] = state.allRouters as readonly Router[];
    const given = new CircuitBuilder(unbuilding(state), {
      guard: g2!,
      middle: [m2!, m1!],
      exit: slow!,
    });
    assert.deepEqual(await given.select(), [g2, m2, m1, slow]);
    assert.deepEqual(state.asked, [], "nothing is asked that no choice needs");
    const options = { length: 5, exit: g1! };
    assert.equal((await new CircuitBuilder(unbuilding(state), options).select()).length, 5);
    assert.equal((await new CircuitBuilder(unbuilding(state), { length: 2 }).select()).length, 2);
    const unknown = state.allRouters.at(-1)!;
    await assert.rejects(new CircuitBuilder(unbuilding(state), { exit: unknown }).select(), {
      position: "exit",
      constraint: "is known to Tor by a descriptor",
    });
  });

  it("in one network where it is told to", async () => {
    const relays = RELAYS.map((relay, i): Relay => ({ ...relay, ip: `10.0.${i}.1` }));
    assert.match(await whyNot({}, relays), /EnforceDistinctSubnets/);
    const path = namesIn(-1, { enforceDistinctSubnets: false }, makeState(relays));
    assert.deepEqual(await path, ["e1", "e2"]);
  });

  it("by facts that it reads once for a consensus, for all builders", async () => {
    const state = await makeState(RELAYS);
    const builders = [{}, { exit: { ports: [80] } }].map((options) =>
      new CircuitBuilder(unbuilding(state), options)
    );
    await Promise.all(builders.flatMap((builder) => [builder.select(), builder.select()]));
    for (const builder of builders) await builder.select();
    assert.deepEqual(state.asked, ["header", "microdescriptors"]);
    state.allRouters = (await makeState(RELAYS.filter(({ name }) => name !== "e2"))).allRouters;
    for (let i = 0; i < 20; i++) {
      assert.equal((await builders[0]!.select())[2]!.nickname, "e1");
    }
    assert.equal(state.asked.length, 4);
  });

  it("by what it reads again as long as Tor has few descriptors", async () => {
    const relays = RELAYS.map((relay): Relay => ({ ...relay, family: undefined }));
    const state = await makeState(relays);
    const described = await makeRouters(RELAYS);
    const facts = new Map(described.map((router) => [router.idHex, newestFacts(router)!]));
    const names = ["g1", "e1", "m1"];
    state.readMicrodescriptors = () => {
      state.asked.push(names.join());
      for (const router of state.allRouters) {
        if (names.includes(router.nickname!)) setRouterFacts(router, facts.get(router.idHex)!);
      }
      return Promise.resolve(names.length);
    };
    const builder = new CircuitBuilder(unbuilding(state), { middle: "uniform" });
    assert.deepEqual((await builder.select()).map(({ nickname }) => nickname), ["g1", "m1", "e1"]);
    names.push(...RELAYS.map(({ name }) => name));
    await builder.select();
    await builder.select();
    assert.equal(state.asked.filter((asked) => asked !== "header").length, 2);
  });

  it("once Tor has descriptors of relays that fit, where it has few at first", async () => {
    const state = await makeState(RELAYS.map((relay): Relay => ({ ...relay, family: undefined })));
    const described = await makeRouters(RELAYS);
    const facts = new Map(described.map((router) => [router.idHex, newestFacts(router)!]));
    let times = 0;
    state.readMicrodescriptors = () => {
      times++;
      for (const router of state.allRouters) {
        if (times > 1 || router.nickname === "g1") setRouterFacts(router, facts.get(router.idHex)!);
      }
      return Promise.resolve(1);
    };
    const abort = new AbortController();
    const given = new CircuitBuilder(unbuilding(state)).select({ signal: abort.signal });
    const builder = new CircuitBuilder(unbuilding(state), { exit: { ports: [443] } });
    const selecting = builder.select();
    abort.abort(new Error("enough"));
    await assert.rejects(given, /enough/);
    assert.equal((await selecting)[2]!.nickname, "e1");
    assert.equal(times, 2);
  });

  it("by the newest consensus, though it comes while the one before is read", async () => {
    const state = await makeState(RELAYS);
    const builder = new CircuitBuilder(unbuilding(state), {});
    const { allRouters } = await makeState(RELAYS);
    const selecting = builder.select();
    state.allRouters = allRouters;
    const path = await selecting;
    assert.ok(path.slice(1).every((router) => state.allRouters.includes(router)));
  });

  it("again after what it asked for was not told, and not for who has given up", async () => {
    const state = await makeState(RELAYS);
    const builder = new CircuitBuilder(unbuilding(state), {});
    const { readConsensusHeader } = state;
    state.readConsensusHeader = () => Promise.reject(new Error("Not now"));
    await assert.rejects(builder.select(), /Not now/);
    const header = deferred<void>();
    state.readConsensusHeader = () => header.promise.then(() => readConsensusHeader());
    const abort = new AbortController();
    const given = builder.select({ signal: abort.signal });
    const other = builder.select();
    abort.abort(new Error("enough"));
    await assert.rejects(given, /enough/);
    await assert.rejects(builder.select({ signal: abort.signal }), /enough/);
    header.resolve();
    assert.equal((await other).length, 3);
  });

  it("of relays that Tor has descriptors of, where it has no microdescriptors", async () => {
    const relays = RELAYS.map((relay): Relay => ({ ...relay, family: undefined }));
    const state = await makeState(relays);
    state.readMicrodescriptors = () => Promise.resolve(0);
    const builder = new CircuitBuilder(unbuilding(state), { descriptorTimeout: 0 });
    await assert.rejects(builder.select(), { constraint: "is known to Tor by a descriptor" });
    const answers: Record<string, string> = {};
    for (const { idHex, nickname } of state.allRouters) {
      if (nickname !== "e1") answers[`desc/id/${idHex}`] = "reject *:*\n";
      else answers[`md/id/${idHex}`] = "onion-key\np accept 80\n";
    }
    const told = await makeState(relays, { answers });
    told.readMicrodescriptors = () => Promise.resolve(0);
    const path = await new CircuitBuilder(unbuilding(told), { exit: { ports: [80] } }).select();
    assert.equal(path[2]!.nickname, "e1");
  });

  it("from 10,000 relays without a look at all of them for each path", async () => {
    const relays = Array.from({ length: 10_000 }, (_, i): Relay => ({
      name: `${i < 20 ? "g" : "r"}${i}`,
      ip: `${1 + i % 200}.${i % 250}.0.1`,
      flags: i % 5 === 0 ? EXIT : USUAL,
      bandwidth: i,
      policy: WEB,
    }));
    const state = await makeState(relays);
    let drawn = 0;
    const random = seeded(9);
    const builder = new CircuitBuilder(unbuilding(state), {
      random: (below) => {
        drawn++;
        return random(below);
      },
    });
    for (let i = 0; i < 500; i++) assert.equal(names(await builder.select()).length, 3);
    assert.ok(drawn < 1100, `${drawn} random numbers for 500 paths`);
  });
});
