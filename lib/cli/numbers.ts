import { InvalidArgumentError } from "commander";

/** Reads a port of the command line. */
export function parsePort(text: string): number {
  return wholeNumber(text, 1, 65535);
}

/** Reads a number of things, from 1 on. */
export function parseCount(text: string): number {
  return wholeNumber(text, 1, Number.MAX_SAFE_INTEGER);
}

/** Reads a length of time in seconds, and gives it in milliseconds. */
export function parseSeconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (seconds > 0 && seconds <= 2_000_000) return Math.ceil(seconds * 1000);
  throw new InvalidArgumentError("Expected a number of seconds.");
}

function wholeNumber(text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  throw new InvalidArgumentError(
    most === 65535
      ? "Expected a port from 1 to 65535."
      : `Expected a whole number from ${least} on.`,
  );
}

/** Gathers the values of an option that may be given several times. */
export function gather(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
