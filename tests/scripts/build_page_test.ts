import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildPage, PAGE_MODULE } from "../../scripts/build_page.ts";

describe("the page in the library", () => {
  it("is what its sources give (else run `deno task page`)", async () => {
    const path = new URL(`../../${PAGE_MODULE}`, import.meta.url);
    assert.ok(await buildPage() === await Deno.readTextFile(path), "it is another");
  });
});
