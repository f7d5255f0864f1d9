/**
 * A value as JSON, which does nothing to a terminal: what JSON itself does not escape, and would steer one, is
 * written by its number. Sets become lists, maps become objects, and a bigint becomes a text.
 *
 * @param value What to write.
 * @param indent How many spaces a level has; 0 for all in one line.
 */
export function formatJson(value: unknown, indent: number): string {
  return (JSON.stringify(value, plain, indent) ?? "null")
    .replace(/[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (character) => {
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    });
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Set) return [...value];
  if (value instanceof Map) return Object.fromEntries(value);
  return typeof value === "bigint" ? String(value) : value;
}
