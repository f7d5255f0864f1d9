import { notRun, type StepResult } from "./run_step.ts";
import type { Step } from "./steps.ts";

/** How to run steps. */
export interface RunStepsOptions {
  /** How many may run at once. */
  atOnce: number;
  /** Runs one step and gives its result, also where it failed. */
  run: (step: Step, signal: AbortSignal) => Promise<StepResult>;
  /** Is told each result as it comes. */
  report: (result: StepResult) => void;
  /** Ends what is running. */
  signal: AbortSignal;
}

/**
 * Runs steps, several at once: each as soon as there is room and all that it needs has ended, those
 * in front first. One that needs a step that failed is left out, and has failed as well. Where a run
 * rejects or the signal aborts, all others have ended before this rejects.
 */
export async function runSteps(
  steps: readonly Step[],
  { atOnce, run, report, signal }: RunStepsOptions,
): Promise<void> {
  const waiting = new Set(steps);
  const running = new Map<Step, Promise<StepResult>>();
  const ended = new Map<Step["name"], StepResult>();
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);

  function next(): Step | undefined {
    if (running.size >= atOnce) return undefined;
    return [...waiting].find(({ needs = [] }) => needs.every((name) => ended.has(name)));
  }

  function begin(step: Step): void {
    waiting.delete(step);
    const lacks = step.needs?.map((name) => ended.get(name)!).find(({ failed }) => failed > 0);
    if (lacks === undefined) running.set(step, run(step, either));
    else end(notRun(step, lacks));
  }

  function end(result: StepResult): void {
    running.delete(result.step);
    ended.set(result.step.name, result);
    report(result);
  }

  try {
    signal.throwIfAborted();
    for (;;) {
      for (let step = next(); step !== undefined; step = next()) begin(step);
      if (running.size === 0) break;
      const result = await Promise.race(running.values());
      signal.throwIfAborted();
      end(result);
    }
  } finally {
    over.abort();
    await Promise.allSettled(running.values());
  }
  for (const { name, needs } of waiting) {
    throw new RangeError(`Cannot run ${name}: it needs ${needs?.join(", ")}`);
  }
}
