import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { OwnedDirectory } from "../../lib/launch/owned_directory.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";

const PREFIX = "torcon-test-owned-";

describe("OwnedDirectory", () => {
  it("is its owner's alone, and gone with all that is in it when he is done", async () => {
    const runtime = await detectRuntime();
    const directory = await OwnedDirectory.create(runtime, { prefix: PREFIX });
    if (runtime.platform !== "win32") {
      assert.equal((await runtime.stat(directory.path))?.mode, 0o700);
    }
    mkdirSync(`${directory.path}/a/b`, { recursive: true });
    writeFileSync(`${directory.path}/a/b/c`, "x");
    await directory[Symbol.asyncDispose]();
    assert.equal(existsSync(directory.path), false);
  });

  it("is not taken from an owner who lives", async () => {
    const runtime = await detectRuntime();
    await using first = await OwnedDirectory.create(runtime, { prefix: PREFIX });
    await using second = await OwnedDirectory.create(runtime, { prefix: PREFIX });
    await second.removeAbandoned();
    assert.ok(existsSync(first.path));
  });

  it("removes what an owner who was killed has left", async () => {
    const runtime = await detectRuntime();
    if (runtime.platform === "win32") return;
    const abandoned = await runtime.makeTempDirectory(PREFIX);
    const withoutSocket = await runtime.makeTempDirectory(PREFIX);
    const unmarked = await runtime.makeTempDirectory(PREFIX);
    const other = await runtime.makeTempDirectory("torcon-test-other-");
    try {
      for (const path of [abandoned, unmarked, other]) await leaveSocket(`${path}/owner`);
      for (const path of [abandoned, withoutSocket, other]) writeFileSync(`${path}/owned`, "");
      await using directory = await OwnedDirectory.create(runtime, { prefix: PREFIX });
      await directory.removeAbandoned();
      assert.equal(existsSync(abandoned), false);
      assert.equal(existsSync(withoutSocket), false); // a runtime that exits removes its sockets
      assert.ok(existsSync(unmarked)); // it may just be being made
      assert.ok(existsSync(other)); // another program's
    } finally {
      for (const path of [abandoned, withoutSocket, unmarked, other]) {
        await runtime.remove(path, { recursive: true });
      }
    }
  });

  it("goes without an owner's socket where its path is too long, unless someone is served", async () => {
    const real = await detectRuntime();
    if (real.platform === "win32") return;
    const place = await real.makeTempDirectory("torcon-test-");
    const runtime: Runtime = Object.create(real, {
      makeTempDirectory: {
        value: async (prefix: string) => {
          const path = `${place}/${prefix}${"long".repeat(25)}`;
          await real.makeDirectory(path);
          return path;
        },
      },
    });
    try {
      {
        await using directory = await OwnedDirectory.create(runtime, { prefix: PREFIX });
        assert.equal(directory.ownerAddress, undefined);
      }
      await using directory = await OwnedDirectory.create(runtime, {
        prefix: PREFIX,
        serve: (conn) => conn.close(),
      });
      assert.ok("port" in directory.ownerAddress!);
    } finally {
      await real.remove(place, { recursive: true });
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
