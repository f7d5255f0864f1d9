import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { askOwner, OwnedDirectory } from "../../lib/testing/owned_directory.ts";

describe("OwnedDirectory", () => {
  it("is its owner's alone, and gone with all that is in it when he is done", async () => {
    const runtime = await detectRuntime();
    const directory = await OwnedDirectory.create(runtime);
    if (runtime.platform !== "win32") {
      assert.equal((await runtime.stat(directory.path))?.mode, 0o700);
    }
    mkdirSync(`${directory.path}/a/b`, { recursive: true });
    writeFileSync(`${directory.path}/a/b/c`, "x");
    await directory[Symbol.asyncDispose]();
    assert.equal(existsSync(directory.path), false);
  });

  it("lets others ask its owner", async () => {
    const runtime = await detectRuntime();
    await using directory = await OwnedDirectory.create(runtime, (line) => `you said ${line}`);
    const answers = await Promise.all(
      ["one", "two"].map((line) => askOwner(runtime, directory.ownerAddress, line)),
    );
    assert.deepEqual(answers, ["you said one", "you said two"]);
    const { ownerAddress } = directory;
    await directory[Symbol.asyncDispose]();
    await assert.rejects(
      askOwner(runtime, ownerAddress, "three"),
      (error: Error) =>
        error.name === "PathNotFoundError" || error.name === "ConnectionRefusedError",
    );
  });

  it("is not taken from an owner who lives", async () => {
    const runtime = await detectRuntime();
    await using first = await OwnedDirectory.create(runtime);
    await using _second = await OwnedDirectory.create(runtime);
    assert.ok(existsSync(first.path));
  });

  it("removes what an owner who was killed has left", async () => {
    const runtime = await detectRuntime();
    if (runtime.platform === "win32") return;
    const path = await runtime.makeTempDirectory("torcon-testing-");
    const other = await runtime.makeTempDirectory("torcon-test-");
    try {
      for (const directory of [path, other]) await leaveSocket(`${directory}/owner`);
      await using _directory = await OwnedDirectory.create(runtime);
      assert.equal(existsSync(path), false);
      assert.ok(existsSync(other)); // another program's
    } finally {
      await runtime.remove(path, { recursive: true });
      await runtime.remove(other, { recursive: true });
    }
  });
});

/** Makes a Unix socket on which nobody listens, as a program leaves one that is killed. */
async function leaveSocket(path: string): Promise<void> {
  const { linkSync, renameSync } = await import("node:fs");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  linkSync(path, `${path}.kept`);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  renameSync(`${path}.kept`, path);
}
