/** A Tor that was launched leaves nothing open in this program, whichever way its launch ends. */
import assert from "node:assert/strict";
import { launch } from "../../lib/tor/launch.ts";

const torrc = { DisableNetwork: 1, OutboundBindAddress: "127.0.0.1" };

/** A test that the sanitizers watch. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeResources: true, sanitizeOps: true, sanitizeExit: true });
}

test("a launched Tor quits", async () => {
  const tor = await launch({ torrc });
  assert.ok(tor.control.connected);
  await tor.quit();
});

test("a launched Tor is killed", async () => {
  await using tor = await launch({ torrc, onError: () => {} });
  tor.process!.kill("SIGKILL");
  assert.equal((await tor.process!.ended).signal, "SIGKILL");
});

test("a Tor without a control port quits", async () => {
  const tor = await launch({ torrc, control: 0 });
  await tor.quit();
});

test("a launch fails by a bad torrc", async () => {
  await assert.rejects(launch({ torrc: { NoSuchOption: 1 } }), { name: "LaunchError" });
});

test("a launch fails where there is no tor", async () => {
  await assert.rejects(launch({ torBinary: "/nonexistent" }), { name: "TorNotFoundError" });
});

test("a launch is aborted, and one takes too long", async () => {
  const stop = new AbortController();
  const reason = new Error("enough");
  const aborted = launch({ torrc, signal: stop.signal, stdout: () => stop.abort(reason) });
  await assert.rejects(aborted, { name: "LaunchError", cause: reason });
  await assert.rejects(launch({ torrc, timeout: 1 }), { name: "LaunchError" });
});
