import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { generateInfoTree } from "../../scripts/generate_info_tree.ts";

describe("generate_info_tree.ts", () => {
  it("writes what is checked in", async () => {
    const path = new URL("../../lib/config/info_tree.ts", import.meta.url);
    assert.equal(await generateInfoTree(), await readFile(path, "utf8"));
  });
});
