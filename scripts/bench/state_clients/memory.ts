import { readFileSync } from "node:fs";

const PAGE_SIZE = 4096;

/** As much of the runtimes' ways to collect garbage as is needed here; two of them need a flag. */
interface Collector {
  gc?(options: { type: "major"; execution: "sync"; flavor: "last-resort" }): void;
  Bun?: { gc(force: boolean): void };
}

/**
 * The memory that the process has for itself, in bytes, after garbage was collected: what is resident
 * and not shared, which leaves out the parts of the program file that happen to be in use.
 */
export async function residentBytes(): Promise<number> {
  const { gc, Bun } = globalThis as Collector;
  // What a round frees may only be found in the next, and is given back to the system some time later.
  for (let round = 0; round < 5; round++) {
    if (Bun !== undefined) Bun.gc(true);
    else gc!({ type: "major", execution: "sync", flavor: "last-resort" });
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const [, resident, shared] = readFileSync("/proc/self/statm", "latin1").split(" ").map(Number);
  return (resident! - shared!) * PAGE_SIZE;
}
