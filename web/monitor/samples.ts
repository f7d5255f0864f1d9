import type { Sample } from "./wire.ts";

/** Between seconds that are further apart, in milliseconds, nothing was told: the machine may have slept. */
const GAP = 5_000;

/** The seconds whose times go on: where the clock was set back, those that were later are left out. */
export function goingOn(samples: readonly Sample[]): Sample[] {
  const kept: Sample[] = [];
  for (const sample of samples) {
    while (kept.length > 0 && kept.at(-1)!.time >= sample.time) kept.pop();
    kept.push(sample);
  }
  return kept;
}

/** The columns of a plot: times in seconds, and what came in and went out, with a hole where nothing was told. */
export function plotColumns(
  samples: readonly Sample[],
): [times: number[], read: (number | null)[], written: (number | null)[]] {
  const rows = samples.flatMap(({ time, read, written }, i) => {
    const last = samples[i - 1]?.time ?? time;
    const hole = { time: last + 1000, read: null, written: null };
    return [...(time - last > GAP ? [hole] : []), { time, read, written }];
  });
  return [
    rows.map(({ time }) => time / 1000),
    rows.map(({ read }) => read),
    rows.map(({ written }) => written),
  ];
}
