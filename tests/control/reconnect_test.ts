import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import { DisconnectedError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { ScriptedControlPort } from "../../lib/testing/mod.ts";
import { deferred } from "../../lib/util/deferred.ts";

const runtime = await detectRuntime();
const reconnect = { initialDelay: 1, maxDelay: 5 };

describe("a connection that is to be restored", () => {
  it("authenticates and subscribes again, and tells what happened", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["SAFECOOKIE"] },
    });
    port.always(/^SETEVENTS/).reply("250 OK");
    await using control = await ControlConnection.connect({
      control: port.address,
      runtime,
      reconnect,
    });
    const told: string[] = [];
    const restored = deferred<void>();
    await control.addEventListener("BW", ({ read }) => told.push(`BW ${read}`));
    await control.addEventListener("disconnected", ({ error }) => {
      told.push(error.name);
      assert.equal(control.connected, false);
    });
    await control.addEventListener("reconnected", ({ attempts, torVersion }) => {
      told.push(`again ${attempts} ${torVersion}`);
      restored.resolve();
    });
    const events = control.events("BW");
    const before = port.received.length;
    await port.closeConnections();
    await restored.promise;
    await control.whenConnected();
    assert.ok(control.connected);
    const again = port.received.slice(before).map(({ keyword }) => keyword);
    assert.deepEqual(again, [
      "PROTOCOLINFO",
      "AUTHCHALLENGE",
      "AUTHENTICATE",
      "GETINFO",
      "SETEVENTS",
    ]);
    await port.send("650 BW 5 0\r\n");
    assert.equal((await events.next()).value?.read, 5);
    assert.deepEqual(told, ["DisconnectedError", "again 1 0.4.9.11", "BW 5"]);
  });

  it("rejects commands in flight, never sends them twice, and refuses new ones meanwhile", async () => {
    await using port = await ScriptedControlPort.start();
    await using control = await ControlConnection.connect({
      control: port.address,
      runtime,
      reconnect,
    });
    const meanwhile = deferred<Promise<unknown>>();
    await control.addEventListener("disconnected", () => {
      meanwhile.resolve(control.signal("HEARTBEAT"));
    });
    port.expect("SIGNAL NEWNYM").close();
    await assert.rejects(control.signal("NEWNYM"), DisconnectedError);
    await assert.rejects(
      () => meanwhile.promise,
      /SIGNAL: the connection to Tor is lost and being restored/,
    );
    await control.whenConnected();
    port.expect("GETINFO a").reply("250-a=1", "250 OK");
    assert.equal(await control.getInfo("a"), "1");
    assert.equal(port.received.filter(({ keyword }) => keyword === "SIGNAL").length, 1);
  });

  it("is restored time and again", async () => {
    await using port = await ScriptedControlPort.start();
    await using control = await ControlConnection.connect({
      control: port.address,
      runtime,
      reconnect,
    });
    for (let i = 0; i < 3; i++) {
      const again = control.events("reconnected");
      await port.closeConnections();
      assert.equal((await again.next()).value?.type, "reconnected");
      await again.return?.();
    }
    assert.ok(control.connected);
  });

  it("tries on while Tor is away, with its password asked for anew", async () => {
    const first = await ScriptedControlPort.start({
      authentication: { methods: ["HASHEDPASSWORD"] },
    });
    let asked = 0;
    const password = () => {
      asked++;
      return "password";
    };
    await using control = await ControlConnection.connect({
      control: first.address,
      runtime,
      password,
      reconnect,
    });
    const again = control.events("reconnected");
    await first.close();
    await using _second = await ScriptedControlPort.start({
      address: first.address,
      authentication: { methods: ["HASHEDPASSWORD"] },
    });
    assert.equal((await again.next()).value?.type, "reconnected");
    assert.ok(asked >= 2);
  });

  it("gives up after its attempts, and ends with the last cause", async () => {
    const port = await ScriptedControlPort.start();
    const options = { control: port.address, runtime, reconnect: { ...reconnect, attempts: 2 } };
    await using control = await ControlConnection.connect(options);
    const events = control.events("BW");
    const next = assert.rejects(events.next(), { name: "DisconnectedError" });
    const waits = assert.rejects(port.waitFor("never"), Error);
    const disconnected = control.events("disconnected").next();
    await port.close();
    await waits;
    await disconnected;
    await assert.rejects(control.whenConnected(), DisconnectedError);
    await next;
    await assert.rejects(control.closed, (error) => {
      assert.ok(error instanceof DisconnectedError);
      assert.match(
        error.message,
        /^Cannot restore the connection to Tor after: (?:Tor closed|Lost the) /,
      );
      assert.equal((error.cause as Error).name, "ConnectionRefusedError");
      return true;
    });
  });

  it("is not restored any more once it is closed", async () => {
    const port = await ScriptedControlPort.start();
    const control = await ControlConnection.connect({
      control: port.address,
      runtime,
      reconnect: { initialDelay: 1_000_000 },
    });
    const disconnected = control.events("disconnected").next();
    await port.close();
    await disconnected;
    const waiting = assert.rejects(control.whenConnected(), DisconnectedError);
    await control.close();
    await waiting;
    await control.closed;
  });
});
