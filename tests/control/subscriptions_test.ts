import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Subscriptions } from "../../lib/control/subscriptions.ts";

describe("Subscriptions", () => {
  // An update that was ending when a name was added once left that name out for ever.
  for (let turns = 0; turns <= 12; turns++) {
    it(
      `add a name ${turns} microtasks after another was dropped`,
      { timeout: 10_000 },
      async () => {
        const sent: string[] = [];
        const subscriptions = new Subscriptions((names) => {
          sent.push(names.join());
          return Promise.resolve();
        });
        await subscriptions.add("BW");
        void subscriptions.drop("BW");
        for (let i = 0; i < turns; i++) await undefined;
        await subscriptions.add("CIRC");
        assert.deepEqual([sent.at(0), sent.at(-1)], ["BW", "CIRC"]);
        assert.deepEqual(subscriptions.active, ["CIRC"]);
      },
    );
  }

  it("add a name in the microtask that another was confirmed in", { timeout: 10_000 }, async () => {
    const subscriptions = new Subscriptions(() => Promise.resolve());
    await subscriptions.drop("BW");
    for (const name of ["BW", "CIRC", "STREAM"]) await subscriptions.add(name);
    assert.deepEqual(subscriptions.active, ["BW", "CIRC", "STREAM"]);
  });
});
