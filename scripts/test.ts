/**
 * The whole test run: the static checks, the build for npm, the tests on Deno, Bun and Node, and the
 * package in the hands of its users. Ends on the line `N passed, N failed`.
 *
 *   deno task test                  all of it
 *   deno task test deno npm/build   the steps whose names begin so
 *
 * @module
 */
import { compareSuites } from "./test_runner/compare_suites.ts";
import { stepRow, summary, tableHead } from "./test_runner/report.ts";
import { awaitStep, notRun, runStep, type StepResult } from "./test_runner/run_step.ts";
import { SharedNetwork } from "./test_runner/shared_network.ts";
import { allSteps, type Step } from "./test_runner/steps.ts";

const STEP_TIMEOUT_MS = 10 * 60_000;

/** The steps whose names begin with one of `prefixes`, and those that they need. */
function select(steps: readonly Step[], prefixes: readonly string[]): Step[] {
  if (prefixes.length === 0) return [...steps];
  const isChosen = ({ name }: Step) => prefixes.some((prefix) => name.startsWith(prefix));
  for (const prefix of prefixes) {
    if (steps.some(({ name }) => name.startsWith(prefix))) continue;
    throw new RangeError(
      `Cannot run ${prefix}: the steps are ${steps.map(({ name }) => name).join(", ")}`,
    );
  }
  const needed = new Set(steps.filter(isChosen).flatMap(({ needs = [] }) => needs));
  return steps.filter((step) => isChosen(step) || needed.has(step.name));
}

/**
 * Runs the steps one after the other; `results` grows with each. The private network starts beside
 * those that do not need it.
 */
async function runAll(
  steps: readonly Step[],
  results: StepResult[],
  signal: AbortSignal,
): Promise<void> {
  await using network = steps.some(({ command }) => command === undefined)
    ? SharedNetwork.start(signal)
    : undefined;
  const env: Record<string, string> = {};

  async function outcome(step: Step): Promise<StepResult> {
    const lacks = results.find((other) =>
      other.failed > 0 && step.needs?.includes(other.step.name)
    );
    if (lacks !== undefined) return notRun(step, lacks);
    if (step.command !== undefined) {
      return await runStep(step, { env, signal, timeout: STEP_TIMEOUT_MS });
    }
    return await awaitStep(step, (async () => Object.assign(env, await network?.env()))());
  }

  console.log(tableHead());
  for (const step of steps) {
    const result = await outcome(step);
    signal.throwIfAborted();
    results.push(result);
    console.log(stepRow(result));
    if (result.complaint !== "") console.log(`\n${result.complaint}\n`);
  }
  for (const [result, complaint] of compareSuites(results)) {
    console.log(`\n${complaint}`);
    results[results.indexOf(result)] = { ...result, failed: result.failed + 1 };
  }
}

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  Deno.addSignalListener(signal, () => interrupted.abort(new Error(`Interrupted by ${signal}`)));
}

const results: StepResult[] = [];
let crashed = false;
const reports = await Deno.makeTempDir({ prefix: "torcon_reports_" });
try {
  const steps = select(await allSteps({ reports }), Deno.args);
  await runAll(steps, results, interrupted.signal);
} catch (error) {
  crashed = true;
  console.error(interrupted.signal.aborted ? `\n${interrupted.signal.reason.message}` : error);
} finally {
  await Deno.remove(reports, { recursive: true });
}
console.log(`\n${summary(results, crashed ? 1 : 0)}`);
Deno.exit(crashed || results.some(({ failed }) => failed > 0) ? 1 : 0);
