import process from "node:process";
import type { PrivateNetwork } from "../../lib/testing/mod.ts";

/**
 * Checks that of a network that has ended there is neither a process nor a file.
 *
 * @returns How many processes it had.
 * @throws {Error} Where anything is left; it tells what.
 */
export async function checkGone(network: PrivateNetwork): Promise<number> {
  const nodes = [...network.authorities, ...network.relays, ...network.clients];
  for (const { nickname, pid } of nodes) {
    if (isAlive(pid)) throw new Error(`The tor of ${nickname} is left, as process ${pid}`);
  }
  for (const directory of new Set(nodes.map(({ dataDirectory }) => parentOf(dataDirectory)))) {
    if (await exists(directory)) throw new Error(`The directory ${directory} is left`);
  }
  return nodes.length;
}

/** Checks that a directory is empty but for one file. */
export async function checkOnly(directory: string, file: string): Promise<void> {
  for await (const { name } of Deno.readDir(directory)) {
    if (name !== file) throw new Error(`The program has left ${directory}/${name}`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
