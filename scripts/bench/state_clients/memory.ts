import { readFileSync } from "node:fs";

const PAGE_SIZE = 4096;

/** As much of the runtimes' ways to collect garbage as is needed here; two of them need a flag. */
interface Collector {
  gc?(): void;
  Bun?: { gc(force: boolean): void };
}

/** The memory that the process has (`VmRSS`), in bytes, after garbage was collected. */
export async function residentBytes(): Promise<number> {
  const { gc, Bun } = globalThis as Collector;
  // What a round frees may only be found in the next, and is given back a little later.
  for (let round = 0; round < 5; round++) {
    if (Bun !== undefined) Bun.gc(true);
    else gc!();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const pages = readFileSync("/proc/self/statm", "latin1").split(" ")[1];
  return Number(pages) * PAGE_SIZE;
}
