import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  ExecutableNotFoundError,
  PermissionError,
  TorNotFoundError,
} from "../../lib/errors/mod.ts";
import { spawnTor } from "../../lib/launch/find_tor.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Process, Runtime, SpawnOptions } from "../../lib/runtime/types.ts";

/** A runtime on `platform` that has programs at the places given alone, and what it was told to run. */
async function runtimeWith(
  platform: Runtime["platform"],
  programs: Readonly<Record<string, Error | "there">>,
): Promise<{ runtime: Runtime; tried: string[] }> {
  const tried: string[] = [];
  const spawn = (command: string, { args }: SpawnOptions): Promise<Process> => {
    tried.push([command, ...args!].join(" "));
    const found = programs[command];
    if (found === "there") return Promise.resolve({ pid: 7 } as Process);
    return Promise.reject(found ?? new ExecutableNotFoundError(`Cannot run ${command}`, command));
  };
  const runtime: Runtime = Object.create(await detectRuntime(), {
    platform: { value: platform },
    spawn: { value: spawn },
  });
  return { runtime, tried };
}

const options = { args: ["--version"] };

describe("spawnTor", () => {
  it("takes the tor on PATH first", async () => {
    const { runtime, tried } = await runtimeWith("linux", { tor: "there" });
    assert.equal((await spawnTor(runtime, options)).pid, 7);
    assert.deepEqual(tried, ["tor --version"]);
  });

  for (
    const [platform, place] of [
      ["linux", "/usr/sbin/tor"],
      ["darwin", "/opt/homebrew/bin/tor"],
      ["freebsd", "/usr/local/bin/tor"],
      ["win32", "C:\\Tor\\tor.exe"],
    ] as const
  ) {
    it(`finds ${place} on ${platform}`, async () => {
      const { runtime, tried } = await runtimeWith(platform, { [place]: "there" });
      await spawnTor(runtime, options);
      assert.equal(tried[0], "tor --version");
      assert.equal(tried.at(-1), `${place} --version`);
    });
  }

  it("tells how tor is installed where there is none", async () => {
    for (
      const [platform, how] of [
        ["linux", /`apt install tor`/],
        ["darwin", /`brew install tor`/],
        ["win32", /`scoop install tor`/],
        ["freebsd", /`pkg install tor`/],
        ["other", /torproject\.org/],
      ] as const
    ) {
      const { runtime } = await runtimeWith(platform, {});
      const error = await spawnTor(runtime, options).catch((error) => error);
      assert.ok(error instanceof TorNotFoundError);
      assert.equal(error.searched[0], "tor");
      assert.match(error.message, how);
      assert.ok(error.cause instanceof ExecutableNotFoundError);
    }
  });

  it("looks for nothing else where a program is asked for", async () => {
    const { runtime, tried } = await runtimeWith("linux", { tor: "there" });
    const spawning = spawnTor(runtime, { ...options, torBinary: "/opt/tor" });
    await assert.rejects(spawning, { name: "TorNotFoundError", searched: ["/opt/tor"] });
    assert.deepEqual(tried, ["/opt/tor --version"]);
  });

  it("tells that tor may not be run, and takes no other in its place", async () => {
    const refused = new PermissionError("Cannot run tor");
    const { runtime, tried } = await runtimeWith("linux", {
      tor: refused,
      "/usr/bin/tor": "there",
    });
    await assert.rejects(spawnTor(runtime, options), refused);
    assert.deepEqual(tried, ["tor --version"]);
  });

  it("passes by a usual place that it may not look into", async () => {
    const { runtime } = await runtimeWith("linux", {
      "/usr/bin/tor": new PermissionError("Cannot run /usr/bin/tor"),
      "/usr/local/bin/tor": "there",
    });
    assert.equal((await spawnTor(runtime, options)).pid, 7);
  });
});
