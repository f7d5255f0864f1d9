import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { generateOptions } from "../../scripts/generate_options.ts";

describe("the generated options", () => {
  it("are what the tor that is installed has (else run scripts/generate_options.ts)", async () => {
    const files = await generateOptions();
    assert.equal(files.size, 2);
    for (const [path, text] of files) {
      assert.equal(await Deno.readTextFile(new URL(`../../${path}`, import.meta.url)), text, path);
    }
  });
});
