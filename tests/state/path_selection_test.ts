import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PathSelectionError } from "../../lib/errors/mod.ts";
import { distinctness, meets } from "../../lib/state/path_constraints.ts";
import { PathPool } from "../../lib/state/path_pool.ts";
import { type PathPlace, selectPath } from "../../lib/state/path_selection.ts";
import { inOrder } from "../../lib/state/path_source.ts";
import type { Router } from "../../lib/state/router.ts";
import { chiSquare, makeRouters, names, type Relay, seeded } from "./_synthetic_relays.ts";

const NAMES = ["a", "b", "c", "d", "e", "f", "g"];

/** Up to seven relays, of which many are in one network or family. */
const relays = fc.array(
  fc.record({
    network: fc.nat(5),
    ipv6: fc.option(fc.nat(3), { nil: undefined }),
    family: fc.option(fc.subarray(NAMES, { maxLength: 3 }), { nil: undefined, freq: 9 }),
    places: fc.subarray(["guard", "middle", "exit"] as const),
    weight: fc.nat(3),
  }),
  { minLength: 1, maxLength: NAMES.length },
);

/** Whether there is a path at all, found by trying all. */
function hasPath(
  places: readonly PathPlace[],
  enforceDistinctSubnets: boolean,
  chosen: readonly Router[] = [],
): boolean {
  const place = places[chosen.length];
  if (place === undefined) return true;
  const constraints = distinctness(chosen, { enforceDistinctSubnets });
  return place.source.routers.some((router) =>
    meets(router, constraints) && hasPath(places, enforceDistinctSubnets, [...chosen, router])
  );
}

describe("a path", () => {
  it("keeps all constraints, and is found where there is one", async () => {
    let [found, none] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        relays,
        fc.integer({ min: 2, max: 4 }),
        fc.boolean(),
        fc.integer(),
        async (made, length, enforceDistinctSubnets, seed) => {
          const routers = await makeRouters(made.map(({ network, ipv6, family }, i): Relay => ({
            name: NAMES[i]!,
            ip: `10.${network}.${i}.1`,
            ipv6: ipv6 === undefined ? undefined : `2001:${ipv6}::${i}`,
            family,
          })));
          const pool = (place: "guard" | "middle" | "exit") => {
            const inPool = made.flatMap(({ places }, i) => places.includes(place) ? [i] : []);
            const weights = inPool.map((i) => made[i]!.weight);
            return new PathPool(inPool.map((i) => routers[i]!), weights);
          };
          const places: PathPlace[] = [
            { position: "guard", source: inOrder(pool("guard").routers) },
            ...Array.from({ length: length - 2 }, () => ({
              position: "middle" as const,
              source: pool("middle"),
            })),
            { position: "exit", source: pool("exit") },
          ];
          const options = { enforceDistinctSubnets, random: seeded(seed) };
          let path: Router[];
          try {
            path = selectPath(places, options);
          } catch (error) {
            assert.ok(error instanceof PathSelectionError, String(error));
            assert.equal(hasPath(places, enforceDistinctSubnets), false);
            none++;
            return;
          }
          found++;
          assert.equal(path.length, length);
          assert.equal(new Set(path).size, length);
          for (const [i, a] of path.entries()) {
            assert.ok(places[i]!.source.routers.includes(a));
            assert.notEqual(a.family, undefined);
            for (const b of path.slice(i + 1)) {
              assert.equal(a.isFamilyOf(b), false);
              if (!enforceDistinctSubnets) continue;
              assert.notEqual(a.ip!.split(".")[1], b.ip!.split(".")[1]);
              const [v6a, v6b] = [a, b].map((router) => router.ipv6Addresses[0]?.address);
              if (v6a !== undefined && v6b !== undefined) {
                assert.notEqual(v6a.split(":")[1], v6b.split(":")[1]);
              }
            }
          }
        },
      ),
      { seed: 20_261_122, numRuns: 400 },
    );
    assert.ok(found > 50 && none > 50, `${found} paths, ${none} times none`);
  });

  it("is chosen from the exit, then from the front; what is given comes first of all", async () => {
    const routers = await makeRouters(NAMES.map((name) => ({ name })));
    const [a, b, c, d, e] = routers as readonly [Router, Router, Router, Router, Router];
    const asked: string[] = [];
    const pool = (name: string, ...routers: Router[]) => ({
      routers,
      draw(_: unknown, fits: (router: Router) => boolean) {
        asked.push(name);
        return routers.find(fits);
      },
    });
    const path = selectPath([
      { position: "guard", source: pool("guard", a, b) },
      { position: "middle", source: pool("middle 1", a, c, d) },
      { position: "middle", source: pool("given", c) },
      { position: "middle", source: pool("middle 2", a, c, e) },
      { position: "exit", source: pool("exit", a, d) },
    ], { enforceDistinctSubnets: true, random: seeded(1) });
    assert.deepEqual(asked, ["given", "exit", "guard", "middle 1", "middle 2"]);
    assert.deepEqual(names(path), ["b", "d", "c", "e", "a"]);
  });

  it("is as likely as the weights make it", async () => {
    const routers = await makeRouters(["a", "b", "c"].map((name) => ({ name })));
    const source = new PathPool(routers, [1, 2, 3]);
    const places = ["guard", "exit"].map((position) => ({
      position: position as "guard" | "exit",
      source,
    }));
    const counts = new Map<string, number>();
    const random = seeded(7);
    const draws = 12_000;
    for (let i = 0; i < draws; i++) {
      const path = names(selectPath(places, { random, enforceDistinctSubnets: true })).join("");
      counts.set(path, (counts.get(path) ?? 0) + 1);
    }
    // The exit by its weight among all, then the guard by its among the others.
    const expected = { ba: 2 / 5, ca: 3 / 5, ab: 1 / 4, cb: 3 / 4, ac: 1 / 3, bc: 2 / 3 };
    const exits: Record<string, number> = { a: 1 / 6, b: 2 / 6, c: 3 / 6 };
    const paths = Object.entries(expected);
    const distance = chiSquare(
      paths.map(([path]) => counts.get(path) ?? 0),
      paths.map(([path, guard]) => guard * exits[path[1]!]! * draws),
    );
    // Chance goes past it once in ten thousand times.
    assert.ok(distance < 25.7, `${distance}`);
  });

  it("fails with what left none in the first place that stayed empty", async () => {
    const routers = await makeRouters([
      { name: "a", ip: "10.1.1.1" },
      { name: "b", ip: "10.1.2.1" },
      { name: "c", ip: "10.2.1.1", family: ["d"] },
      { name: "d", ip: "10.3.1.1", family: ["c"] },
    ]);
    const [a, b, c, d] = routers as readonly [Router, Router, Router, Router];
    const select = (guard: Router, middle: Router, exit: Router) => () =>
      selectPath([
        { position: "guard", source: inOrder([guard]) },
        { position: "middle", source: inOrder([middle]) },
        { position: "exit", source: inOrder([exit]) },
      ], { enforceDistinctSubnets: true, random: seeded(1) });
    assert.deepEqual(select(a, c, await other())().length, 3);
    assert.throws(select(a, b, c), {
      name: "PathSelectionError",
      position: "middle",
      message: /network/,
    });
    assert.throws(select(a, c, d), {
      name: "PathSelectionError",
      position: "exit",
      message: /family/,
    });
    assert.throws(select(a, c, a), {
      name: "PathSelectionError",
      position: "exit",
      message: /already/,
    });
    async function other(): Promise<Router> {
      return (await makeRouters([{ name: "e", ip: "10.9.1.1" }]))[0]!;
    }
  });

  it("is given up after some hundred dead ends", async () => {
    const routers = await makeRouters(
      Array.from({ length: 600 }, (_, i) => ({ name: `r${i}` })),
    );
    let deadEnds = 0;
    const draw = () => {
      deadEnds++;
      return undefined;
    };
    const [last] = routers.slice(-1);
    const many = new PathPool(routers.slice(0, -1));
    const places: PathPlace[] = [
      { position: "guard", source: many },
      { position: "middle", source: { routers: [last!, last!], draw } },
      { position: "exit", source: inOrder([last!]) },
    ];
    assert.throws(
      () => selectPath(places, { enforceDistinctSubnets: true, random: seeded(1) }),
      { name: "PathSelectionError", position: "middle" },
    );
    assert.equal(deadEnds, 256);
  });
});
