import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import type { BwEvent } from "../../lib/codec/events/mod.ts";
import { ControlConnection } from "../../lib/control/connection.ts";
import { LimitExceededError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { ScriptedControlPort } from "../../lib/testing/mod.ts";
import { deferred } from "../../lib/util/deferred.ts";

const runtime = await detectRuntime();

describe("events", () => {
  let port: ScriptedControlPort;
  let control: ControlConnection;
  const errors: unknown[] = [];

  beforeEach(async () => {
    errors.length = 0;
    port = await ScriptedControlPort.start();
    port.always(/^SETEVENTS/).reply("250 OK");
    control = await ControlConnection.connect({
      control: port.address,
      runtime,
      onError: (error) => errors.push(error),
    });
  });

  afterEach(async () => {
    await control.close();
    await port[Symbol.asyncDispose]();
  });

  /** The SETEVENTS that came. */
  const subscriptions = () =>
    port.received.map(({ line }) => line).filter((line) => line.startsWith("SETEVENTS"));

  /** Sends events, and resolves when all that came before is dispatched. */
  async function send(...lines: string[]): Promise<void> {
    port.expect("GETINFO sync").reply(...lines, "250-sync=", "250 OK");
    await control.getInfo("sync");
  }

  it("are subscribed with the first listener of a type and dropped with the last", async () => {
    const [f, g] = [() => {}, () => {}];
    await control.addEventListener("CIRC", f);
    await control.addEventListener("CIRC", g);
    await control.addEventListener("CIRC", g);
    await control.addEventListener("STREAM", f);
    await control.removeEventListener("CIRC", f);
    await control.removeEventListener("CIRC", f);
    await control.removeEventListener("CIRC", g);
    await control.removeEventListener("STREAM", f);
    assert.deepEqual(subscriptions(), [
      "SETEVENTS CIRC",
      "SETEVENTS CIRC STREAM",
      "SETEVENTS STREAM",
      "SETEVENTS",
    ]);
  });

  it("are subscribed together where listeners are added together", async () => {
    await Promise.all([
      control.addEventListener("CIRC", () => {}),
      control.addEventListener("STREAM", () => {}),
      control.addEventListener("BW", () => {}),
    ]);
    assert.equal(subscriptions().at(-1), "SETEVENTS CIRC STREAM BW");
  });

  it("end up right however listeners come and go", async () => {
    const types = ["CIRC", "STREAM", "BW", "GUARD"] as const;
    const listeners = [() => {}, () => {}];
    let seed = 7;
    const random = (n: number) => (seed = seed * 1103515245 + 12345 & 0x7fffffff) % n;
    const wanted = new Map<string, Set<() => void>>(types.map((type) => [type, new Set()]));
    const changes: Promise<void>[] = [];
    for (let i = 0; i < 200; i++) {
      const type = types[random(4)]!;
      const listener = listeners[random(2)]!;
      if (random(2) === 0) {
        wanted.get(type)!.add(listener);
        changes.push(control.addEventListener(type, listener));
      } else {
        wanted.get(type)!.delete(listener);
        changes.push(control.removeEventListener(type, listener));
      }
      if (random(8) === 0) await changes.at(-1);
    }
    await Promise.all(changes);
    const expected = types.filter((type) => wanted.get(type)!.size > 0);
    assert.deepEqual(new Set(subscriptions().at(-1)!.split(" ").slice(1)), new Set(expected));
  });

  it("come to each listener of their type, in the order in which they came", async () => {
    const seen: string[] = [];
    await control.addEventListener("BW", ({ read }) => seen.push(`a${read}`));
    await control.addEventListener("BW", ({ read }) => seen.push(`b${read}`));
    await control.addEventListener("SIGNAL", ({ signal }) => seen.push(signal));
    await send("650 BW 1 0", "650 SIGNAL NEWNYM", "650 BW 2 0", "650 CIRC 1 BUILT");
    assert.deepEqual(seen, ["a1", "b1", "NEWNYM", "a2", "b2"]);
  });

  it("come to a listener that was added before its subscription was confirmed", async () => {
    const seen: number[] = [];
    port.expect("SETEVENTS BW").reply("250 OK", "650 BW 1 0");
    const added = control.addEventListener("BW", ({ read }) => seen.push(read));
    await added;
    await send();
    assert.deepEqual(seen, [1]);
  });

  it("go on where a listener throws or rejects, which is reported", async () => {
    const seen: number[] = [];
    const [thrown, rejected] = [new Error("thrown"), new Error("rejected")];
    await control.addEventListener("BW", () => {
      throw thrown;
    });
    await control.addEventListener("BW", () => Promise.reject(rejected));
    await control.addEventListener("BW", ({ read }) => seen.push(read));
    await send("650 BW 1 0");
    assert.deepEqual(seen, [1]);
    assert.deepEqual(errors, [thrown, rejected]);
  });

  it("come to the listeners that there were when they came", async () => {
    const seen: string[] = [];
    const second = () => seen.push("second");
    await control.addEventListener("BW", () => {
      seen.push("first");
      control.removeEventListener("BW", second);
    });
    await control.addEventListener("BW", second);
    await send("650 BW 1 0", "650 BW 2 0");
    assert.deepEqual(seen, ["first", "second", "first"]);
  });

  it("are not listened to any more when the signal aborts", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const listener = ({ read }: BwEvent) => seen.push(read);
    await control.addEventListener("BW", listener, { signal: controller.signal });
    controller.abort();
    await send("650 BW 1 0");
    assert.deepEqual(seen, []);
    assert.equal(subscriptions().at(-1), "SETEVENTS");
    const aborted = control.addEventListener("BW", listener, { signal: controller.signal });
    await assert.rejects(aborted, { name: "AbortError" });
  });

  it("of a name that Tor refuses cost only that listener", async () => {
    port.expect("SETEVENTS CIRC TB_EMPTY").reply('552 Unrecognized event "TB_EMPTY"');
    await control.addEventListener("CIRC", () => {});
    await assert.rejects(control.addEventListener("TB_EMPTY", () => {}), {
      name: "UnrecognizedEntityError",
      message: /SETEVENTS CIRC TB_EMPTY: 552 Unrecognized event/,
    });
    await control.addEventListener("BW", () => {});
    assert.equal(subscriptions().at(-1), "SETEVENTS CIRC BW");
  });

  it("of known names that are refused together are tried one by one", async () => {
    port.expect("SETEVENTS CIRC").reply("250 OK");
    port.expect("SETEVENTS CIRC STREAM BW").reply("552 no");
    port.expect("SETEVENTS CIRC STREAM").reply("552 no");
    port.expect("SETEVENTS CIRC BW").reply("250 OK");
    const [circ, stream, bw] = await Promise.allSettled([
      control.addEventListener("CIRC", () => {}),
      control.addEventListener("STREAM", () => {}),
      control.addEventListener("BW", () => {}),
    ]);
    assert.deepEqual([circ, stream, bw].map(({ status }) => status), [
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
  });

  it("that no parser knows, or that are malformed, come as unknown with their raw text", async () => {
    const seen: [string, string, string | undefined][] = [];
    const circuits: unknown[] = [];
    await control.addEventListener(
      "unknown",
      ({ keyword, text, data }) => seen.push([keyword, text, data]),
    );
    await control.addEventListener("CIRC", (event) => circuits.push(event));
    await send("650 FUTURE a=b", "650 CIRC no number", "650+ODD x", "data", ".", "650 OK");
    assert.deepEqual(seen, [
      ["FUTURE", "FUTURE a=b", undefined],
      ["CIRC", "CIRC no number", undefined],
      ["ODD", "ODD x", "data"],
    ]);
    assert.deepEqual(circuits, []);
  });

  it("of a name that is yet to come can be listened to by that name", async () => {
    const seen: string[] = [];
    await control.addEventListener("FUTURE", ({ text }) => seen.push(text));
    assert.equal(subscriptions().at(-1), "SETEVENTS FUTURE");
    await send("650 FUTURE a=b", "650 OTHER");
    assert.deepEqual(seen, ["FUTURE a=b"]);
  });

  describe("iterated", () => {
    it("come in order, of all types, until the loop is left", async () => {
      const events = control.events("BW", "SIGNAL");
      await port.waitFor("SETEVENTS BW SIGNAL");
      await send("650 BW 1 0", "650 SIGNAL NEWNYM", "650 CIRC 1 BUILT", "650 BW 2 0");
      const seen: string[] = [];
      for await (const event of events) {
        seen.push(event.type === "BW" ? `BW ${event.read}` : event.signal);
        if (seen.length === 3) break;
      }
      assert.deepEqual(seen, ["BW 1", "NEWNYM", "BW 2"]);
      await port.waitFor("SETEVENTS");
      assert.equal(subscriptions().at(-1), "SETEVENTS");
    });

    it("fail past the limit, which the error names, and are not subscribed any more", async () => {
      const events = control.events("BW", { limit: 2 });
      await port.waitFor("SETEVENTS BW");
      await send("650 BW 1 0", "650 BW 2 0", "650 BW 3 0", "650 BW 4 0");
      const seen: number[] = [];
      await assert.rejects(
        async () => {
          for await (const { read } of events) seen.push(read);
        },
        (error) => {
          assert.ok(error instanceof LimitExceededError);
          assert.equal(error.limitName, "eventQueueLimit");
          assert.equal(error.limit, 2);
          return true;
        },
      );
      assert.deepEqual(seen, [1, 2]);
      await port.waitFor("SETEVENTS");
    });

    it("end with the signal's reason", async () => {
      const controller = new AbortController();
      const events = control.events("BW", { signal: controller.signal });
      const next = assert.rejects(events.next(), /enough/);
      controller.abort(new Error("enough"));
      await next;
      await assert.rejects(
        control.events("BW", { signal: controller.signal }).next(),
        /enough/,
      );
    });

    it("tell when they are subscribed, or why they are not", async () => {
      const asked = port.waitFor("SETEVENTS BW");
      const events = control.events("BW");
      let isReady = false;
      const ready = events.ready.then(() => isReady = true);
      assert.equal(isReady, false);
      await asked;
      await ready;
      await events.return();
      port.expect("SETEVENTS TB_EMPTY").reply("552 no");
      const refused = control.events("TB_EMPTY");
      await assert.rejects(refused.ready, { name: "UnrecognizedEntityError" });
      await assert.rejects(refused.next(), { name: "UnrecognizedEntityError" });
    });

    it("end with Tor's refusal", async () => {
      port.expect("SETEVENTS TB_EMPTY").reply("552 no");
      await assert.rejects(control.events("TB_EMPTY").next(), { name: "UnrecognizedEntityError" });
    });

    it("end with what broke the connection, for each iterator", async () => {
      const iterators = [control.events("BW"), control.events("BW", "CIRC")];
      await port.waitFor(/^SETEVENTS.*CIRC/);
      const ends = iterators.map((events) =>
        assert.rejects(events.next(), { name: "DisconnectedError" })
      );
      await port.closeConnections();
      await Promise.all(ends);
      await assert.rejects(control.events("BW").next(), { name: "DisconnectedError" });
    });
  });

  it("with large bodies are parsed when they are read", async () => {
    const seen = deferred<number>();
    await control.addEventListener("NS", (event) => seen.resolve(event.routers.length));
    await send(
      "650+NS",
      "r a Zpcq6644F/y5jobxKZOEcwd1q1o VgQdu93hKh1IXReYJdkQgKaz8EE 2038-01-01 00:00:00 127.0.0.1 1 0",
      ".",
      "650 OK",
    );
    assert.equal(await seen.promise, 1);
  });
});
