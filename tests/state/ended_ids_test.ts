import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EndedIds } from "../../lib/state/ended_ids.ts";

describe("EndedIds", () => {
  it("remembers the last thousand at the least, and twice as many at the most", () => {
    const ids = new EndedIds();
    for (let id = 1; id <= 10_000; id++) {
      ids.add(id);
      assert.ok(ids.has(id));
      assert.ok(ids.has(Math.max(1, id - 1023)));
      assert.ok(!ids.has(id - 2048));
    }
  });

  it("forgets a number that is given anew, however long ago it ended", () => {
    const ids = new EndedIds();
    for (let id = 1; id <= 1500; id++) ids.add(id);
    ids.delete(1000);
    ids.delete(1400);
    assert.deepEqual([999, 1000, 1399, 1400].map((id) => ids.has(id)), [true, false, true, false]);
    ids.clear();
    assert.deepEqual([999, 1399].map((id) => ids.has(id)), [false, false]);
  });
});
