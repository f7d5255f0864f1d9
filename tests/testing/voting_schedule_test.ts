import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { planVoting } from "../../lib/testing/voting_schedule.ts";

describe("planVoting", () => {
  // When it is, in ms; when to start; the offset, so that a boundary is half a second later.
  for (
    const [now, startAt, offset] of [
      [0, 500, 1],
      [500, 500, 1],
      [501, 1500, 2],
      [4500, 4500, 5],
      [4501, 5500, 1],
      [5600, 6500, 2],
      [8500, 8500, 4],
      [9000, 9500, 0],
      [1_795_292_345_678, 1_795_292_346_500, 2],
    ] as const
  ) {
    it(`starts at ${startAt} with an offset of ${offset} s when it is ${now}`, () => {
      assert.deepEqual(planVoting(now), { startAt, offset });
    });
  }

  it("has a boundary of the initial interval just after the start, always", () => {
    for (let now = 0; now < 20_000; now += 7) {
      const { startAt, offset } = planVoting(now);
      assert.ok(startAt >= now && startAt - now < 1000);
      assert.ok(offset >= 0 && offset <= 5); // what tor takes
      assert.equal((startAt + 500 - offset * 1000) % 5000, 0);
    }
  });
});
