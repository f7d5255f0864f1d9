import { run } from "../support/run.ts";
import { parseJunit, type TestCounts } from "./junit.ts";
import type { Step } from "./steps.ts";

/** What came of a step. */
export interface StepResult extends TestCounts {
  /** The step. */
  readonly step: Step;
  /** How long it took. */
  readonly seconds: number;
  /** Why it failed, and what it printed; empty where it did not. */
  readonly complaint: string;
}

/** How to run a step. */
export interface RunStepOptions {
  /** Variables added to the environment. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Ends the step. */
  signal: AbortSignal;
  /** How long it may take, in milliseconds. */
  timeout: number;
}

/**
 * Runs one step and counts its tests. A step that crashed, ran out of time, ran no test or left no
 * report counts as one failure, even where each test that it reports has passed.
 */
export async function runStep(step: Step, options: RunStepOptions): Promise<StepResult> {
  if (step.command === undefined) throw new TypeError(`Cannot run ${step.name}: it is no command`);
  const started = performance.now();
  const deadline = AbortSignal.timeout(options.timeout);
  const { code, output } = await run(step.command, step.args, {
    cwd: step.cwd,
    env: { NO_COLOR: "1", ...options.env },
    signal: AbortSignal.any([options.signal, deadline]),
  });
  const seconds = (performance.now() - started) / 1000;

  const { counts, fault } = judge(code, await readReport(step));
  const reason = deadline.aborted ? `took longer than ${options.timeout / 1000} s` : fault;
  const failed = counts.failed + (reason === undefined ? 0 : 1);
  const complaint = failed === 0
    ? ""
    : [reason && `${step.name} ${reason}`, withoutPassed(output)].filter(Boolean).join("\n");
  return { step, seconds, ...counts, failed, complaint };
}

/** The result of a step that is no command and counts as one test: whether it rejects. */
export async function awaitStep(step: Step, outcome: Promise<unknown>): Promise<StepResult> {
  const started = performance.now();
  const complaint = await outcome.then(() => "", (error) => `${step.name} failed: ${error.stack}`);
  const seconds = (performance.now() - started) / 1000;
  const [passed, failed] = complaint === "" ? [1, 0] : [0, 1];
  return { step, seconds, ...NO_TESTS, passed, failed, complaint };
}

/** The result of a step that was left out, since one that it needs has failed. */
export function notRun(step: Step, lacks: StepResult): StepResult {
  const complaint = `${step.name} was not run, since ${lacks.step.name} failed`;
  return { step, seconds: 0, ...NO_TESTS, failed: 1, complaint };
}

/** The output without the lines in which Deno, Bun and Node tell that a test has passed. */
function withoutPassed(output: string): string {
  return output.replace(/^( *.* \.\.\. ok \(.*\)|\(pass\) .*|\s*✔ .*)\n/gmu, "").trim();
}

const NO_TESTS: TestCounts = { passed: 0, failed: 0, skipped: 0, names: [] };

/** The counts, and what is wrong with the step beyond the failures that they hold. */
export function judge(
  code: number,
  report: TestCounts | "none expected" | undefined,
): { counts: TestCounts; fault?: string } {
  if (report === "none expected") {
    if (code === 0) return { counts: { ...NO_TESTS, passed: 1 } };
    return { counts: NO_TESTS, fault: `ended with code ${code}` };
  }
  if (report === undefined) {
    return {
      counts: NO_TESTS,
      fault: `ended with code ${code} and left no report that can be read`,
    };
  }
  if (code !== 0 && report.failed === 0) {
    return { counts: report, fault: `ended with code ${code}, though no test failed` };
  }
  if (report.names.length === 0) return { counts: report, fault: "ran no test" };
  return { counts: report };
}

async function readReport({ report }: Step): Promise<TestCounts | "none expected" | undefined> {
  if (report === undefined) return "none expected";
  try {
    return parseJunit(await Deno.readTextFile(report));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
