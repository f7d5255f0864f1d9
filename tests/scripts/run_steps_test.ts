import { describe, it } from "node:test";
import assert from "node:assert/strict";
import type { StepResult } from "../../scripts/test_runner/run_step.ts";
import { runSteps } from "../../scripts/test_runner/run_steps.ts";
import type { Step } from "../../scripts/test_runner/steps.ts";

type Name = Step["name"];

/** A step that is run by hand. */
function stepOf(name: Name, ...needs: Name[]): Step {
  return { name, command: "none", args: [], needs };
}

/** A run of steps, each of which goes on until it is told to end. */
class Scripted {
  /** The steps that run, in the order in which they began. */
  readonly running: Name[] = [];
  /** Those that were told to end while they ran. */
  readonly aborted: Name[] = [];
  /** What was reported: the names, and how many failures. */
  readonly reported: [Name, number][] = [];
  readonly over: Promise<void>;
  readonly #ends = new Map<Name, PromiseWithResolvers<StepResult>>();
  readonly #steps: readonly Step[];

  constructor(steps: readonly Step[], { atOnce = 2, signal = new AbortController().signal } = {}) {
    this.#steps = steps;
    this.over = runSteps(steps, {
      atOnce,
      signal,
      run: (step, signal) => this.#run(step, signal),
      report: ({ step, failed }) => this.reported.push([step.name, failed]),
    });
    this.over.catch(() => {}); // the test looks at it when it will
  }

  /** Ends a step, and waits until the runner has seen it. */
  async end(name: Name, { failed = 0 } = {}): Promise<void> {
    const step = this.#steps.find((step) => step.name === name)!;
    const counts = { passed: 1 - failed, failed, skipped: 0, names: [] };
    this.#ends.get(name)!.resolve({ step, seconds: 0, complaint: "", ...counts });
    await settled();
  }

  /** Lets the runner itself fail at a step. */
  crash(name: Name, error: Error): void {
    this.#ends.get(name)!.reject(error);
  }

  async #run({ name }: Step, signal: AbortSignal): Promise<StepResult> {
    const end = Promise.withResolvers<StepResult>();
    this.#ends.set(name, end);
    this.running.push(name);
    signal.addEventListener("abort", () => {
      if (this.running.includes(name)) this.aborted.push(name);
    });
    try {
      return await end.promise;
    } finally {
      this.running.splice(this.running.indexOf(name), 1);
    }
  }
}

/** Waits until all that can go on has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

describe("runSteps()", () => {
  it("runs as many at once as it may, those in front first, and reports each as it ends", async () => {
    const run = new Scripted(["check/a", "check/b", "check/c", "check/d"].map((name) => {
      return stepOf(name as Name);
    }));
    assert.deepEqual(run.running, ["check/a", "check/b"]);
    await run.end("check/b");
    assert.deepEqual(run.running, ["check/a", "check/c"]);
    assert.deepEqual(run.reported, [["check/b", 0]]);
    await run.end("check/c", { failed: 1 });
    assert.deepEqual(run.running, ["check/a", "check/d"]);
    await run.end("check/a");
    await run.end("check/d");
    await run.over;
    assert.deepEqual(run.reported.map(([name]) => name), [
      "check/b",
      "check/c",
      "check/a",
      "check/d",
    ]);
  });

  it("lets a step wait for all that it needs, and others go ahead of it", async () => {
    const run = new Scripted([
      stepOf("npm/build"),
      stepOf("tor/networks"),
      stepOf("node/a", "npm/build", "tor/networks"),
      stepOf("deno/a", "tor/networks"),
      stepOf("bun/b"),
    ]);
    await run.end("npm/build");
    assert.deepEqual(run.running, ["tor/networks", "bun/b"]);
    await run.end("bun/b");
    assert.deepEqual(run.running, ["tor/networks"]);
    await run.end("tor/networks");
    assert.deepEqual(run.running, ["node/a", "deno/a"]);
    await run.end("node/a");
    await run.end("deno/a");
    await run.over;
  });

  it("leaves out what needs a step that failed, and what needs that", async () => {
    const run = new Scripted([
      stepOf("npm/build"),
      stepOf("node/a", "npm/build"),
      stepOf("npm/b", "node/a"),
      stepOf("deno/a"),
    ], { atOnce: 1 });
    await run.end("npm/build", { failed: 1 });
    assert.deepEqual(run.reported, [["npm/build", 1], ["node/a", 1], ["npm/b", 1]]);
    assert.deepEqual(run.running, ["deno/a"]);
    await run.end("deno/a");
    await run.over;
  });

  it("is over with a signal when all that runs has ended, and begins nothing more", async () => {
    const interrupt = new AbortController();
    const steps = [stepOf("check/a"), stepOf("check/b"), stepOf("check/c")];
    const run = new Scripted(steps, { signal: interrupt.signal });
    const reason = new Error("Interrupted");
    interrupt.abort(reason);
    assert.deepEqual(run.aborted, ["check/a", "check/b"]);
    await run.end("check/a", { failed: 1 });
    assert.deepEqual(run.running, ["check/b"]);
    let isOver = false;
    run.over.catch(() => isOver = true);
    await settled();
    assert.equal(isOver, false);
    await run.end("check/b", { failed: 1 });
    await assert.rejects(run.over, reason);
    assert.deepEqual([run.running, run.reported], [[], []]);
  });

  it("begins nothing where the signal has aborted", async () => {
    const reason = new Error("Interrupted");
    const run = new Scripted([stepOf("check/a")], { signal: AbortSignal.abort(reason) });
    await assert.rejects(run.over, reason);
    assert.deepEqual(run.running, []);
  });

  it("ends the others where the runner fails", async () => {
    const run = new Scripted([stepOf("check/a"), stepOf("check/b"), stepOf("check/c")]);
    const error = new Error("No such program");
    run.crash("check/b", error);
    await settled();
    assert.deepEqual([run.running, run.aborted], [["check/a"], ["check/a"]]);
    await run.end("check/a", { failed: 1 });
    await assert.rejects(run.over, error);
    assert.deepEqual(run.reported, []);
  });

  it("tells what can never run", async () => {
    const run = new Scripted([stepOf("check/a", "check/b"), stepOf("check/b", "check/a")]);
    await assert.rejects(run.over, {
      name: "RangeError",
      message: "Cannot run check/a: it needs check/b",
    });
  });
});
