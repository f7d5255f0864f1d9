import { formatBytes, formatDuration } from "../../format.ts";
import type { MonitorStatus } from "../snapshot.ts";
import { fitLine, type Line, lineWidth, narrow, type Span, span } from "./line.ts";

/** What stands between two facts. */
const GAP = span("  ");

/** The least of an address that says something. */
const LEAST_ADDRESS = 12;

/** The two lines at the top: what Tor is, and how far and how well it is. */
export function headerLines(
  status: MonitorStatus,
  { columns, now, isPaused }: {
    readonly columns: number;
    readonly now: number;
    readonly isPaused: boolean;
  },
): Line[] {
  const { version, control, pid, started, bytesRead, bytesWritten } = status;
  const what = joined([
    [span(`Tor ${narrow(version ?? "-")}`, "strong")],
    ...isPaused ? [[span(" PAUSED ", "selected")]] : [],
    ...pid === undefined ? [] : [[span("pid ", "faint"), span(pid)]],
    ...started === undefined
      ? []
      : [[span("up ", "faint"), span(formatDuration((now - started) / 1000))]],
  ], columns);
  const total = (title: string, bytes: number | undefined): Span[][] =>
    bytes === undefined ? [] : [[span(`${title} `, "faint"), span(formatBytes(bytes))]];
  const health = joined([
    healthOf(status),
    ...total("downloaded", bytesRead),
    ...total("uploaded", bytesWritten),
  ], columns);
  return [withAddress(what, { control: narrow(control), columns }), health]
    .map((line) => fitLine(line, columns));
}

function healthOf({ bootstrap, network }: MonitorStatus): Span[] {
  if (network === "down") return [span("Tor does not reach the network", "bad")];
  if (bootstrap === undefined) return [span("bootstrap unknown", "doubtful")];
  const { percent, summary, warning } = bootstrap;
  if (percent === 100) return [span("connected to the network", "good")];
  const bar = "#".repeat(Math.floor(percent / 10)).padEnd(10, "-");
  const problem = warning === undefined ? "" : `: ${narrow(warning)}`;
  return [span(`[${bar}] ${percent} % ${narrow(summary)}${problem}`, "doubtful")];
}

/** As many facts as there is room for. */
function joined(facts: readonly Line[], columns: number): Line {
  let line = facts[0] ?? [];
  for (const fact of facts.slice(1)) {
    const longer = [...line, GAP, ...fact];
    if (lineWidth(longer) > columns) break;
    line = longer;
  }
  return line;
}

/** The control port at the end, whose last part says most. */
function withAddress(
  line: Line,
  { control, columns }: { readonly control: string; readonly columns: number },
): Line {
  const title = span("control ", "faint");
  const room = columns - lineWidth([...line, GAP, title]);
  if (room < Math.min(LEAST_ADDRESS, control.length)) return line;
  const text = control.length <= room ? control : `…${control.slice(1 - room)}`;
  return [...line, GAP, title, span(text)];
}
