import { spawnSync } from "node:child_process";
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

/** The ids of the tor processes that are told of a directory; `undefined` where there is no `ps`. */
export function torsIn(directory: string): number[] | undefined {
  const { error, stdout } = spawnSync("ps", ["-A", "-ww", "-o", "pid=,args="], {
    encoding: "utf8",
  });
  if (error !== undefined) return undefined;
  return stdout.split("\n").filter((line) => line.includes(` ${directory}`)).filter((line) =>
    /^\s*\d+ (?:\S*\/)?tor /.test(line)
  ).map((line) => Number.parseInt(line, 10));
}

/** Waits until something holds that no event tells of. */
export async function eventually(holds: () => boolean, timeout: number): Promise<void> {
  const end = Date.now() + timeout;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Still not so after ${timeout} ms: ${holds}`);
    await delay(20);
  }
}
