import { harmless } from "../../harmless.ts";

/** How a piece of text stands out. */
export type TextStyle =
  | "plain"
  | "strong"
  | "faint"
  | "good"
  | "doubtful"
  | "bad"
  | "download"
  | "upload"
  | "selected"
  | "bar";

/** A piece of a line. Each character of its text takes one cell. */
export interface Span {
  readonly text: string;
  readonly style: TextStyle;
}

/** A line of the screen. */
export type Line = readonly Span[];

/** A size, or a place's size, in cells. */
export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A piece of a line. */
export function span(text: string | number, style: TextStyle = "plain"): Span {
  return { text: String(text), style };
}

/** Letters of which every terminal knows that they are one cell wide, and that stand by themselves. */
const NARROW = /[^\x20-\x7e\xa1-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f]/gu;

/**
 * A text that others have a say in, of characters that each take one cell and do nothing else: all others
 * are written as escapes.
 */
export function narrow(text: string): string {
  return harmless(text).replace(NARROW, (character) => {
    return `\\u{${character.codePointAt(0)!.toString(16)}}`;
  });
}

/** How many cells a line takes. */
export function lineWidth(line: Line): number {
  return line.reduce((sum, { text }) => sum + text.length, 0);
}

/** A text cut to a width, with a mark where something is missing. */
export function clip(text: string, width: number): string {
  if (text.length <= width) return text;
  return width <= 0 ? "" : `${text.slice(0, width - 1)}…`;
}

/** A text that takes a width exactly. */
export function fit(text: string, width: number): string {
  return clip(text, width).padEnd(Math.max(0, width));
}

/** A line cut, and filled, to a width; what fills it looks as its last piece, or as `filling` does. */
export function fitLine(line: Line, width: number, filling?: TextStyle): Line {
  const spans: Span[] = [];
  let left = width;
  for (const { text, style } of line) {
    if (left <= 0) break;
    const cut = clip(text, left);
    spans.push({ text: cut, style });
    left -= cut.length;
  }
  if (left > 0) spans.push(span(" ".repeat(left), filling ?? "plain"));
  return spans;
}

/** A line all of whose pieces look the same. */
export function restyle(line: Line, style: TextStyle): Line {
  return line.map(({ text }) => ({ text, style }));
}
