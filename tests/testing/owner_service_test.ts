import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { askOwner, makeTestDirectory } from "../../lib/testing/owner_service.ts";

describe("askOwner", () => {
  it("asks the owner of a directory as long as it lives", async () => {
    const runtime = await detectRuntime();
    await using directory = await makeTestDirectory(runtime, (line) => `you said ${line}`);
    const answers = await Promise.all(
      ["one", "two"].map((line) => askOwner(runtime, directory.ownerAddress!, line)),
    );
    assert.deepEqual(answers, ["you said one", "you said two"]);
    const ownerAddress = directory.ownerAddress!;
    await directory[Symbol.asyncDispose]();
    await assert.rejects(
      askOwner(runtime, ownerAddress, "three"),
      (error: Error) =>
        error.name === "PathNotFoundError" || error.name === "ConnectionRefusedError",
    );
  });
});
