/**
 * What would steer a terminal, or turn the direction of a text: control characters of both sets, what is
 * written from right to left by force, separators of lines, and surrogates that stand alone.
 */
// deno-lint-ignore no-control-regex
const STEERING = /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Cs}/gu;

/**
 * A text that others have a say in, as one line that does nothing to a terminal: whatever would steer it is
 * written as an escape, such as `\x1b`.
 */
export function harmless(text: string): string {
  return text.replace(STEERING, escape);
}

/** The same for a text of many lines, whose line ends and tabs stay. */
export function harmlessLines(text: string): string {
  return text.replace(
    STEERING,
    (character) => /[\n\t]/.test(character) ? character : escape(character),
  )
    .replaceAll("\\x0d\n", "\n");
}

function escape(character: string): string {
  const code = character.charCodeAt(0);
  const digits = code.toString(16);
  return code < 256 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits.padStart(4, "0")}`;
}
