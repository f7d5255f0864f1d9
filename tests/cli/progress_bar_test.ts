import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { progressBar } from "../../lib/cli/progress_bar.ts";
import type { BootstrapPhase } from "../../lib/launch/bootstrap.ts";

const phase: BootstrapPhase = {
  percent: 45,
  tag: "requesting_descriptors",
  summary: "Asking for relay descriptors",
  warning: undefined,
};
const LINE = "[#########-----------]  45 %  Asking for relay descriptors";

describe("progressBar()", () => {
  it("is a line of plain text where there is no terminal", () => {
    assert.equal(progressBar(phase), `${LINE}\n`);
  });

  it("takes the place of the one before it at a terminal, whatever its width", () => {
    assert.equal(progressBar(phase, 80), `\r${LINE}\x1b[K`);
    assert.equal(progressBar(phase, 0), `\r${LINE}\x1b[K`);
    assert.equal(progressBar(phase, 40), `\r${LINE.slice(0, 39)}\x1b[K`);
  });

  it("is empty at the begin, full at the end, and as wide between", () => {
    const bar = (percent: number) => progressBar({ ...phase, percent, summary: "" }).trimEnd();
    assert.equal(bar(0), `[${"-".repeat(20)}]   0 %`);
    assert.equal(bar(100), `[${"#".repeat(20)}] 100 %`);
    for (let percent = 0; percent <= 100; percent++) {
      assert.match(bar(percent), /^\[(?=.{20}\])#*-*\] +\d+ %$/);
    }
  });

  it("tells the problem that Tor has, without what would steer a terminal", () => {
    const warning = {
      message: "Connection\x1b[2J refused",
      reason: "CONNECTREFUSED",
      count: 1,
      recommendation: "ignore",
      hostId: undefined,
      hostAddress: undefined,
    };
    assert.equal(
      progressBar({ ...phase, warning }),
      `${LINE} (Connection\\x1b[2J refused)\n`,
    );
  });
});
