import type { StepResult } from "./run_step.ts";

const WIDTHS = [18, 8, 8, 9, 9];

/** The heading over the rows of the table. */
export function tableHead(): string {
  return row(["step", "passed", "failed", "skipped", "seconds"]);
}

/** The row of one step. */
export function stepRow({ step, passed, failed, skipped, seconds }: StepResult): string {
  return row([step.name, passed, failed, skipped, seconds.toFixed(1)]);
}

/**
 * The sums per runtime, and the last line of all: `N passed, N failed`. `crashes` are failures that
 * belong to no step.
 */
export function summary(results: readonly StepResult[], crashes: number): string {
  const groups = Map.groupBy(results, ({ step }) => step.name.split("/", 1)[0] ?? "");
  const sum = (of: readonly StepResult[], key: "passed" | "failed" | "skipped" | "seconds") =>
    of.reduce((total, result) => total + result[key], 0);
  const rows = [...groups].map(([group, of]) =>
    row([
      group,
      sum(of, "passed"),
      sum(of, "failed"),
      sum(of, "skipped"),
      sum(of, "seconds").toFixed(1),
    ])
  );
  return [
    row(["in all", "passed", "failed", "skipped", "seconds"]),
    ...rows,
    "",
    `${sum(results, "passed")} passed, ${sum(results, "failed") + crashes} failed`,
  ].join("\n");
}

function row(cells: readonly (string | number)[]): string {
  return cells.map((cell, i) => {
    const text = String(cell);
    const width = WIDTHS[i] ?? 0;
    return i === 0 ? text.padEnd(width) : text.padStart(width);
  }).join("");
}
