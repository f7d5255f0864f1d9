import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { onAbort } from "../../lib/util/on_abort.ts";
import { CountedSignal } from "../_support/counted_signal.ts";

describe("onAbort", () => {
  it("calls each listener once when the signal aborts, in their order", () => {
    const { controller, signal } = new CountedSignal();
    const calls: string[] = [];
    onAbort(signal, () => calls.push("first"));
    onAbort(signal, () => calls.push("second"));
    assert.deepEqual(calls, []);
    controller.abort();
    controller.abort();
    assert.deepEqual(calls, ["first", "second"]);
  });

  it("calls none of a signal that has aborted already, and none without a signal", () => {
    const fail = () => assert.fail("it was called");
    onAbort(AbortSignal.abort(), fail)();
    onAbort(undefined, fail)();
  });

  it("calls nobody who was removed, not even by another while it calls", () => {
    const { controller, signal } = new CountedSignal();
    const calls: string[] = [];
    onAbort(signal, () => calls.push("before"))();
    onAbort(signal, () => {
      calls.push("first");
      stop();
    });
    const stop = onAbort(signal, () => calls.push("second"));
    controller.abort();
    assert.deepEqual(calls, ["first"]);
  });

  it("counts a function that is given twice as two", () => {
    const { controller, signal } = new CountedSignal();
    let calls = 0;
    const listener = () => void calls++;
    const stop = onAbort(signal, listener);
    onAbort(signal, listener);
    stop();
    stop();
    controller.abort();
    assert.equal(calls, 1);
  });

  it("has one listener at the signal for any number, and none when all are gone", () => {
    const counted = new CountedSignal();
    for (let round = 0; round < 2; round++) {
      const stops = Array.from({ length: 100 }, () => onAbort(counted.signal, () => {}));
      assert.equal(counted.listeners, 1);
      for (const stop of stops) stop();
      assert.equal(counted.listeners, 0);
    }
    assert.equal(counted.most, 1);
  });
});
