import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { PathPool } from "../../lib/state/path_pool.ts";
import type { Router } from "../../lib/state/router.ts";
import { chiSquare, makeRouters, seeded } from "./_synthetic_relays.ts";

const DRAWS = 20_000;
const anyFits = () => true;

/** How often each is drawn. */
function countDraws(pool: PathPool, fits: (router: Router) => boolean, seed: number): number[] {
  const random = seeded(seed);
  const counts = pool.routers.map(() => 0);
  for (let i = 0; i < DRAWS; i++) {
    counts[pool.routers.indexOf(pool.draw(random, fits)!)]!++;
  }
  return counts;
}

describe("a pool of relays", () => {
  let routers: readonly Router[];
  before(async () => {
    routers = await makeRouters(["a", "b", "c", "d"].map((name) => ({ name })));
  });

  it("gives each number of the source to the relay whose weight it is in", () => {
    const pool = new PathPool(routers, [2, 0, 3, 1]);
    const bounds: number[] = [];
    const drawn = [0, 1, 2, 3, 4, 5].map((number) => {
      const router = pool.draw((below) => {
        bounds.push(below);
        return number;
      }, anyFits);
      return router?.nickname;
    });
    assert.deepEqual(drawn, ["a", "a", "c", "c", "c", "d"]);
    assert.deepEqual(bounds, [6, 6, 6, 6, 6, 6]);
  });

  it("draws each as likely as the others without weights, or where all are 0", () => {
    for (const pool of [new PathPool(routers), new PathPool(routers, [0, 0, 0, 0])]) {
      const drawn = [0, 1, 2, 3].map((number) => pool.draw(() => number, anyFits)?.nickname);
      assert.deepEqual(drawn, ["a", "b", "c", "d"]);
    }
  });

  it("draws by weight, also among those that fit", () => {
    const pool = new PathPool(routers, [1, 2, 3, 14]);
    const expected = [1, 2, 3, 14].map((weight) => weight / 20 * DRAWS);
    // The limits are those that chance goes past once in ten thousand times.
    assert.ok(chiSquare(countDraws(pool, anyFits, 1), expected) < 21.1);
    const counts = countDraws(pool, ({ nickname }) => nickname !== "d", 2);
    assert.equal(counts[3], 0);
    const fitting = [1, 2, 3].map((weight) => weight / 6 * DRAWS);
    assert.ok(chiSquare(counts.slice(0, 3), fitting) < 18.5);
    const uniform = countDraws(new PathPool(routers), ({ nickname }) => nickname !== "d", 3);
    assert.ok(chiSquare(uniform.slice(0, 3), [1, 1, 1].map(() => DRAWS / 3)) < 18.5);
  });

  it("finds the few that fit among many, by weight", async () => {
    const many = await makeRouters(
      Array.from({ length: 2000 }, (_, i) => ({ name: `r${i}` })),
    );
    const fits = new Set([many[7], many[1999]]);
    const weights = many.map((_, i) => i === 7 ? 1 : 3);
    const pool = new PathPool(many, weights);
    const random = seeded(4);
    let first = 0;
    for (let i = 0; i < 400; i++) {
      const router = pool.draw(random, (router) => fits.has(router))!;
      assert.ok(fits.has(router));
      if (router === many[7]) first++;
    }
    assert.ok(chiSquare([first, 400 - first], [100, 300]) < 15.2);
    assert.equal(pool.draw(random, () => false), undefined);
  });

  it("draws those of weight 0 only where no other fits", () => {
    const pool = new PathPool(routers, [0, 5, 0, 0]);
    const random = seeded(5);
    for (let i = 0; i < 100; i++) assert.equal(pool.draw(random, anyFits), routers[1]);
    const drawn = new Set<Router | undefined>();
    for (let i = 0; i < 100; i++) {
      drawn.add(pool.draw(random, ({ nickname }) => nickname !== "b"));
    }
    assert.deepEqual(drawn, new Set([routers[0], routers[2], routers[3]]));
    assert.equal(new PathPool([]).draw(random, anyFits), undefined);
  });

  it("looks at few relays of thousands for a draw", async () => {
    const many = await makeRouters(
      Array.from({ length: 5000 }, (_, i) => ({ name: `r${i}` })),
    );
    const pool = new PathPool(many, many.map(() => 2));
    const random = seeded(6);
    let asked = 0;
    for (let i = 0; i < 100; i++) {
      pool.draw(random, ({ nickname }) => {
        asked++;
        return !nickname!.endsWith("7");
      });
    }
    assert.ok(asked < 200, `${asked} relays were looked at for 100 draws`);
  });
});
