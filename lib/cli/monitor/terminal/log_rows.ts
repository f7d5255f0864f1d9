import type { LogLine, MonitorSnapshot } from "../snapshot.ts";
import { type Line, narrow, span, type TextStyle } from "./line.ts";
import type { Row } from "./row.ts";

/** How each severity stands out. */
const STYLES: Readonly<Record<LogLine["severity"], TextStyle>> = {
  debug: "faint",
  info: "faint",
  notice: "plain",
  warn: "doubtful",
  err: "bad",
  torcon: "upload",
};

/** The log, the oldest line first. */
export function logRows({ log }: Pick<MonitorSnapshot, "log">): Row[] {
  return log.map((line) => ({ item: { kind: "log", line }, line: () => logLine(line) }));
}

/** One line of the log, by the clock on the wall. */
export function logLine({ time, severity, text }: LogLine): Line {
  const style = STYLES[severity];
  return [
    span(`${clock(time)} `, "faint"),
    span(`${`[${severity}]`.padEnd(8)} `, style),
    span(narrow(text.replaceAll("\n", " | ")), style),
  ];
}

/** The time of the day. */
export function clock(time: number): string {
  const date = new Date(time);
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}
