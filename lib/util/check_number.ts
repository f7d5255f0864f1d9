/** The longest time, in milliseconds, that a timer can be set to: of a longer one it makes none. */
const LONGEST_TIME = 0x7fff_ffff;

/** What a number may be. */
export interface NumberLimits {
  /** The least that is allowed. */
  least?: number;
  /** Whether `Infinity` is, for no limit; default `true`. */
  infinite?: boolean;
}

/**
 * Checks a number that stands for a port, a circuit, a stream or the like.
 *
 * @returns The number in decimal digits.
 * @throws {RangeError} Where it is not a whole number from `min` to `max`.
 */
export function checkNumber(name: string, value: number, min: number, max: number): string {
  if (Number.isInteger(value) && value >= min && value <= max) return String(value);
  throw new RangeError(
    `Cannot use ${value} as ${name}: expected a whole number from ${min} to ${max}`,
  );
}

/**
 * Checks the most that there may be of something, or how often something is tried. Without a value there is
 * nothing to check.
 *
 * @throws {RangeError} Where it is less than `least`, by default 1, or no whole number.
 */
export function checkLimit(
  name: string,
  value: number | undefined,
  { least = 1, infinite = true }: NumberLimits = {},
): void {
  if (value === undefined || infinite && value === Infinity) return;
  if (Number.isSafeInteger(value) && value >= least) return;
  const others = infinite ? ", or Infinity" : "";
  throw new RangeError(
    `Cannot use ${value} as ${name}: expected a whole number from ${least}${others}`,
  );
}

/**
 * Checks a time in milliseconds, before anything is begun that it is for. Without a value there is nothing
 * to check.
 *
 * @throws {RangeError} Where it is less than `least`, by default more than 0, or more than a timer can take.
 */
export function checkTime(
  name: string,
  value: number | undefined,
  { least, infinite = true }: NumberLimits = {},
): void {
  if (value === undefined || infinite && value === Infinity) return;
  const isEnough = typeof value === "number" && (least === undefined ? value > 0 : value >= least);
  if (isEnough && value <= LONGEST_TIME) return;
  const lowest = least === undefined ? "more than 0" : `from ${least}`;
  const others = infinite ? ", or Infinity" : "";
  throw new RangeError(
    `Cannot use ${value} as ${name}: expected ${lowest} to ${LONGEST_TIME} milliseconds${others}`,
  );
}
