/**
 * Parses an integer without sign.
 *
 * @param text A text that holds the number.
 * @param start Where the number begins.
 * @param end Where the number ends.
 * @returns The number; `undefined` where there is anything but digits, or the number is greater than
 * 2^53, so that it would not be the one that was sent.
 */
export function parseCount(
  text: string,
  start: number = 0,
  end: number = text.length,
): number | undefined {
  if (start >= end) return undefined;
  let count = 0;
  for (let i = start; i < end; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    count = count * 10 + digit;
  }
  return count <= Number.MAX_SAFE_INTEGER ? count : undefined;
}

/**
 * Parses a decimal number with or without sign and fraction.
 *
 * @param text The number, such as `-3600` or `0.800000`.
 * @returns The number, or `undefined` where the text is none.
 */
export function parseNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
