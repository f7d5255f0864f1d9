import { existsSync, readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The ids of the tor processes that are told of a directory; `undefined` where there is no /proc. */
export function torsIn(directory: string): number[] | undefined {
  if (!existsSync("/proc/self/cmdline")) return undefined;
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      const [program = "", ...args] = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
      return /(^|\/)tor$/.test(program) && args.some((arg) => arg.startsWith(directory));
    } catch {
      return false; // it has ended in the meantime
    }
  });
}

/** Waits until something holds that no event tells of. */
export async function eventually(holds: () => boolean, timeout: number): Promise<void> {
  const end = Date.now() + timeout;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Still not so after ${timeout} ms: ${holds}`);
    await delay(20);
  }
}
