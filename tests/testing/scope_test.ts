import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Scope } from "../../lib/testing/scope.ts";
import { deferred } from "../../lib/util/deferred.ts";

/** Something that tells when it is ended. */
function resource(name: string, ended: string[]): AsyncDisposable & { name: string } {
  return {
    name,
    [Symbol.asyncDispose]: () => {
      ended.push(name);
      return Promise.resolve();
    },
  };
}

describe("Scope", () => {
  it("ends what it owns in reverse, once", async () => {
    const ended: string[] = [];
    const scope = new Scope();
    const first = await scope.own(Promise.resolve(resource("first", ended)));
    assert.equal(first.name, "first");
    scope.defer(() => ended.push("second"));
    await scope.own(Promise.resolve(resource("third", ended)));
    await Promise.all([scope.end(), scope.end(), scope[Symbol.asyncDispose]()]);
    assert.deepEqual(ended, ["third", "second", "first"]);
  });

  it("waits for what is being started, and ends it", async () => {
    const ended: string[] = [];
    const scope = new Scope();
    const starting = deferred<AsyncDisposable>();
    const reason = new Error("over");
    const owned = assert.rejects(scope.own(starting.promise), reason);
    const ending = scope.end(reason);
    assert.equal(scope.signal.reason, reason);
    starting.resolve(resource("late", ended));
    await Promise.all([owned, ending]);
    assert.deepEqual(ended, ["late"]);
  });

  it("waits for work that it holds, whether it fails or not", async () => {
    const ended: string[] = [];
    const scope = new Scope();
    scope.defer(() => ended.push("end"));
    const work = [deferred<string>(), deferred<string>()] as const;
    const held = scope.hold(work[0].promise);
    const failing = assert.rejects(scope.hold(work[1].promise), /broken/);
    const ending = scope.end();
    work[1].reject(new Error("broken"));
    await failing;
    assert.deepEqual(ended, []);
    work[0].resolve("done");
    assert.equal(await held, "done");
    await ending;
    assert.deepEqual(ended, ["end"]);
  });

  it("takes nothing more when it has ended", async () => {
    const ended: string[] = [];
    const scope = new Scope();
    await scope.end();
    const late = scope.own(Promise.resolve(resource("late", ended)));
    await assert.rejects(late, { name: "AbortError" });
    assert.deepEqual(ended, ["late"]);
  });

  it("ends all that it can where an end fails, and tells of the first failure", async () => {
    const ended: string[] = [];
    const scope = new Scope();
    scope.defer(() => ended.push("first"));
    scope.defer(() => Promise.reject(new Error("second failed")));
    scope.defer(() => {
      throw new Error("third failed");
    });
    await assert.rejects(scope.end(), /third failed/);
    assert.deepEqual(ended, ["first"]);
  });
});
