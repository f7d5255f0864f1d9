import type { CircuitFacts } from "../../commands/circuits.ts";
import type { StreamFacts } from "../../commands/streams.ts";
import type { RelayFacts } from "../../relay_facts.ts";
import type { MonitorSnapshot } from "../snapshot.ts";
import { clip, fit, type Line, narrow, span } from "./line.ts";
import type { Row } from "./row.ts";
import { stateStyle } from "./state_style.ts";
import { streamTarget } from "./stream_rows.ts";

/** The head of the list of circuits. */
export const CIRCUIT_HEAD = "   ID STATE    PURPOSE        AGE PATH";

/** How much of a row stands before the path. */
const BEFORE_PATH = CIRCUIT_HEAD.length - "PATH".length;

/** How much of a nickname is left where there is little room. */
const LEAST_NAME = 4;

/** What stands between two relays. */
const SEPARATOR = " > ";

/** How circuits are listed. */
export interface RowOptions {
  /** How wide the rows are. */
  readonly columns: number;
  /** The time that ages are reckoned from, in milliseconds since 1970. */
  readonly now: number;
}

/** The circuits, each with its streams beneath it. */
export function circuitRows(
  { circuits, streams }: Pick<MonitorSnapshot, "circuits" | "streams">,
  options: RowOptions,
): Row[] {
  const byId = new Map(streams.map((stream) => [stream.id, stream]));
  return circuits.flatMap((circuit) => [
    { item: { kind: "circuit", id: circuit.id }, line: () => circuitLine(circuit, options) },
    ...circuit.streams.flatMap((id, i): Row[] => {
      const stream = byId.get(id);
      if (stream === undefined) return [];
      const branch = i === circuit.streams.length - 1 ? "└" : "├";
      return [{ item: { kind: "stream", id }, line: () => streamLine(stream, branch) }];
    }),
  ]);
}

function circuitLine(circuit: CircuitFacts, { columns, now }: RowOptions): Line {
  const { id, state, purpose = "-", created, path } = circuit;
  const age = created === undefined ? "-" : shortAge((now - created.getTime()) / 1000);
  return [
    span(`${String(id).padStart(5)} `),
    span(`${fit(narrow(state), 8)} `, stateStyle(state)),
    span(`${fit(narrow(purpose), 14)} ${age.padStart(3)} `),
    span(pathText(path, columns - BEFORE_PATH)),
  ];
}

function streamLine(stream: StreamFacts, branch: string): Line {
  const { id, state, source, purpose } = stream;
  const more = [purpose, source].filter((text) => text !== undefined).join(" ");
  return [
    span(`      ${branch} `, "faint"),
    span(`${id} `),
    span(`${narrow(state)} `, stateStyle(state)),
    span(streamTarget(stream)),
    span(more === "" ? "" : `  ${narrow(more)}`, "faint"),
  ];
}

/** A length of time in at most three characters, by its largest unit. */
export function shortAge(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m`;
  if (whole < 86400) return `${Math.floor(whole / 3600)}h`;
  return `${Math.min(99, Math.floor(whole / 86400))}d`;
}

/**
 * The relays and their countries; where there is too little room, nicknames are cut alike, and if need be
 * the countries are left out.
 */
export function pathText(path: readonly RelayFacts[], width: number): string {
  const relays = path.map(({ nickname, fingerprint, country }) => ({
    name: narrow(nickname ?? `$${fingerprint.slice(0, 8)}`),
    place: country === undefined ? "" : ` (${narrow(country)})`,
  }));
  const longest = Math.max(0, ...relays.map(({ name }) => name.length));
  for (const hasPlaces of [true, false]) {
    for (let most = longest; most >= Math.min(longest, LEAST_NAME); most--) {
      const text = relays.map(({ name, place }) => clip(name, most) + (hasPlaces ? place : ""))
        .join(SEPARATOR);
      if (text.length <= width) return text;
    }
  }
  return clip(relays.map(({ name }) => clip(name, LEAST_NAME)).join(SEPARATOR), width);
}
