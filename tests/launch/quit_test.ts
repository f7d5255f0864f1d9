import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { isAlive } from "../testing/_processes.ts";
import { fakeTor, launchOffline, withDirectory } from "./_support.ts";

describe("LaunchedTor.quit", () => {
  it("asks Tor to end", async () => {
    await using tor = await launchOffline();
    await tor.quit();
    assert.match(tor.process.log.join("\n"), /Owning controller connection has closed/);
    assert.deepEqual(await tor.process.ended, { success: true, code: 0, signal: null });
    assert.equal(tor.control!.connected, false);
  });

  it("may be called twice at once, and after the end", async () => {
    await using tor = await launchOffline();
    await Promise.all([tor.quit(), tor.quit()]);
    await tor.quit();
    assert.equal(isAlive(tor.process.pid), false);
  });

  it("sends SIGTERM where the connection is lost", async () => {
    await using tor = await launchOffline();
    await tor.control!.dropOwnership();
    await tor.control!.close();
    assert.ok(isAlive(tor.process.pid));
    await tor.quit();
    assert.match(tor.process.log.join("\n"), /Catching signal TERM/);
    assert.equal((await tor.process.ended).code, 0);
  });

  it("kills a Tor that answers to nothing", async () => {
    const runtime = await detectRuntime();
    if (runtime.platform === "win32") return;
    await using tor = await launchOffline();
    const { pid, dataDirectory } = tor.process;
    spawnSync("kill", ["-s", "STOP", String(pid)]);
    const begin = performance.now();
    await tor.quit({ patience: 100 });
    assert.ok(performance.now() - begin >= 190);
    assert.equal((await tor.process.ended).signal, "SIGKILL");
    assert.equal(isAlive(pid), false);
    assert.equal(await runtime.stat(dataDirectory), undefined);
  });

  it("does not wait for what Tor has started and left behind", async () => {
    await withDirectory(async (directory) => {
      const runtime = await detectRuntime();
      if (runtime.platform === "win32") return;
      // It holds the output of this Tor open.
      const script = `sleep 30 & echo $! > ${directory}/child; exec tor "$@"`;
      const torBinary = await fakeTor(directory, script);
      await using tor = await launchOffline({ torBinary });
      const begin = performance.now();
      await tor.quit();
      assert.ok(performance.now() - begin < 25_000);
      const child = new TextDecoder().decode(await runtime.readFile(`${directory}/child`)).trim();
      spawnSync("kill", ["-s", "KILL", child]);
    });
  });
});
