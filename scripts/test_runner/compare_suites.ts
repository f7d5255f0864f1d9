import type { StepResult } from "./run_step.ts";

/**
 * The results that ran fewer tests of a suite than another runtime did, each with a complaint that
 * names what is missing. Suites that failed anyhow are left alone: they may have ended early.
 */
export function compareSuites(results: readonly StepResult[]): Map<StepResult, string> {
  const complaints = new Map<StepResult, string>();
  const suites = Map.groupBy(results, ({ step }) => step.suite);
  suites.delete(undefined);
  for (const runs of suites.values()) {
    if (runs.some(({ failed }) => failed > 0)) continue;
    const fullest = runs.reduce((a, b) => b.names.length > a.names.length ? b : a);
    for (const run of runs) {
      if (run.names.length === fullest.names.length) continue;
      complaints.set(run, complaint(run, fullest));
    }
  }
  return complaints;
}

function complaint(run: StepResult, fullest: StepResult): string {
  const missing = withoutEach(fullest.names, run.names).slice(0, 10);
  return [
    `${run.step.name} ran ${run.names.length} tests where ${fullest.step.name} ran ` +
    `${fullest.names.length}`,
    ...missing.map((name) => `  not run: ${name}`),
  ].join("\n");
}

/** The names that are left when one of `others` is taken away for each. */
function withoutEach(names: readonly string[], others: readonly string[]): string[] {
  const left = Map.groupBy(others, comparable);
  return names.filter((name) => left.get(comparable(name))?.pop() === undefined);
}

/** A name without what differs by runtime: its own name, and how control characters are written. */
function comparable(name: string): string {
  return name
    .replace(/\b(deno|bun|node)\b/gi, "")
    .replace(/\\(x[\da-f]{2}|u\{[\da-f]+\}|[tnr])/g, "")
    .replace(/[^!-~\u00a1-\u{10ffff}]/gu, "");
}
