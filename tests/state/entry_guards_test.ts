import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEntryGuards, usableGuards } from "../../lib/state/entry_guards.ts";

describe("entry guards", () => {
  it("that Tor can use are in its order, those that it has used first", () => {
    const statuses = ["never-connected", "up", "down", "unusable", "up", "never-connected"];
    const text = statuses.map((status, i) => `$${String(i).repeat(40)}~r${i} ${status}`).join("\n");
    const usable = usableGuards(parseEntryGuards(text)).map(({ nickname }) => nickname);
    assert.deepEqual(usable, ["r1", "r4", "r0", "r5"]);
  });
});
