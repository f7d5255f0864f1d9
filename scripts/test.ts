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
import { awaitStep, runStep, type StepResult } from "./test_runner/run_step.ts";
import { runSteps } from "./test_runner/run_steps.ts";
import { SharedNetworks } from "./test_runner/shared_networks.ts";
import { allSteps, needsNetwork, type Step } from "./test_runner/steps.ts";

const STEP_TIMEOUT_MS = 10 * 60_000;
/** How many steps run at once: most wait for Tor most of the time. */
const AT_ONCE = 2;

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
 * Runs the steps, some at once; `results` grows with each. The private networks start beside those
 * that do not need one.
 */
async function runAll(
  steps: readonly Step[],
  results: StepResult[],
  signal: AbortSignal,
): Promise<void> {
  const waiting = steps.filter(({ command }) => command === undefined).length;
  const users = steps.filter(needsNetwork).length;
  const count = Math.min(Math.max(waiting, users), AT_ONCE);
  await using networks = SharedNetworks.start(count, signal);

  function run(step: Step, signal: AbortSignal): Promise<StepResult> {
    if (step.command === undefined) return awaitStep(step, networks.whenReady());
    const options = { signal, timeout: STEP_TIMEOUT_MS };
    if (!needsNetwork(step)) return runStep(step, options);
    return networks.lend((env) => runStep(step, { ...options, env }));
  }

  function report(result: StepResult): void {
    results.push(result);
    console.log(stepRow(result));
    if (result.complaint !== "") console.log(`\n${result.complaint}\n`);
  }

  console.log(tableHead());
  await runSteps(steps, { atOnce: AT_ONCE, run, report, signal });
  results.sort((a, b) => steps.indexOf(a.step) - steps.indexOf(b.step));
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
console.log(`\nThe run took ${(performance.now() / 1000).toFixed(1)} s\n`);
console.log(summary(results, crashed ? 1 : 0));
Deno.exit(crashed || results.some(({ failed }) => failed > 0) ? 1 : 0);
