import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";

const EVENT = "650 SIGNAL NEWNYM";

/** A Tor that was joined, and whose port knows that somebody listens to SIGNAL. */
async function listenedTo(): Promise<ScriptedControlPort> {
  const port = await ScriptedControlPort.start();
  port.expect("SETEVENTS SIGNAL").reply("250 OK");
  return port;
}

describe("newIdentity", () => {
  it("resolves when Tor says that it has acted, and tells the delay", async () => {
    await using port = await listenedTo();
    port.expect("SIGNAL NEWNYM").reply("250 OK", "650 SIGNAL DUMP");
    port.expect("GETINFO uptime").reply("250-uptime=1", "250 OK");
    port.always("SETEVENTS").reply("250 OK");
    await using tor = await connect({ control: port.address });
    const start = performance.now();
    let isOver = false;
    const waiting = tor.newIdentity().then((result) => {
      isOver = true;
      return result;
    });
    const dumped = tor.control.events("SIGNAL");
    assert.equal((await dumped.next()).value.signal, "DUMP");
    await tor.control.getInfo("uptime");
    assert.equal(isOver, false);
    await port.send(`${EVENT}\r\n`);
    const { delayed } = await waiting;
    assert.ok(delayed >= 0 && delayed <= Math.ceil(performance.now() - start), String(delayed));
    await dumped.return?.();
  });

  it("does not take somebody else's for its own", async () => {
    await using port = await ScriptedControlPort.start();
    port.expect("SETEVENTS SIGNAL").reply("250 OK", EVENT);
    port.expect("SIGNAL NEWNYM").reply("250 OK");
    port.always("SETEVENTS").reply("250 OK");
    await using tor = await connect({ control: port.address });
    const stop = new AbortController();
    const waiting = tor.newIdentity({ signal: stop.signal });
    await port.waitFor("SIGNAL NEWNYM");
    stop.abort(new Error("enough"));
    await assert.rejects(waiting, /enough/);
  });

  it("gives up a Tor that agrees and never acts, as one without a SOCKS port", async () => {
    await using port = await listenedTo();
    port.expect("SIGNAL NEWNYM").reply("250 OK");
    port.always("SETEVENTS").reply("250 OK");
    await using tor = await connect({ control: port.address });
    await assert.rejects(tor.newIdentity({ timeout: 1 }), {
      name: "TimeoutError",
      message: /no SOCKS port, did not act within 1 ms$/,
    });
    await assert.rejects(tor.newIdentity({ timeout: -1 }), RangeError);
  });

  it("rejects where the connection is lost, for good or for a while", async () => {
    for (const reconnect of [false, true]) {
      await using port = await listenedTo();
      port.expect("SIGNAL NEWNYM").reply("250 OK").close();
      await using tor = await connect({ control: port.address, reconnect });
      await assert.rejects(tor.newIdentity(), { name: "DisconnectedError" });
    }
  });

  it("rejects with what Tor refuses it by", async () => {
    await using port = await listenedTo();
    port.expect("SIGNAL NEWNYM").reply("552 Unrecognized signal");
    port.always("SETEVENTS").reply("250 OK");
    await using tor = await connect({ control: port.address });
    await assert.rejects(tor.newIdentity(), { code: 552 });
  });
});
