const SECONDS: readonly (readonly [names: string, seconds: number])[] = [
  ["second seconds", 1],
  ["minute minutes", 60],
  ["hour hours", 3600],
  ["day days", 86_400],
  ["week weeks", 7 * 86_400],
];

/** The units of sizes, in bytes, as Tor reads them: a bit is the eighth part of a byte. */
export const DATA_UNITS: ReadonlyMap<string, number> = new Map(
  [
    ["b byte bytes", 1],
    ...([["k", "kilo"], ["m", "mega"], ["g", "giga"], ["t", "tera"]] as const).flatMap(
      ([letter, prefix], i): [string, number][] => {
        const bytes = 1024 ** (i + 1);
        const words = (noun: string) =>
          `${letter}${noun} ${letter}${noun}s ${prefix}${noun} ${prefix}${noun}s`;
        const plain = letter === "m" ? "m mb" : `${letter}b`;
        return [[`${plain} ${words("byte")}`, bytes], [words("bit"), bytes / 8]];
      },
    ),
  ].flatMap(([names, size]) =>
    String(names).split(" ").map((name) => [name, Number(size)] as const)
  ),
);

/** The units of times, in seconds. */
export const TIME_UNITS: ReadonlyMap<string, number> = new Map(
  [...SECONDS, ["month months", 2_629_728] as const].flatMap(([names, size]) =>
    names.split(" ").map((name) => [name, size] as const)
  ),
);

/** The units of short times, in milliseconds. */
export const MSEC_UNITS: ReadonlyMap<string, number> = new Map([
  ...["msec", "millisecond", "milliseconds"].map((name) => [name, 1] as const),
  ...SECONDS.flatMap(([names, size]) =>
    names.split(" ").map((name) => [name, size * 1000] as const)
  ),
]);

/**
 * Reads an amount as Tor does: a number, and a unit after it in upper or lower case.
 *
 * @returns The amount in the smallest unit, whole; `undefined` where it is none.
 */
export function parseAmount(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const [, digits, unit = ""] = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*([A-Za-z]*)\s*$/.exec(text) ?? [];
  const size = unit === "" ? 1 : units.get(unit.toLowerCase());
  return digits === undefined || size === undefined ? undefined : Math.floor(Number(digits) * size);
}
