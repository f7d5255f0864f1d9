import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TimeoutError } from "../../lib/errors/mod.ts";
import { abortable, delay, withDeadline } from "../../lib/util/abort.ts";
import { deferred } from "../../lib/util/deferred.ts";

const reason = new Error("enough");
const message = () => "Cannot do it";

describe("abortable", () => {
  it("gives what the promise gives", async () => {
    const signal = new AbortController().signal;
    assert.equal(await abortable(Promise.resolve(1), signal), 1);
    await assert.rejects(abortable(Promise.reject(reason), signal), reason);
  });

  it("rejects with the signal's reason, before and while it waits", async () => {
    await assert.rejects(abortable(Promise.resolve(1), AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const wait = assert.rejects(abortable(deferred().promise, controller.signal), reason);
    controller.abort(reason);
    await wait;
  });

  it("leaves no unhandled rejection behind", async () => {
    const late = deferred();
    await assert.rejects(abortable(late.promise, AbortSignal.abort(reason)), reason);
    late.reject(new Error("too late to matter"));
    await new Promise((resolve) => setTimeout(resolve));
  });
});

describe("withDeadline", () => {
  it("gives what the work gives, and the work a live signal", async () => {
    const work = (signal: AbortSignal) => Promise.resolve(signal.aborted);
    assert.equal(await withDeadline(work, { timeout: 1000, message }), false);
    assert.equal(await withDeadline(work, { timeout: Infinity, message }), false);
  });

  it("aborts the work and rejects when the time is over, and tells the time", async () => {
    let seen: AbortSignal | undefined;
    const work = (signal: AbortSignal) => {
      seen = signal;
      return deferred().promise;
    };
    await assert.rejects(withDeadline(work, { timeout: 5, message }), (error) => {
      assert.ok(error instanceof TimeoutError);
      assert.equal(error.milliseconds, 5);
      assert.equal(error.message, "Cannot do it within 5 ms");
      return true;
    });
    assert.equal(seen?.aborted, true);
  });

  it("rejects with the caller's reason", async () => {
    const controller = new AbortController();
    const options = { timeout: Infinity, message, signal: controller.signal };
    const wait = assert.rejects(withDeadline(() => deferred().promise, options), reason);
    controller.abort(reason);
    await wait;
    await assert.rejects(withDeadline(() => Promise.resolve(), options), reason);
  });
});

describe("delay", () => {
  it("resolves in time", async () => await delay(1));

  it("rejects with the signal's reason, before and while it waits", async () => {
    await assert.rejects(delay(1, AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const wait = assert.rejects(delay(1_000_000, controller.signal), reason);
    controller.abort(reason);
    await wait;
  });
});
