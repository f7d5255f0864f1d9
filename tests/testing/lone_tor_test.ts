import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { type LoneTor, type LoneTorOptions, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { isAlive } from "./_processes.ts";

async function control(tor: LoneTor, address: string): Promise<ControlConnection> {
  const runtime = await detectRuntime();
  return await ControlConnection.connect({ control: address, runtime, password: tor.password });
}

describe("startLoneTor", () => {
  for (
    const [authentication, methods] of [
      [undefined, ["COOKIE", "SAFECOOKIE", "HASHEDPASSWORD"]],
      [["COOKIE"], ["COOKIE", "SAFECOOKIE"]],
      [["HASHEDPASSWORD"], ["HASHEDPASSWORD"]],
      [[], ["NULL"]],
    ] as [LoneTorOptions["authentication"], string[]][]
  ) {
    it(`offers ${methods} where it is told ${authentication}, on all control ports`, async () => {
      await using lone = await startLoneTor({ authentication });
      for (const address of [lone.control, lone.controlPort, lone.controlSocket]) {
        if (address === undefined) continue;
        await using tor = await control(lone, address);
        const { methods: offered } = await tor.protocolInfo();
        assert.deepEqual([...offered].sort(), [...methods].sort());
      }
    });
  }

  it("reaches nothing, and nothing but its control port can be reached", async () => {
    await using lone = await startLoneTor();
    await using tor = await control(lone, lone.control);
    const [line] = await tor.getConf("DisableNetwork");
    assert.equal(line?.value, "1");
    for (const kind of ["or", "dir", "socks", "trans", "natd", "dns", "httptunnel"]) {
      assert.equal(await tor.getInfo(`net/listeners/${kind}`), "");
    }
    assert.equal((await tor.getInfo("net/listeners/control")).includes("127.0.0.1:"), true);
    assert.equal(await tor.getInfo("process/pid"), String(lone.pid));
  });

  it("takes lines of one's own, and a password", async () => {
    const torrc = { Nickname: "lonely", ControlPort: "127.0.0.1:auto" };
    await using lone = await startLoneTor({ torrc, password: "swordfish" });
    assert.equal(lone.password, "swordfish");
    await using tor = await control(lone, lone.controlPort);
    assert.match(await tor.getInfo("config-text"), /^Nickname lonely$/m);
  });

  it("ends with its disposal, and its files do", async () => {
    const runtime = await detectRuntime();
    const lone = await startLoneTor();
    assert.ok(isAlive(lone.pid));
    assert.ok(lone.log.some((line) => line.includes("Opened Control listener")));
    await lone[Symbol.asyncDispose]();
    await lone[Symbol.asyncDispose]();
    assert.equal((await lone.ended).signal, "SIGKILL");
    assert.equal(isAlive(lone.pid), false);
    assert.equal(await runtime.stat(lone.dataDirectory), undefined);
  });

  it("can be killed", async () => {
    await using lone = await startLoneTor();
    await using _tor = await control(lone, lone.control); // it takes signals from now on
    lone.kill();
    assert.deepEqual(await lone.ended, { success: true, code: 0, signal: null });
    assert.match(lone.log.join("\n"), /Catching signal TERM/);
  });

  it("tells the log of a tor that does not start", async () => {
    await assert.rejects(startLoneTor({ torrc: "NoSuchOption 1" }), {
      name: "TorStartError",
      nickname: "tor",
      message: /ended \(code 1\) before its control port was open[^]*Unknown option 'NoSuchOption'/,
    });
  });

  it("tells the log of a program that is no tor, when the time is over", async () => {
    const runtime = await detectRuntime();
    if (runtime.platform === "win32") return;
    const directory = await runtime.makeTempDirectory("torcon-test-");
    try {
      const torBinary = `${directory}/tor`;
      const script = new TextEncoder().encode("#!/bin/sh\necho no tor\nexec sleep 60\n");
      await runtime.writeFile(torBinary, script, { mode: 0o700 });
      await assert.rejects(startLoneTor({ torBinary, timeout: 2000 }), {
        name: "TorStartError",
        message: /was given up before its control port was open; its log ends:\nno tor$/,
      });
    } finally {
      await runtime.remove(directory, { recursive: true });
    }
  });

  it("tells that there is no tor", async () => {
    await assert.rejects(startLoneTor({ torBinary: "no-such-tor" }), {
      name: "TorNotFoundError",
      searched: ["no-such-tor"],
    });
  });

  it("is given up by a signal", async () => {
    const reason = new Error("enough");
    await assert.rejects(startLoneTor({ signal: AbortSignal.abort(reason) }), reason);
  });
});
