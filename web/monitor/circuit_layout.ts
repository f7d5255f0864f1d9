import { streamTarget } from "../../lib/cli/stream_target.ts";
import { type Group, groupOf, purposeText } from "./purposes.ts";
import type { ShownCircuit } from "./shown_circuits.ts";
import type { Relay, Stream } from "./wire.ts";

/** A point of the picture, in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A relay of the picture, which several circuits may share. */
export interface RelayNode extends Point {
  readonly relay: Relay;
  /** Its name, as much of it as there is room for; empty where that is too little. */
  readonly label: string;
  /** The circuits that go by it. */
  readonly circuits: readonly number[];
}

/** A circuit of the picture. */
export interface CircuitLine {
  readonly circuit: ShownCircuit;
  readonly group: Group;
  /** Its relays. */
  readonly points: readonly Point[];
  /** Where it comes to what it is for: as high as its last relay, unless that is the guard that others share. */
  readonly end: Point;
  /** How far it is beside the middle of the circuits that have its guard, between the user and that. */
  readonly aside: number;
  /** What it is for. */
  readonly label: string;
  /** Whether that is where streams go. */
  readonly carries: boolean;
}

/** The picture of the circuits. */
export interface CircuitLayout {
  readonly width: number;
  readonly height: number;
  readonly radius: number;
  /** The user. */
  readonly you: Point;
  /** The heads of the columns. */
  readonly heads: readonly (Point & { readonly text: string })[];
  readonly nodes: readonly RelayNode[];
  readonly lines: readonly CircuitLine[];
  /** Where the labels of the lines begin; `undefined` where there is no room for them. */
  readonly labelX: number | undefined;
  /** How many circuits there is no room for. */
  readonly left: number;
}

/** The most circuits that a picture has. */
const MOST_LINES = 40;

/** How wide a letter is, at most, in CSS pixels, in a name and in a label. */
const LETTER = { name: 7, label: 7.2 };

/** The fewest letters by which a relay is known. */
const FEWEST_LETTERS = 5;

/** How wide a column is at least whose head is a word, in CSS pixels. */
const WORDY = 44;

/** How far the lines to one guard may be apart, together, in CSS pixels. */
const BUNDLE = 18;

/** Where the first line is. */
const TOP = 52;

/**
 * Lays out circuits from left to right, a line each: the guard that several have is one relay, and so is the
 * exit of the legs of a Conflux set.
 */
export function layOut(
  circuits: readonly ShownCircuit[],
  streams: readonly Stream[],
  width: number,
): CircuitLayout {
  const ordered = inOrder(circuits).slice(0, MOST_LINES);
  const hops = Math.max(3, ...ordered.map(({ path }) => path.length));
  const hasLabels = width >= 620;
  const labelWidth = hasLabels ? Math.min(260, width * 0.27) : 0;
  const you = 30;
  const last = hasLabels ? width - labelWidth - 54 : width - 38;
  const step = (last - you) / hops;
  const row = ordered.length > 14 ? 38 : 46;
  const column = (hop: number) => you + step * (hop + 1);
  const nodes = new Map<string, RelayNode>();
  const rows = new Map(ordered.map((circuit, i) => [circuit, TOP + i * row]));
  const room = Math.floor(Math.min(step, hasLabels ? step : 72) / LETTER.name) - 1;

  const guards = groupBy(ordered, ({ path }) => path[0]?.fingerprint);
  const sets = groupBy(ordered, ({ conflux, phase }) => phase === "built" ? conflux : undefined);

  /** The height of a relay: between those that share it. */
  const heightOf = (circuit: ShownCircuit, hop: number): number => {
    if (hop === 0) {
      return mean(guards.get(circuit.path[0]?.fingerprint)!.map((one) => rows.get(one)!));
    }
    const legs = legsOf(circuit, hop, sets);
    const heights = legs.map((leg) => rows.get(leg)!);
    const isNear = Math.max(...heights) - Math.min(...heights) === row * (legs.length - 1);
    return isNear ? mean(heights) : Math.min(...heights);
  };

  const lines = ordered.map((circuit): CircuitLine => {
    const points = circuit.path.map((relay, hop): Point => {
      const point = { x: column(hop), y: heightOf(circuit, hop) };
      const key = `${relay.fingerprint} ${point.x} ${point.y}`;
      const shared = nodes.get(key)?.circuits ?? [];
      nodes.set(key, {
        ...point,
        relay,
        label: room < FEWEST_LETTERS
          ? ""
          : shorten(relay.nickname ?? `$${relay.fingerprint}`, room),
        circuits: [...shared, circuit.id],
      });
      return point;
    });
    const legs = legsOf(circuit, circuit.path.length - 1, sets).map(({ id }) => id);
    const carried = streams.filter(({ circuit }) => circuit !== undefined && legs.includes(circuit))
      .map(streamTarget);
    const label = labelOf(circuit, [...new Set(carried)]);
    return {
      circuit,
      group: groupOf(circuit.purpose),
      points,
      end: {
        x: column(Math.max(1, points.length - 1)),
        y: points.length < 2 ? rows.get(circuit)! : points.at(-1)!.y,
      },
      aside: asideOf(circuit, guards.get(circuit.path[0]?.fingerprint)!),
      label: shorten(label, Math.floor(labelWidth / LETTER.label)),
      carries: carried.length > 0 && !isOver(circuit),
    };
  });

  const height = TOP + Math.max(1, ordered.length) * row - row / 2;
  return {
    width,
    height,
    radius: row > 40 ? 12 : 10,
    you: { x: you, y: mean([TOP, TOP + Math.max(0, ordered.length - 1) * row]) },
    heads: [
      { x: you, y: 14, text: "You" },
      ...Array.from(
        { length: hops },
        (_, hop) => ({
          x: column(hop),
          y: 14,
          text: step < WORDY ? `${hop + 1}` : head(hop, hops),
        }),
      ),
    ],
    nodes: [...nodes.values()],
    lines,
    labelX: hasLabels ? last + 34 : undefined,
    left: circuits.length - ordered.length,
  };
}

function asideOf(circuit: ShownCircuit, bundle: readonly ShownCircuit[]): number {
  const gap = Math.min(3, BUNDLE / bundle.length);
  return (bundle.indexOf(circuit) - (bundle.length - 1) / 2) * gap;
}

/** Those of one guard beside each other, and the legs of a set as near as can be. */
function inOrder(circuits: readonly ShownCircuit[]): ShownCircuit[] {
  const byGuard = groupBy(circuits, ({ path }) => path[0]?.fingerprint ?? "");
  const guards = [...byGuard.entries()].sort(([a, some], [b, others]) =>
    Number(a === "") - Number(b === "") || others.length - some.length || (a < b ? -1 : 1)
  );
  return guards.flatMap(([, own], index) => {
    const legs = own.filter(({ conflux }) => conflux !== undefined)
      .sort((a, b) => a.conflux! < b.conflux! ? -1 : 1);
    const rest = own.filter(({ conflux }) => conflux === undefined);
    return index % 2 === 0 ? [...rest, ...legs] : [...legs, ...rest];
  });
}

/** The circuits that share the relay of this one: the legs of a set their last one. */
function legsOf(
  circuit: ShownCircuit,
  hop: number,
  sets: ReadonlyMap<string | undefined, readonly ShownCircuit[]>,
): readonly ShownCircuit[] {
  const { path, conflux, phase } = circuit;
  const isExit = hop > 0 && hop === path.length - 1;
  if (conflux === undefined || phase !== "built" || !isExit) return [circuit];
  return sets.get(conflux)!.filter((leg) =>
    leg.path.length === path.length && leg.path[hop]!.fingerprint === path[hop]!.fingerprint
  );
}

function isOver({ phase }: ShownCircuit): boolean {
  return phase === "closed" || phase === "failed";
}

function labelOf(circuit: ShownCircuit, targets: readonly string[]): string {
  const { phase, purpose } = circuit;
  if (isOver(circuit)) return phase;
  const [first, ...others] = targets;
  if (first === undefined) {
    return `${phase === "building" ? "building: " : ""}${purposeText(purpose)}`;
  }
  return others.length === 0 ? first : `${first} +${others.length}`;
}

function head(hop: number, hops: number): string {
  if (hops === 3) return ["Guard", "Middle", "Exit"][hop]!;
  return hop === 0 ? "Guard" : `${hop + 1}${hop === 1 ? "nd" : hop === 2 ? "rd" : "th"}`;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

/** The end of a target tells as much as its beginning. */
function shorten(text: string, letters: number): string {
  if (text.length <= letters) return text;
  const end = Math.floor((letters - 1) / 3);
  return `${text.slice(0, letters - 1 - end)}…${end === 0 ? "" : text.slice(-end)}`;
}

function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...groups.get(key) ?? [], item]);
  }
  return groups;
}
