import type { CircuitFacts } from "../../commands/circuits.ts";
import type { StreamFacts } from "../../commands/streams.ts";
import { formatDuration } from "../../format.ts";
import type { RelayFacts } from "../../relay_facts.ts";
import type { MonitorSnapshot, RelayDetails } from "../snapshot.ts";
import { type Line, narrow, span, type TextStyle } from "./line.ts";
import { clock } from "./log_rows.ts";
import type { RowItem } from "./row.ts";
import { stateStyle } from "./state_style.ts";
import { streamTarget } from "./stream_rows.ts";

/** What details are made of besides. */
export interface DetailsOptions {
  readonly columns: number;
  readonly now: number;
  /** Tells more of a relay. */
  relay(fingerprint: string): RelayDetails;
}

/** The title and the lines of all that is known of one thing. */
export function detailsOf(
  item: RowItem,
  snapshot: MonitorSnapshot,
  options: DetailsOptions,
): { title: string; lines: Line[] } {
  if (item.kind === "log") {
    const { time, severity, text } = item.line;
    const lines = text.split("\n").flatMap((line) => wrapped(narrow(line), options.columns));
    return { title: `Log, ${clock(time)} [${severity}]`, lines };
  }
  const { circuits, streams } = snapshot;
  const title = `${item.kind === "circuit" ? "Circuit" : "Stream"} ${item.id}`;
  if (item.kind === "circuit") {
    const circuit = circuits.find(({ id }) => id === item.id);
    if (circuit !== undefined) return { title, lines: circuitDetails(circuit, snapshot, options) };
  } else {
    const stream = streams.find(({ id }) => id === item.id);
    if (stream !== undefined) return { title, lines: streamDetails(stream, snapshot, options) };
  }
  return { title, lines: [[span("It is gone", "doubtful")]] };
}

function circuitDetails(
  { state, purpose, created, path, streams: ids }: CircuitFacts,
  { streams }: MonitorSnapshot,
  { now, relay }: DetailsOptions,
): Line[] {
  const lines = [
    fact("state", state, stateStyle(state)),
    fact("purpose", purpose),
    fact("age", created && formatDuration((now - created.getTime()) / 1000)),
  ];
  for (const [i, hop] of path.entries()) {
    lines.push([], ...relayLines(hop, { title: `relay ${i + 1}`, ...relay(hop.fingerprint) }));
  }
  const carried = streams.filter(({ id }) => ids.includes(id));
  if (carried.length > 0) lines.push([]);
  return [
    ...lines,
    ...carried.map((stream) => fact(`stream ${stream.id}`, streamTarget(stream))),
  ];
}

function relayLines(
  { nickname, fingerprint, country }: RelayFacts,
  { title, address, flags, bandwidth }: RelayDetails & { readonly title: string },
): Line[] {
  return [
    fact(title, nickname, "strong"),
    fact("fingerprint", fingerprint),
    fact("country", country),
    fact("address", address),
    fact("flags", flags.join(" ")),
    fact("bandwidth", bandwidth === undefined ? undefined : `${bandwidth} kB/s in the consensus`),
  ];
}

function streamDetails(
  stream: StreamFacts,
  { circuits }: MonitorSnapshot,
  { relay }: DetailsOptions,
): Line[] {
  const { state, address, circuit: id, purpose, protocol, source } = stream;
  const circuit = circuits.find((circuit) => circuit.id === id);
  const lines = [
    fact("state", state, stateStyle(state)),
    fact("target", streamTarget(stream)),
    fact("address", address),
    fact("purpose", purpose),
    fact("protocol", protocol),
    fact("source", source),
    fact("circuit", id?.toString()),
  ];
  for (const [i, hop] of (circuit?.path ?? []).entries()) {
    lines.push([], ...relayLines(hop, { title: `relay ${i + 1}`, ...relay(hop.fingerprint) }));
  }
  return lines;
}

function fact(name: string, value: string | undefined, style?: TextStyle): Line {
  return [span(name.padEnd(13), "faint"), span(narrow(value || "-"), style)];
}

/** A text in lines of a width, broken at spaces where there are any. */
export function wrapped(text: string, width: number): Line[] {
  const lines: Line[] = [];
  let rest = text;
  while (rest.length > width && width > 0) {
    const space = rest.lastIndexOf(" ", width);
    const end = space > 0 ? space : width;
    lines.push([span(rest.slice(0, end))]);
    rest = rest.slice(end).replace(/^ /, "");
  }
  return [...lines, [span(rest)]];
}
