import { formatBytes } from "../../format.ts";
import type { BandwidthSample } from "../snapshot.ts";
import { fitLine, type Line, type Size, span, type TextStyle } from "./line.ts";

/** From nothing to a full cell. */
const BLOCKS = " ▁▂▃▄▅▆▇█";

/** How much of a graph stands left of its columns. */
const SCALE_WIDTH = 10;

/** Every how many columns the time is told. */
const TICK = 10;

/** What one graph shows. */
export interface GraphOptions extends Size {
  /** The name of what is shown. */
  readonly title: string;
  /** Which of the two. */
  readonly field: "read" | "written";
  /** The seconds of a column. */
  readonly interval: number;
  /** How its bars stand out. */
  readonly style: TextStyle;
}

/** Both ways beside each other, or one above the other where it is narrow. */
export function bandwidthLines(
  samples: readonly BandwidthSample[],
  { columns, rows, interval }: Size & { readonly interval: number },
): Line[] {
  const graph = (title: string, field: "read" | "written", style: TextStyle, size: Size) =>
    graphLines(samples, { title, field, style, interval, ...size });
  const left = Math.floor((columns - 1) / 2);
  const download = graph("Download", "read", "download", { columns: left, rows });
  const upload = graph("Upload  ", "written", "upload", { columns: columns - left - 1, rows });
  return download.map((line, i) => [...line, span(" "), ...upload[i]!]);
}

/** A title with the numbers, the graph with its scale, and the time beneath it. */
export function graphLines(
  samples: readonly BandwidthSample[],
  { title, field, interval, style, columns, rows }: GraphOptions,
): Line[] {
  const values = columnValues(samples, { field, interval });
  const width = Math.max(0, columns - SCALE_WIDTH);
  const shown = width === 0 ? [] : values.slice(-width);
  const height = Math.max(1, rows - 2);
  const scale = niceScale(Math.max(0, ...shown));
  const bars = Array.from({ length: height }, (_, row): Line => {
    const label = row === 0 ? formatBytes(scale) : row === height - 1 ? "0" : "";
    const cells = shown.map((value) => barCell(value / scale * height, height - 1 - row));
    return fitLine([
      span(`${label.padStart(SCALE_WIDTH - 1)} `, "faint"),
      span(cells.join("").padStart(width), style),
    ], columns);
  });
  return [
    fitLine([span(titleText(title, { columns, ...numbersOf(samples, field) }), "strong")], columns),
    ...bars,
    fitLine([span(timeAxis({ width, interval }), "faint")], columns),
  ];
}

/**
 * What went through in each column's time, in bytes a second, the oldest first. Times begin at whole
 * multiples of the interval, so that what a column stands for never changes.
 */
export function columnValues(
  samples: readonly BandwidthSample[],
  { field, interval }: Pick<GraphOptions, "field" | "interval">,
): number[] {
  if (interval === 1) return samples.map((sample) => sample[field]);
  const columns = new Map<number, { sum: number; count: number }>();
  for (const sample of samples) {
    const key = Math.floor(sample.time / (interval * 1000));
    const column = columns.get(key) ?? { sum: 0, count: 0 };
    columns.set(key, { sum: column.sum + sample[field], count: column.count + 1 });
  }
  return [...columns.values()].map(({ sum, count }) => sum / count);
}

/** The least of 1, 2, 5, 10 ... KiB, MiB ... that is no less than a number of bytes. */
export function niceScale(bytes: number): number {
  for (let unit = 1024;; unit *= 1024) {
    for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500]) {
      if (step * unit >= bytes) return step * unit;
    }
  }
}

/** One cell of a bar that is so many cells high: how much of it there is in the cell of a row. */
function barCell(height: number, row: number): string {
  const eighths = height === 0 ? 0 : Math.max(1, Math.round(height * 8));
  return BLOCKS[Math.max(0, Math.min(8, eighths - row * 8))]!;
}

function numbersOf(samples: readonly BandwidthSample[], field: "read" | "written") {
  const values = samples.map((sample) => sample[field]);
  return {
    now: values.at(-1) ?? 0,
    average: values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length),
    most: Math.max(0, ...values),
  };
}

/** The title with the numbers, as short as need be. */
function titleText(
  title: string,
  { columns, now, average, most }: {
    readonly columns: number;
    readonly now: number;
    readonly average: number;
    readonly most: number;
  },
): string {
  // Numbers keep their places as they grow and shrink.
  const long = (bytes: number) => `${formatBytes(Math.round(bytes))}/s`.padEnd(11);
  const short = (bytes: number) =>
    long(bytes).replace(/ (?:(\w)iB|B)\/s/, "$1").trimEnd().padEnd(6);
  const texts = [long, short].map((rate) =>
    `${title} ${rate(now)} avg ${rate(average)} max ${rate(most)}`
  );
  const least = `${title} ${short(now)}`;
  return texts.find((text) => text.trimEnd().length <= columns) ?? least;
}

/** How long ago every tenth column was, in minutes and seconds. */
function timeAxis(
  { width, interval }: { readonly width: number; readonly interval: number },
): string {
  let axis = "";
  for (let column = TICK * Math.floor((width - 1) / TICK); column > 0; column -= TICK) {
    // Each ends below its column.
    const seconds = column * interval;
    const age = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    axis = axis.padEnd(width - column - age.length) + age;
  }
  return `${`${interval} s/col`.padStart(SCALE_WIDTH - 1)} ${axis.padEnd(width)}`;
}
