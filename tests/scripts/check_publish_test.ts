import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { publishedFiles, publishFaults } from "../../scripts/check_publish.ts";

const OUTPUT = `Check mod.ts
Checking for slow types in the public API...
Simulating publish of @torcon/torcon@0.1.0 with files:
   file:///the%20project/LICENSE (1.05KB)
   file:///the%20project/mod.ts (103B)
   file:///the%20project/lib/codec/message.ts (1002B)
Success Dry run complete
`;

const PAPERS = ["mod.ts", "deno.json", "README.md", "CHANGELOG.md", "LICENSE"];

describe("publishedFiles()", () => {
  it("reads the list that deno prints", () => {
    const files = publishedFiles(OUTPUT, "/the project");
    assert.deepEqual(files, ["LICENSE", "mod.ts", "lib/codec/message.ts"]);
  });
});

describe("publishFaults()", () => {
  it("accepts the library and its papers", () => {
    assert.deepEqual(publishFaults([...PAPERS, "lib/a.ts", "lib/b/c_d.ts"]), []);
  });

  it("refuses anything else", () => {
    for (
      const path of [
        "package.json",
        "tests/a_test.ts",
        "lib/data.json",
        "scripts/setup",
        "npm/mod.js",
        "file:///elsewhere/lib/a.ts",
      ]
    ) {
      const faults = publishFaults([...PAPERS, path]);
      assert.deepEqual(faults, [`Would publish ${path}, which is no part of the package`]);
    }
  });

  it("misses a paper that is not there", () => {
    for (const paper of PAPERS) {
      const faults = publishFaults(PAPERS.filter((path) => path !== paper));
      assert.deepEqual(faults, [`Would not publish ${paper}: it is missing`]);
    }
  });
});
