import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isUnixSocketPath } from "../../lib/launch/unix_socket_path.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { launchOffline, withDirectory } from "./_support.ts";

describe("isUnixSocketPath", () => {
  const table = [
    ["linux", "a", 107, true],
    ["linux", "a", 108, false],
    ["darwin", "a", 103, true],
    ["darwin", "a", 104, false],
    ["freebsd", "a", 104, false],
    ["linux", "é", 106, true],
    ["linux", "é", 108, false],
    ["win32", "a", 5, false],
  ] as const;
  for (const [platform, letter, bytes, fits] of table) {
    it(`is ${fits} of ${bytes} bytes of "${letter}" on ${platform}`, () => {
      const path = letter.repeat(bytes / new TextEncoder().encode(letter).length);
      assert.equal(isUnixSocketPath(path, platform), fits);
    });
  }
});

describe("a Tor in a directory with a long path", () => {
  const limits: Readonly<Record<string, number>> = { linux: 108, darwin: 104, freebsd: 104 };
  for (const excess of [0, 1]) {
    it(`has its ${excess === 0 ? "longest Unix socket" : "control port on TCP beyond it"}`, () =>
      withDirectory(async (parent) => {
        const { platform } = await detectRuntime();
        const limit = limits[platform];
        if (limit === undefined) return;
        const rest = limit - 1 - `${parent}//control`.length + excess;
        const dataDirectory = `${parent}/${"d".repeat(rest)}`;
        await using tor = await launchOffline({ dataDirectory });
        const path = `${dataDirectory}/control`;
        const { address } = tor.control!;
        if (excess === 0) assert.deepEqual(address, { path });
        else assert.equal((address as { hostname?: string }).hostname, "127.0.0.1");
        assert.equal(await tor.control!.getInfo("process/pid"), String(tor.process.pid));
      }));
  }
});
