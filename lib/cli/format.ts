import { harmless } from "./harmless.ts";

/** What stands in a table for what is not known. */
const UNKNOWN = "-";

/** Rows as lines whose columns stand below each other; all that is in a cell is made harmless. */
export function formatTable(
  rows: readonly (readonly (string | number | undefined)[])[],
): string[] {
  const cells = rows.map((row) =>
    row.map((cell) => cell === undefined || cell === "" ? UNKNOWN : harmless(String(cell)))
  );
  const widths: number[] = [];
  for (const row of cells) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, length(cell));
  }
  return cells.map((row) =>
    row.map((cell, i) => i === row.length - 1 ? cell : pad(cell, widths[i]!)).join("  ")
  );
}

function pad(text: string, width: number): string {
  return text + " ".repeat(width - length(text));
}

function length(text: string): number {
  return [...text].length;
}

/** A number of bytes for people: `"1.5 MiB"`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  for (; bytes >= 1024 && unit < units.length - 1; unit++) bytes /= 1024;
  return `${unit === 0 ? bytes : bytes.toFixed(1)} ${units[unit]}`;
}

/** A length of time for people, by its two largest units: `"2 h 5 min"`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  return parts.slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}
