import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setImmediate } from "node:timers";
import fc from "fast-check";
import { MalformedRelaysError } from "../../lib/errors/mod.ts";
import { Consensus } from "../../lib/state/consensus.ts";
import { digestToBase64 } from "../../lib/util/hex.ts";
import { relayData } from "../_support/relay_data.ts";
import { assertSame, entry, idOf, infoSource } from "./_relays.ts";

/** A consensus that asks nobody, and the errors that it tells of. */
function makeConsensus(): { consensus: Consensus; errors: unknown[] } {
  const errors: unknown[] = [];
  const consensus = new Consensus({
    control: infoSource({}),
    onError: (error) => errors.push(error),
  });
  return { consensus, errors };
}

describe("Consensus", () => {
  it("has what tor told of a private network", async () => {
    const { consensus, errors } = makeConsensus();
    const { added, removed } = await consensus.update(relayData("microdesc_ns_all"));
    assert.deepEqual(errors, []);
    assert.deepEqual(removed, []);
    assertSame(added, consensus.allRouters);
    assert.deepEqual(consensus.allRouters.map(({ nickname }) => nickname), [
      ...["authority2", "relay1", "authority1", "relay2", "relay3", "authority3"],
    ]);
    assert.deepEqual([...consensus.authorities.keys()], ["authority2", "authority1", "authority3"]);
    assert.equal(consensus.guards.size, 6);
    const router = consensus.routers.get("relay1")!;
    assert.equal(consensus.routers.get("70AA00B95C07F49CDAEF5A9365B32A94F528D13F"), router);
    assert.equal(consensus.routersByHash.get("cKoAuVwH9Jza71qTZbMqlPUo0T8"), router);
    assertSame(consensus.routersByName.get("relay1"), [router]);
    assert.equal(consensus.routers.size, 12);
  });

  it("keeps the relays that stay, with their new attributes, and no others in any map", async () => {
    const { consensus } = makeConsensus();
    await consensus.update(
      entry("stays", { flags: "Guard Authority", bandwidth: 1 }) +
        entry("goes", { flags: "Guard Authority", bandwidth: 2 }),
    );
    const [stays, goes] = consensus.allRouters;
    const before = consensus.guards;
    const { added, removed } = await consensus.update(
      entry("comes", { flags: "Guard Authority" }) +
        entry("stays", { as: "renamed", flags: "Exit", bandwidth: 7 }),
    );
    const [comes, still] = consensus.allRouters;
    assert.equal(still, stays);
    assertSame(added, [comes]);
    assertSame(removed, [goes]);
    assert.equal(stays!.nickname, "renamed");
    assert.equal(stays!.bandwidth, 7);
    assert.deepEqual([...stays!.flags], ["Exit"]);
    assert.equal(stays!.isInConsensus, true);

    assert.deepEqual([...consensus.routers.keys()], [
      ...[idOf("comes"), idOf("stays"), "comes", "renamed"],
    ]);
    assert.deepEqual([...consensus.routersByName.keys()], ["comes", "renamed"]);
    assertSame(consensus.routersByHash.values(), [comes, stays]);
    assertSame(consensus.guards.values(), [comes]);
    assert.deepEqual([...consensus.authorities.keys()], ["comes"]);
    // What was taken before is what it was.
    assertSame(before.values(), [stays, goes]);
    // The last that was told of it stays known.
    assert.equal(goes!.isInConsensus, false);
    assert.equal(goes!.nickname, "goes");
    assert.equal(goes!.bandwidth, 2);
  });

  it("knows a relay again that comes back", async () => {
    const { consensus } = makeConsensus();
    await consensus.update(entry("a"));
    const [router] = consensus.allRouters;
    await consensus.update("");
    assert.equal(consensus.routerFromId(idOf("a")), router);
    const { added } = await consensus.update(entry("b") + entry("a", { bandwidth: 3 }));
    assert.equal(added[1], router);
    assert.equal(router!.bandwidth, 3);
    assert.equal(router!.isInConsensus, true);
  });

  it("gives a relay that a circuit has named its place when a consensus has it", async () => {
    const { consensus } = makeConsensus();
    const stranger = consensus.routerFromId(`$${idOf("a")}~told`)!;
    assert.equal(stranger.nickname, "told");
    assert.deepEqual([...stranger.flags], []);
    for (const key of ["ip", "orPort", "bandwidth", "modified", "orHash", "policy"] as const) {
      assert.equal(stranger[key], undefined);
    }
    assert.equal(String(stranger), `$${idOf("a")}~told`);
    await consensus.update(entry("b") + entry("a"));
    assert.equal(consensus.allRouters[1], stranger);
    assert.equal(stranger.nickname, "a");
    assert.equal(stranger.ip, "192.0.2.1");
  });

  it("makes one relay of a name that comes while a consensus is read", async () => {
    const { consensus } = makeConsensus();
    const text = Array.from({ length: 20_000 }, (_, i) => entry(`r${i}`)).join("");
    const update = consensus.update(text);
    let named: unknown;
    setImmediate(() => named = consensus.routerFromId(idOf("r2")));
    const early = consensus.routerFromId({ fingerprint: idOf("r1"), nickname: "r1" });
    await update;
    assert.ok(named !== undefined);
    assert.equal(consensus.routers.get("r1"), early);
    assert.equal(consensus.routers.get("r2"), named);
    assert.equal(consensus.allRouters.length, 20_000);
  });

  it("finds relays by every kind of name", async () => {
    const { consensus } = makeConsensus();
    await consensus.update(entry("a") + entry("b1", { as: "b" }) + entry("b2", { as: "b" }));
    const [a] = consensus.allRouters;
    const id = idOf("a");
    for (const name of [id, `$${id}`, `$${id}~a`, `$${id}=a`, id.toLowerCase(), "a"]) {
      assert.equal(consensus.routerFromId(name), a, name);
    }
    assert.equal(consensus.routerFromId({ fingerprint: id, nickname: undefined }), a);
    for (const name of ["b", "c", "", "$", "a b", "$a"]) {
      assert.equal(consensus.routerFromId(name), undefined, name);
    }
  });

  it("has two relays of one nickname by their fingerprints and in the list, and neither by name", async () => {
    const { consensus } = makeConsensus();
    await consensus.update(entry("b1", { as: "b" }) + entry("a") + entry("b2", { as: "b" }));
    const [b1, a, b2] = consensus.allRouters;
    assertSame(consensus.routersByName.get("b"), [b1, b2]);
    assert.equal(consensus.routers.has("b"), false);
    assert.equal(consensus.routers.get("a"), a);
    assert.equal(consensus.routers.get(idOf("b2")), b2);
    await consensus.update(entry("b2", { as: "b" }));
    assert.equal(consensus.routers.get("b"), b2);
  });

  it("reads relays without `w`, `p`, `s`, with unknown lines and flags", async () => {
    const { consensus, errors } = makeConsensus();
    await consensus.update(
      `${entry("bare").split("\n")[0]}\n` +
        `${entry("odd", { flags: "Fast Sleepy" })}future 1 2\na nonsense\na [2001:db8::1]:9001\n`,
    );
    const [bare, odd] = consensus.allRouters;
    assert.deepEqual(errors, []);
    assert.equal(bare!.bandwidth, undefined);
    assert.deepEqual([...bare!.flags], []);
    assert.deepEqual([...odd!.flags], ["Fast", "Sleepy"]);
    assert.deepEqual(odd!.ipv6Addresses, [{ address: "2001:db8::1", port: 9001 }]);
    assert.equal(consensus.guards.size, 0);
  });

  it("skips what is malformed, and tells of it", async () => {
    const { consensus, errors } = makeConsensus();
    const torn = entry("torn").replace(/ 9001 0\n/, " 90\n");
    await consensus.update(`nonsense\n${entry("a")}${torn}r \n${entry("b")}r`);
    assert.deepEqual(consensus.allRouters.map(({ nickname }) => nickname), ["a", "b"]);
    const [error] = errors as [MalformedRelaysError];
    assert.equal(errors.length, 1);
    assert.ok(error instanceof MalformedRelaysError);
    assert.equal(error.lines.length, 2);
    assert.match(error.message, /^Cannot read 2 relays of the consensus, the first: r torn /);
  });

  it("takes the first of two entries of one relay", async () => {
    const { consensus } = makeConsensus();
    for (let i = 0; i < 2; i++) {
      await consensus.update(entry("a", { bandwidth: 1 }) + entry("a", { bandwidth: 2 }));
      assert.deepEqual(consensus.allRouters.map(({ bandwidth }) => bandwidth), [1]);
    }
  });

  it("takes on one after the other, and none that was given up", async () => {
    const { consensus } = makeConsensus();
    const reason = new Error("enough");
    const first = consensus.update(entry("a"));
    const second = consensus.update(entry("b"), { signal: AbortSignal.abort(reason) });
    const third = consensus.update(entry("c"));
    await assert.rejects(second, reason);
    assert.deepEqual((await first).removed, []);
    const { added, removed } = await third;
    assert.deepEqual(added.map(({ nickname }) => nickname), ["c"]);
    assert.deepEqual(removed.map(({ nickname }) => nickname), ["a"]);
  });

  it("changes nothing where it is given up halfway", async () => {
    const { consensus } = makeConsensus();
    await consensus.update(entry("a", { bandwidth: 1 }));
    const text = entry("a", { bandwidth: 2 }) +
      Array.from({ length: 20_000 }, (_, i) => entry(`r${i}`)).join("");
    const controller = new AbortController();
    const update = consensus.update(text, { signal: controller.signal });
    // In the first turn that the update leaves to others.
    setImmediate(() => controller.abort(new Error("enough")));
    await assert.rejects(update, /enough/);
    assert.deepEqual(consensus.allRouters.map(({ bandwidth }) => bandwidth), [1]);
    await consensus.update(entry("b"));
    assert.deepEqual(consensus.allRouters.map(({ nickname }) => nickname), ["b"]);
  });

  it("reads a whole consensus, with what only that tells", async () => {
    const { consensus } = makeConsensus();
    await consensus.update(relayData("consensus_microdesc"));
    assert.equal(consensus.allRouters.length, 6);
    for (const router of consensus.allRouters) {
      assert.equal(router.version, "Tor 0.4.9.11");
      assert.match(router.protocols!, /^Conflux=1 Cons=1-2 /);
      assert.equal(router.isUnmeasured, true);
    }
  });

  it("is, after any consensuses, just what the last one says", async () => {
    const relay = fc.record({
      id: fc.constantFrom("a", "b", "c", "d", "e", "f"),
      as: fc.constantFrom("x", "y", "z"),
      flags: fc.constantFrom("", "Guard", "Authority", "Guard Authority Exit"),
      bandwidth: fc.nat(99),
    });
    const relays = fc.uniqueArray(relay, { selector: ({ id }) => id });
    await fc.assert(fc.asyncProperty(fc.array(relays, { minLength: 1 }), async (steps) => {
      const { consensus } = makeConsensus();
      const objects = new Map<string, unknown>();
      for (const step of steps) {
        await consensus.update(step.map(({ id, ...rest }) => entry(id, rest)).join(""));
        const all = consensus.allRouters;
        assert.deepEqual(
          all.map(({ idHex, nickname, bandwidth }) => [idHex, nickname, bandwidth]),
          step.map(({ id, as, bandwidth }) => [idOf(id), as, bandwidth]),
        );
        for (const router of all) {
          assert.equal(objects.get(router.idHex) ?? router, router);
          objects.set(router.idHex, router);
        }
        const withFlag = (flag: string) => all.filter(({ flags }) => flags.has(flag));
        const named = all.filter((a) => all.every((b) => a === b || a.nickname !== b.nickname));
        assertSame(consensus.guards.values(), withFlag("Guard"));
        assert.deepEqual(
          new Set(consensus.authorities.keys()),
          new Set(withFlag("Authority").map(({ nickname }) => nickname)),
        );
        assert.equal(consensus.routers.size, all.length + named.length);
        assert.deepEqual([...consensus.routersByName.values()].flat().length, all.length);
        for (const router of all) {
          assert.equal(consensus.routers.get(router.idHex), router);
          assert.equal(consensus.routersByHash.get(digestToBase64(router.idHex)), router);
        }
      }
    }));
  });
});
