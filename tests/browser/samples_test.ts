import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { goingOn, plotColumns } from "../../web/monitor/samples.ts";

const at = (time: number) => ({ time, read: time, written: 1 });

describe("the seconds of the plot", () => {
  it("go on, wherever the clock was set to", () => {
    const times = [10_000, 11_000, 12_000, 10_500, 11_500, 99_000].map(at);
    assert.deepEqual(goingOn(times).map(({ time }) => time), [10_000, 10_500, 11_500, 99_000]);
  });

  it("have a hole where nothing was told", () => {
    assert.deepEqual(plotColumns([1000, 2100, 7100, 60_000].map(at)), [
      [1, 2.1, 7.1, 8.1, 60],
      [1000, 2100, 7100, null, 60_000],
      [1, 1, 1, null, 1],
    ]);
    assert.deepEqual(plotColumns([]), [[], [], []]);
  });
});
