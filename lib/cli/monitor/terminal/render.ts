import type { MonitorSnapshot } from "../snapshot.ts";
import { bandwidthLines } from "./graph.ts";
import { CIRCUIT_HEAD } from "./circuit_rows.ts";
import { detailsOf, type DetailsOptions } from "./details_lines.ts";
import { headerLines } from "./header_lines.ts";
import { helpLines } from "./help_lines.ts";
import { fitLine, type Line, lineWidth, narrow, restyle, type Size, span } from "./line.ts";
import type { ListState } from "./list_state.ts";
import { logLine } from "./log_rows.ts";
import { FRAME, paneLayout } from "./pane_layout.ts";
import type { Row } from "./row.ts";
import { STREAM_HEAD } from "./stream_rows.ts";
import { listOf, type Overlay, type Pane, PANES, type ViewState } from "./view_state.ts";

/** What a screen is made of besides the view. */
export interface RenderInput extends Omit<DetailsOptions, "columns"> {
  readonly snapshot: MonitorSnapshot;
  readonly size: Size;
  /** The rows of the view's list. */
  readonly rows: readonly Row[];
}

/** The keys that are told of, the longest list that there is room for. */
const KEYS_LINES = [
  " Tab view  Enter details  x close  n new id  i interval  p pause  h help  q quit",
  " Tab view  Enter details  x close  n new id  h help  q quit",
  " Tab view  h help  q quit",
];

/** What stands in a list that is empty. */
const NOTHING: Line = [span("   Nothing yet", "faint")];

/** The screen: as many lines as it has rows, each as wide as it is. */
export function render(view: ViewState, input: RenderInput): Line[] {
  const { snapshot, size, now } = input;
  const { columns, rows } = size;
  const layout = paneLayout(view.pane, size);
  if (layout === undefined) return tooSmall(snapshot, size);
  const isPaused = view.paused !== undefined;
  const overlay = view.overlay?.kind === "confirm" ? undefined : view.overlay;
  const graph = overlay === undefined ? layout.graph : 0;
  const { bandwidth, status } = snapshot;
  const lines = [
    ...headerLines(status, { columns, now, isPaused }),
    ...graph === 0
      ? []
      : bandwidthLines(bandwidth, { columns, rows: graph, interval: view.interval }),
    tabLine(view.pane, snapshot),
    ...overlay === undefined ? bodyLines(view, input) : overlayLines(overlay, input),
  ].map((line) => fitLine(line, columns));
  const blank = fitLine([], columns);
  while (lines.length < rows - 1) lines.push(blank);
  return [...lines.slice(0, rows - 1), fitLine(footLine(view, columns), columns, "bar")];
}

function tooSmall({ bandwidth }: MonitorSnapshot, { columns, rows }: Size): Line[] {
  const last = bandwidth.at(-1);
  const lines = [
    [span(`Too small: ${columns}x${rows}`, "doubtful")],
    [span(`in ${last?.read ?? 0} B/s`)],
    [span(`out ${last?.written ?? 0} B/s`)],
    [span("q to quit")],
  ];
  return Array.from({ length: rows }, (_, i) => fitLine(lines[i] ?? [], columns));
}

function tabLine(pane: Pane, { circuits, streams }: MonitorSnapshot): Line {
  const titles: Readonly<Record<Pane, string>> = {
    overview: "Overview",
    circuits: `Circuits (${circuits.length})`,
    streams: `Streams (${streams.length})`,
    log: "Log",
  };
  return PANES.map((name, i) =>
    span(` ${i + 1} ${titles[name]} `, name === pane ? "selected" : "faint")
  );
}

function bodyLines(view: ViewState, { snapshot, size, rows }: RenderInput): Line[] {
  const list = listOf(view.pane);
  const { height, log } = paneLayout(view.pane, size)!;
  const head = list === "circuits" ? CIRCUIT_HEAD : list === "streams" ? STREAM_HEAD : undefined;
  const lines = [
    ...head === undefined ? [] : [[span(head, "strong")]],
    ...listLines(view[list], { rows, height, columns: size.columns }),
  ];
  if (rows.length === 0) {
    lines[head === undefined ? 0 : 1] = NOTHING;
  }
  if (log === 0) return lines;
  const tail = snapshot.log.length === 0 ? [NOTHING] : snapshot.log.slice(-log).map(logLine);
  return [...lines, [span(" Log", "strong")], ...tail];
}

function listLines(
  { top, index }: ListState,
  { rows, height, columns }: {
    readonly rows: readonly Row[];
    readonly height: number;
    readonly columns: number;
  },
): Line[] {
  return Array.from({ length: height }, (_, i) => {
    const row = rows[top + i];
    if (row === undefined) return [];
    return top + i === index ? restyle(fitLine(row.line(), columns), "selected") : row.line();
  });
}

/** What lies over the view; the lines that there is no room for are reached by the keys. */
function overlayLines(
  overlay: Exclude<Overlay, { kind: "confirm" }>,
  input: RenderInput,
): Line[] {
  const { columns } = input.size;
  const { title, lines } = overlayText(overlay, input);
  const height = overlayHeight(input.size);
  const top = Math.min(overlay.top, Math.max(0, lines.length - height));
  const shown = lines.slice(top, top + height);
  const left = lines.length - top - shown.length;
  const more = left > 0 ? `, ${left} more lines below` : "";
  return [
    fitLine([span(` ${title}${more} (Esc to go back)`, "strong")], columns),
    ...shown.map((line) => lineWidth(line) === 0 ? [] : [span(" "), ...line]),
  ];
}

/** The title and all lines of what lies over the view. */
export function overlayText(
  overlay: Exclude<Overlay, { kind: "confirm" }>,
  { snapshot, size, now, relay }: RenderInput,
): { title: string; lines: Line[] } {
  if (overlay.kind === "help") return { title: "Keys", lines: helpLines() };
  return detailsOf(overlay.item, snapshot, { columns: size.columns - 2, now, relay });
}

/** How many lines of it are seen at once. */
export function overlayHeight({ rows }: Size): number {
  return Math.max(1, rows - FRAME);
}

function footLine({ overlay, message }: ViewState, columns: number): Line {
  if (overlay?.kind === "confirm") {
    const { kind, id } = overlay.item;
    return [span(` Close ${kind} ${id}? y/n`, "selected")];
  }
  const keys = KEYS_LINES.find(({ length }) => length <= columns) ?? "";
  return [span(message === undefined ? keys : ` ${narrow(message)}`, "bar")];
}
