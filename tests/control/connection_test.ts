import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import type { ControlConnectionOptions } from "../../lib/control/connection_options.ts";
import { DisconnectedError, LimitExceededError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { ScriptedControlPort, type ScriptedControlPortOptions } from "../../lib/testing/mod.ts";

const runtime = await detectRuntime();

interface Pair extends AsyncDisposable {
  port: ScriptedControlPort;
  control: ControlConnection;
}

async function pair(
  options: Partial<ControlConnectionOptions> = {},
  portOptions: ScriptedControlPortOptions = {},
): Promise<Pair> {
  const port = await ScriptedControlPort.start(portOptions);
  const control = await ControlConnection.connect({ control: port.address, runtime, ...options });
  return {
    port,
    control,
    async [Symbol.asyncDispose]() {
      await control.close();
      await port[Symbol.asyncDispose]();
    },
  };
}

/** A runtime whose connections end together with the chunk that has `text` in it. */
function hangingUpWith(text: string): Runtime {
  const decoder = new TextDecoder();
  const connect: Runtime["connect"] = async (address, options) => {
    const conn = await runtime.connect(address, options);
    const readable = conn.readable.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk);
          if (decoder.decode(chunk).includes(text)) controller.terminate();
        },
      }),
    );
    return Object.create(conn, {
      readable: { value: readable },
      writable: { value: conn.writable },
      close: { value: () => conn.close() },
    });
  };
  return Object.create(runtime, { connect: { value: connect } });
}

describe("ControlConnection", () => {
  it("sends commands at once, and matches replies in order", async () => {
    await using both = await pair();
    const { port, control } = both;
    const allCame = port.waitFor("GETINFO c"); // though the first has no answer yet
    port.expect("GETINFO a").wait(allCame).reply("250-a=1", "250 OK");
    port.expect("GETINFO b").reply("250-b=2", "250 OK");
    port.expect("GETINFO c").reply("552 no");
    const calls = ["a", "b", "c"].map((key) => control.getInfo(key));
    const [a, b, c] = await Promise.allSettled(calls);
    assert.deepEqual([a, b].map((r) => r!.status === "fulfilled" && r!.value), ["1", "2"]);
    assert.equal(c!.status, "rejected");
  });

  for (
    const code of [451, 500, 510, 511, 512, 513, 514, 515, 550, 551, 552, 553, 554, 555, 499, 599]
  ) {
    it(`lives on after a ${code} reply, which rejects that command alone`, async () => {
      await using both = await pair();
      both.port.expect("SIGNAL DUMP").reply(`${code}-first`, `${code} why`);
      both.port.expect("SIGNAL HEARTBEAT").reply("250 OK");
      const [bad, good] = await Promise.allSettled([
        both.control.signal("DUMP"),
        both.control.signal("HEARTBEAT"),
      ]);
      assert.equal(good.status, "fulfilled");
      const { code: got, command, lines, reason } = (bad as PromiseRejectedResult).reason;
      assert.deepEqual([got, command, lines, reason], [
        code,
        "SIGNAL DUMP",
        ["first", "why"],
        "why",
      ]);
    });
  }

  it("is not harmed by what is part of nothing", async () => {
    await using both = await pair();
    const { port, control } = both;
    const strays: string[] = [];
    await control.addEventListener("stray", ({ line }) => strays.push(line));
    port.expect("GETINFO a").send(
      "\r\n250\r\n250-a=\udcff1\r\n650 FUTURE event\r\ngarbage\r\n650 CIRC no number\r\n250 OK\r\n250 nobody asked\r\n",
    );
    assert.equal(await control.getInfo("a"), "\udcff1");
    port.expect("GETINFO b").reply("250-b=2", "250 OK");
    assert.equal(await control.getInfo("b"), "2");
    assert.deepEqual(strays, ["", "250", "garbage", "250 nobody asked"]);
  });

  it("reads what comes one byte at a time", async () => {
    await using both = await pair({}, { chunkSize: 1 });
    both.port.expect("GETINFO a").reply("250+a=", "..x", ".", "650 BW 1 2", "250 OK");
    assert.equal(await both.control.getInfo("a"), ".x");
  });

  it("rejects all that waits when Tor is gone in the midst of a reply", async () => {
    await using both = await pair();
    const { port, control } = both;
    const bothCame = port.waitFor("GETINFO b");
    port.expect("GETINFO a").wait(bothCame).send("250-a=1\r\n250 O").close();
    port.expect("GETINFO b");
    const calls = await Promise.allSettled([control.getInfo("a"), control.getInfo("b")]);
    for (const [i, call] of calls.entries()) {
      const error = (call as PromiseRejectedResult).reason;
      assert.ok(error instanceof DisconnectedError);
      const key = i === 0 ? "a" : "b";
      assert.equal(
        error.message,
        `Cannot get the reply to GETINFO ${key}: Tor closed the control connection in the midst of a command`,
      );
      assert.ok(error.cause instanceof DisconnectedError);
    }
    await assert.rejects(control.closed, DisconnectedError);
    assert.equal(control.connected, false);
    await assert.rejects(control.getInfo("c"), /Cannot send GETINFO: Tor closed/);
    await assert.rejects(control.addEventListener("CIRC", () => {}), /Cannot listen to CIRC/);
    await assert.rejects(control.whenConnected(), DisconnectedError);
  });

  it("drops the reply of a request that is given up, and keeps the order of the others", async () => {
    await using both = await pair();
    const { port, control } = both;
    const controller = new AbortController();
    const abandoned = deferred<void>();
    const held = port.expect("GETINFO a").wait(abandoned.promise).reply("250-a=1", "250 OK");
    port.expect("GETINFO b").reply("250-b=2", "250 OK");
    const given = assert.rejects(control.getInfo("a", { signal: controller.signal }), /enough/);
    const other = control.getInfo("b");
    await held.received;
    controller.abort(new Error("enough"));
    await given;
    abandoned.resolve();
    assert.equal(await other, "2");
    await assert.rejects(control.getInfo("a", { signal: controller.signal }), /enough/);
  });

  it("ends with an error that names the limit, on a line too long", async () => {
    await using both = await pair({ lineLimit: 1000 });
    const { port, control } = both;
    port.expect("GETINFO a").send(`250-a=${"x".repeat(1000)}\r\n250 OK\r\n`);
    await assert.rejects(control.getInfo("a"), (error: Error) => {
      assert.match(error.message, /more than 1000 bytes \(lineLimit\)/);
      assert.ok(error.cause instanceof LimitExceededError);
      return true;
    });
  });

  it("ends with an error that names the limit, on a reply too long", async () => {
    await using both = await pair({ replyLimit: 1000 });
    const { port, control } = both;
    port.expect("GETINFO a").reply("250+a=", ...Array(30).fill("x".repeat(50)), ".", "250 OK");
    await assert.rejects(control.getInfo("a"), /more than 1000 characters \(replyLimit\)/);
  });

  it("close() rejects what waits, ends iterators and resolves closed; twice is harmless", async () => {
    await using both = await pair();
    const { port, control } = both;
    port.always(/^SETEVENTS/).reply("250 OK");
    const held = port.expect("GETINFO a");
    const events = control.events("BW");
    const next = events.next();
    const call = assert.rejects(control.getInfo("a"), /the control connection was closed/);
    await held.received;
    await control.close();
    await call;
    assert.equal((await next).done, true);
    await control.closed;
    await control.close();
    await assert.rejects(control.getInfo("a"), DisconnectedError);
  });

  it("quit() takes leave and closes", async () => {
    await using both = await pair();
    await both.control.quit();
    assert.equal(both.port.received.at(-1)?.line, "QUIT");
    await both.control.closed;
  });

  it("quit() is no lost connection, however soon Tor hangs up", async () => {
    for (const reconnect of [false, true]) {
      await using both = await pair({ runtime: hangingUpWith("250 closing"), reconnect });
      const { port, control } = both;
      port.expect("QUIT").reply("250 closing connection");
      const lost: unknown[] = [];
      await control.addEventListener("disconnected", ({ error }) => lost.push(error));
      await control.quit();
      await control.closed;
      assert.deepEqual(lost, []);
    }
  });

  it("quit() tells that Tor did not agree, and is over all the same", async () => {
    await using both = await pair();
    both.port.expect("QUIT").close();
    await assert.rejects(both.control.quit(), DisconnectedError);
    await both.control.closed;
  });

  it("knows Tor's version from PROTOCOLINFO, or else asks for it", async () => {
    await using both = await pair({}, { torVersion: "0.4.8.1" });
    assert.equal(both.control.torVersion, "0.4.8.1");
    assert.ok(!both.port.received.some(({ line }) => line === "GETINFO version"));
    const port = await ScriptedControlPort.start();
    port.expect("PROTOCOLINFO 1").reply("250-AUTH METHODS=NULL", "250 OK");
    await using control = await ControlConnection.connect({ control: port.address, runtime });
    assert.equal(control.torVersion, "0.4.9.11");
    await port.close();
  });
});

describe("a filter in front of Tor", () => {
  const FILTERED = "510 Command filtered";

  it("costs only what it filters", async () => {
    await using port = await ScriptedControlPort.start();
    port.always("PROTOCOLINFO 1").reply(FILTERED);
    port.always(/^GETINFO/).reply(FILTERED);
    port.always(/^SETEVENTS/).reply(FILTERED);
    port.always("SETEVENTS CONF_CHANGED").reply("250 OK", "650-CONF_CHANGED", "650-A=1", "650 OK");
    port.always("SIGNAL NEWNYM").reply("250 OK");
    await using control = await ControlConnection.connect({ control: port.address, runtime });
    assert.equal(control.torVersion, undefined);
    await control.signal("NEWNYM");
    await assert.rejects(control.getInfo("address"), { name: "UnrecognizedCommandError" });
    await assert.rejects(control.addEventListener("CIRC", () => {}), {
      name: "UnrecognizedCommandError",
    });
    const events = control.events("CONF_CHANGED");
    assert.equal((await events.next()).value?.type, "CONF_CHANGED");
    await assert.rejects(control.events("STREAM").next(), { name: "UnrecognizedCommandError" });
    assert.ok(control.connected);
  });

  it("lets a password through where it hides PROTOCOLINFO", async () => {
    await using port = await ScriptedControlPort.start({
      authentication: { methods: ["HASHEDPASSWORD"] },
    });
    port.always("PROTOCOLINFO 1").reply(FILTERED);
    const password = "password";
    await using control = await ControlConnection.connect({
      control: port.address,
      runtime,
      password,
    });
    assert.ok(control.connected);
  });
});
