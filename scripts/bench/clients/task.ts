import process from "node:process";

/** What every client process is told: its only argument, as JSON. */
export interface Task {
  /** What to do; each client knows its own few. */
  readonly mode: string;
  /** How many events, replies or commands are measured. */
  readonly count: number;
  /** How many of the same come before, unmeasured, so that a compiler has done its work. */
  readonly warmup: number;
}

/** What one client process is to measure on the load port. */
export interface ControlTask extends Task {
  /** Where the load port listens: `127.0.0.1:PORT` or `unix:PATH`. */
  readonly address: string;
  /** How many lines the reply to `GETINFO ns/all` has. */
  readonly statusLines: number;
}

/** What a client process prints, as JSON. */
export interface Measurement {
  /** How long `count` of them took. */
  readonly seconds: number;
  /** What was measured, where that is no rate: bytes, or seconds. */
  readonly amount?: number;
  /** What shows that all was read and understood; main.ts knows what it must be. */
  readonly checksum: number;
}

/** Does `count` of what the task asks, and gives a checksum of what it read. */
export type Measure = (count: number) => Promise<number>;

/**
 * Opens a client with `open`, measures what the task in the arguments asks, prints a
 * {@linkcode Measurement} and ends the process.
 */
export async function runTask<T extends Task>(
  open: (task: T) => Measure | Promise<Measure>,
): Promise<void> {
  const task: T = JSON.parse(process.argv[2] ?? "");
  const measure = await open(task);
  if (task.warmup > 0) await measure(task.warmup);
  const start = performance.now();
  const checksum = await measure(task.count);
  const measurement: Measurement = { seconds: (performance.now() - start) / 1000, checksum };
  process.stdout.write(JSON.stringify(measurement) + "\n", () => process.exit());
}
