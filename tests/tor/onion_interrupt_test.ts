import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { ScriptedOnionTor } from "./_scripted_onion.ts";

/** A platform whose user the test is: it interrupts, and sees what the program is ended by. */
class Interruptible {
  readonly runtime: Runtime;
  /** Resolves with the signal that has ended the program. */
  readonly ended: Promise<string>;
  readonly #handlers = new Set<(signal: "SIGINT") => void>();

  private constructor(platform: Runtime) {
    let end = (_signal: string) => {};
    this.ended = new Promise((resolve) => end = resolve);
    const ours: Partial<Runtime> = {
      onInterrupt: (handler) => {
        // One of its own for each call, as the platforms have it.
        const one = (signal: "SIGINT") => handler(signal);
        this.#handlers.add(one);
        return () => void this.#handlers.delete(one);
      },
      endBySignal: (signal) => {
        if (!this.isWatched) end(signal);
      },
    };
    this.runtime = new Proxy(platform, {
      get(target, name) {
        const value = Reflect.get(ours, name) ?? Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  static async create(): Promise<Interruptible> {
    return new Interruptible(await detectRuntime());
  }

  /** Whether an interrupt would be heard of. */
  get isWatched(): boolean {
    return this.#handlers.size > 0;
  }

  interrupt(): void {
    for (const handler of [...this.#handlers]) handler("SIGINT");
  }
}

describe("a program that listens behind an onion address", () => {
  it("removes its service before it ends of an interrupt", async () => {
    const user = await Interruptible.create();
    await using scripted = await ScriptedOnionTor.start({ runtime: user.runtime });
    const listener = await scripted.tor.listenOnion({ port: 80 });
    const next = listener[Symbol.asyncIterator]().next();
    user.interrupt();
    assert.equal(await user.ended, "SIGINT");
    assert.equal(scripted.isRemoved, true);
    assert.equal(listener.service.isRemoved, true); // Tor has answered
    assert.equal(await scripted.leavesFiles(), false);
    assert.equal((await next).done, true);
  });

  it("does so while the service is being published", async () => {
    const user = await Interruptible.create();
    await using scripted = await ScriptedOnionTor.start({ add: "silent", runtime: user.runtime });
    const serving = scripted.tor.serve(() => new Response());
    await scripted.port.waitFor(/^ADD_ONION/);
    user.interrupt();
    assert.equal(await user.ended, "SIGINT");
    await assert.rejects(serving, /interrupted by SIGINT/);
    assert.equal(scripted.isRemoved, true);
    assert.equal(await scripted.leavesFiles(), false);
  });

  it("ends with the last of its services, however often it is interrupted", async () => {
    const user = await Interruptible.create();
    const { runtime } = user;
    await using quick = await ScriptedOnionTor.start({ runtime });
    await using slow = await ScriptedOnionTor.start({ runtime });
    const removal = slow.port.expect(/^DEL_ONION/);
    const first = await quick.tor.listenOnion({ port: 80 });
    const last = await slow.tor.listenOnion({ port: 80 });
    user.interrupt();
    user.interrupt(); // an impatient one
    let hasEnded = false;
    const ended = user.ended.then(() => hasEnded = true);
    await Promise.all([first.close(), removal.received]);
    await new Promise<void>((resolve) => setImmediate(resolve));
    assert.equal(hasEnded, false);
    await slow.port.send("250 OK\r\n");
    await ended;
    assert.equal(last.service.isRemoved, true);
    for (const { port } of [quick, slow]) {
      assert.equal(port.received.filter(({ keyword }) => keyword === "DEL_ONION").length, 1);
    }
  });

  it("ends where Tor refuses to remove the service", async () => {
    const user = await Interruptible.create();
    await using scripted = await ScriptedOnionTor.start({ removes: false, runtime: user.runtime });
    await scripted.tor.listenOnion({ port: 80 });
    user.interrupt();
    assert.equal(await user.ended, "SIGINT");
    assert.equal(await scripted.leavesFiles(), false);
  });

  it("is let alone where it says so, and once nothing is left to close", async () => {
    const user = await Interruptible.create();
    await using scripted = await ScriptedOnionTor.start({ runtime: user.runtime });
    const own = await scripted.tor.serve(() => new Response(), { endOnInterrupt: false });
    assert.equal(user.isWatched, false);
    await own.shutdown();
    const watched = await scripted.tor.serve(() => new Response());
    assert.equal(user.isWatched, true);
    await watched.shutdown();
    assert.equal(user.isWatched, false);
    await assert.rejects(scripted.tor.listenOnion({ port: 0 }), RangeError);
    assert.equal(user.isWatched, false);
  });
});
