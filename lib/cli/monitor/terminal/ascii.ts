import type { Runtime } from "../../../runtime/types.ts";

/** What is drawn with besides ASCII, and what comes near it. */
const SUBSTITUTES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "▁": ".",
    "▂": ".",
    "▃": ":",
    "▄": ":",
    "▅": ":",
    "▆": "|",
    "▇": "|",
    "█": "#",
    "…": "~",
    "├": "|",
    "└": "`",
  }),
);

/**
 * Whether the terminal is to be given ASCII alone: its locale has another character set than UTF-8, or its
 * font lacks the blocks that graphs are made of. Where no locale is told, it is taken for a terminal of today.
 */
export function isAsciiOnly(runtime: Pick<Runtime, "env">): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => runtime.env(name)).find(Boolean);
  return !/utf-?8/i.test(locale ?? "UTF-8") || /^(?:linux|vt\d+)/.test(runtime.env("TERM") ?? "");
}

/** A text of ASCII that takes the same cells. */
export function toAscii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (character) => SUBSTITUTES.get(character) ?? "?");
}
