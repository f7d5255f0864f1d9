import type { ClientName, Row, RuntimeName } from "./plan.ts";

/** How often a second a row did its work, or the amount of it, round by round; or how it failed. */
export interface Result {
  readonly row: Row;
  readonly rates: number[];
  failure?: string;
}

/** The middle one of some numbers; `NaN` of none. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}

/** The middle rate, or amount, of what was measured; `undefined` where it was not, or failed. */
export function rateOf(
  results: readonly Result[],
  wanted: Pick<Row, "client" | "runtime" | "mode">,
): number | undefined {
  const { client, runtime, mode } = wanted;
  const found = results.find(({ row }) =>
    row.client === client && row.runtime === runtime && row.mode === mode
  );
  return found === undefined || found.failure !== undefined ? undefined : median(found.rates);
}

/** Where a peer of a row that runs on `runtime` is found: on the same, if it is one of ours at all. */
export function peerRuntime(peer: ClientName, runtime: RuntimeName): RuntimeName {
  if (peer === "stem" || peer === "txtorcon") return "Python";
  return peer === "curl" ? "C" : runtime;
}
