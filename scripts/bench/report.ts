import type { Table } from "./plan.ts";
import { median, peerRuntime, rateOf, type Result } from "./results.ts";

const HEAD = ["", "", "", "min", "median", "max", "each"];
const WORDS = 3;

/** Writes a table: the least, middle and greatest rate of each row, and its ratios to its peers. */
export function formatTable(table: Table, results: readonly Result[]): string {
  const head = [...HEAD, ...table.peers.map((peer) => `/ ${peer}`)];
  const lines = results.map((result) => formatLine(table, results, result));
  return `${table.title} (${table.unit})\n${alignColumns([head, ...lines])}`;
}

function formatLine(table: Table, results: readonly Result[], result: Result): string[] {
  const { row, rates, failure } = result;
  const words = [row.client, row.runtime, row.label];
  if (failure !== undefined) return [...words, "failed"];
  const middle = median(rates);
  const ratios = table.peers.map((client) => {
    if (client === row.client) return "";
    const peer = { client, runtime: peerRuntime(client, row.runtime) };
    const rate = rateOf(results, { ...peer, mode: row.mode }) ??
      (table.baseline && rateOf(results, { ...peer, mode: table.baseline }));
    return rate ? formatNumber(middle / rate) : "";
  });
  const scaled = [Math.min(...rates), middle, Math.max(...rates)].map((rate) =>
    formatNumber(rate * table.scale)
  );
  const each = table.amount ? "" : formatDuration(1 / middle);
  return [...words, ...scaled, each, ...ratios];
}

function alignColumns(lines: readonly (readonly string[])[]): string {
  const widths = lines[0]!.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0))
  );
  const align = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column < WORDS ? cell.padEnd(width) : cell.padStart(width);
  };
  return lines.map((line) => line.map(align).join("  ").trimEnd()).join("\n");
}

/** Writes a number with three digits at least. */
export function formatNumber(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function formatDuration(seconds: number): string {
  if (seconds < 1e-6) return `${formatNumber(seconds * 1e9)} ns`;
  if (seconds < 1e-3) return `${formatNumber(seconds * 1e6)} µs`;
  return `${formatNumber(seconds * 1e3)} ms`;
}
