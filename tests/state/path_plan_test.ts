import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { type PathOptions, planPath } from "../../lib/state/path_plan.ts";
import { randomBelow } from "../../lib/state/path_random.ts";
import type { Router } from "../../lib/state/router.ts";
import { makeRouters } from "./_synthetic_relays.ts";

describe("the options of paths", () => {
  let router: Router;
  before(async () => {
    router = (await makeRouters([{ name: "a" }]))[0]!;
  });

  it("are complete by default", () => {
    const { random, ...plan } = planPath({});
    assert.deepEqual(plan, {
      length: 3,
      guard: "entry",
      middle: "weighted",
      exit: {},
      isStable: false,
      enforceDistinctSubnets: true,
    });
    assert.equal(random(1), randomBelow(1));
  });

  it("ask for stable relays where a port's connections last", () => {
    assert.equal(planPath({ exit: { ports: [80, 443] } }).isStable, false);
    assert.equal(planPath({ exit: { ports: [80, 22] } }).isStable, true);
    assert.equal(planPath({ exit: { ports: [22] }, stable: false }).isStable, false);
    assert.equal(planPath({ exit: router, stable: true }).isStable, true);
  });

  it("take the length from the relays that are given", () => {
    assert.equal(planPath({ middle: [router, router] }).length, 4);
    assert.equal(planPath({ middle: [] }).length, 2);
    assert.equal(planPath({ middle: [router], length: 3 }).length, 3);
  });

  it("are refused where they make no sense", () => {
    const wrong: readonly (readonly [PathOptions, typeof RangeError | typeof TypeError])[] = [
      [{ length: 1 }, RangeError],
      [{ length: 9 }, RangeError],
      [{ length: 2.5 }, RangeError],
      [{ length: 4, middle: [router] }, RangeError],
      [{ middle: Array(7).fill(router) }, RangeError],
      [{ guard: "none" as "any" }, TypeError],
      [{ guard: [router] as unknown as Router }, TypeError],
      [{ middle: "any" as "uniform" }, TypeError],
      [{ middle: ["uniform"] as unknown as Router[] }, TypeError],
      [{ middle: ["a"] as unknown as Router[] }, TypeError],
      [{ exit: { ports: [0] } }, RangeError],
      [{ exit: { countries: ["Germany"] } }, TypeError],
      [{ exit: { selection: "best" as "uniform" } }, TypeError],
      [{ exit: "a" as unknown as Router }, TypeError],
      [{ exit: null as unknown as Router }, TypeError],
    ];
    for (const [options, error] of wrong) {
      assert.throws(() => planPath(options), error, JSON.stringify(options));
    }
  });
});
