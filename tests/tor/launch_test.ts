import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TorError } from "../../lib/errors/mod.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import { getGlobalTor } from "../../lib/tor/get_global_tor.ts";
import { launch } from "../../lib/tor/launch.ts";
import { isAlive } from "../testing/_processes.ts";

const torrc = { DisableNetwork: 1, OutboundBindAddress: "127.0.0.1" };

describe("launch", () => {
  it("gives a Tor with its process, and ends it", async () => {
    const tor = await launch({ torrc });
    assert.equal(await tor.control.getInfo("process/pid"), String(tor.process!.pid));
    assert.equal(String(tor.version), tor.control.torVersion);
    assert.equal((await tor.bootstrapPhase()).tag, "starting");
    await tor[Symbol.asyncDispose]();
    await tor.quit();
    assert.equal(isAlive(tor.process!.pid), false);
  });

  it("gives a Tor without a control port where it is told so", async () => {
    await using tor = await launch({ torrc, control: 0 });
    assert.throws(() => tor.control, TorError);
    assert.equal(tor.version, undefined);
    await assert.rejects(tor.bootstrapPhase(), TorError);
    await assert.rejects(tor.whenReady(), TorError);
  });
});

describe("getGlobalTor", () => {
  it("launches one Tor, whoever asks, and another when that has ended", async () => {
    const [a, b] = await Promise.all([getGlobalTor({ torrc }), getGlobalTor({ torrc })]);
    assert.equal(a, b);
    assert.equal(await getGlobalTor(), a);
    await a.quit();
    await using c = await getGlobalTor({ torrc });
    assert.notEqual(c, a);
    assert.notEqual(c.process!.pid, a.process!.pid);
  });

  it("tries again after a launch that failed", async () => {
    await assert.rejects(getGlobalTor({ torBinary: "/nonexistent/tor" }), {
      name: "TorNotFoundError",
    });
    await using tor = await getGlobalTor({ torrc });
    assert.ok(tor.control.connected);
  });

  it("goes on as long as anybody waits", async () => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const aborted = getGlobalTor({ torrc, signal: controller.signal });
    const waiting = getGlobalTor({ torrc });
    controller.abort(reason);
    await assert.rejects(aborted, reason);
    const tor = await waiting;
    await tor.quit();

    const lone = new AbortController();
    const given = getGlobalTor({ torrc, signal: lone.signal });
    lone.abort(reason);
    await assert.rejects(given, reason);
    await using other = await getGlobalTor({ torrc });
    assert.ok(other.control.connected);
  });
});

describe("Tor.quit", () => {
  it("takes leave of a Tor that was joined", async () => {
    await using port = await ScriptedControlPort.start();
    await using tor = await connect({ control: port.address });
    assert.equal(tor.process, undefined);
    await tor.quit();
    assert.equal(port.received.at(-1)?.line, "QUIT");
    await tor.quit();
  });
});
