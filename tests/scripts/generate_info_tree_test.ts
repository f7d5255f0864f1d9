import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { generateInfoTree } from "../../scripts/generate_info_tree.ts";

describe("generate_info_tree.ts", () => {
  it("writes what is checked in", async () => {
    const files = await generateInfoTree();
    assert.equal(files.size, 2);
    for (const [path, text] of files) {
      assert.equal(text, await readFile(new URL(`../../${path}`, import.meta.url), "utf8"), path);
    }
  });
});
