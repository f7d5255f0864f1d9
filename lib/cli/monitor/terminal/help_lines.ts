import { type Line, span } from "./line.ts";

const KEYS: readonly (readonly [string, string])[] = [
  ["Tab, Right, Left", "next view, the one before"],
  ["1 2 3 4", "overview, circuits, streams, log"],
  ["Up Down, k j", "select"],
  ["PgUp PgDn", "a page on"],
  ["Home End, g G", "first and last; the log follows its end"],
  ["Enter", "all that is known of what is selected"],
  ["x", "close the circuit or stream that is selected"],
  ["n", "new identity: Tor takes one on every ten seconds at most"],
  ["i", "the time of a column of the graph: 1 s, 5 s, 30 s, 1 min"],
  ["p", "pause, and go on"],
  ["h, ?", "this help"],
  ["Esc", "back"],
  ["q, Ctrl-C", "leave"],
];

/** What the keys do. */
export function helpLines(): Line[] {
  return KEYS.map(([keys, what]) => [span(keys.padEnd(18), "strong"), span(what)]);
}
