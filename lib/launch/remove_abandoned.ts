import { ConnectionRefusedError, PathNotFoundError } from "../errors/mod.ts";
import type { Runtime } from "../runtime/types.ts";

/** Which directories are looked at. */
export interface AbandonedOptions {
  /** How their names begin. */
  prefix: string;
  /** The name of the Unix socket in each that its owner listens on as long as that lives. */
  socket: string;
  /** The name of the file in each that tells that the owner has begun to listen. */
  marker: string;
}

/**
 * Removes the temporary directories beside `path` that a program which was killed has left. Those of
 * other users, and those without the marker, are let alone. Never rejects.
 */
export async function removeAbandoned(
  runtime: Runtime,
  path: string,
  { prefix, socket, marker }: AbandonedOptions,
): Promise<void> {
  if (runtime.platform === "win32") return; // it has no Unix sockets
  const parent = path.slice(0, path.lastIndexOf("/"));
  const names = await runtime.readDirectory(parent).catch(() => []);
  const others = names.map((name) => `${parent}/${name}`).filter((other) =>
    other.startsWith(`${parent}/${prefix}`) && other !== path
  );
  await Promise.all(others.map(async (directory) => {
    const isMarked = await runtime.stat(`${directory}/${marker}`).catch(() => undefined);
    if (isMarked === undefined || !await isAbandoned(runtime, `${directory}/${socket}`)) return;
    await runtime.remove(directory, { recursive: true }).catch(() => {});
  }));
}

async function isAbandoned(runtime: Runtime, path: string): Promise<boolean> {
  try {
    await (await runtime.connect({ path })).close();
    return false;
  } catch (error) {
    // A runtime that exits by itself removes its sockets.
    return error instanceof ConnectionRefusedError || error instanceof PathNotFoundError;
  }
}
