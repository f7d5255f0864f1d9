import { dirname } from "node:path";
import { errorCode } from "./platform_error.ts";
import type { MakeDirectoryOptions } from "./types.ts";

/** The platform's calls that {@linkcode makeDirectory} is made of. */
export interface DirectoryCalls {
  /** Makes a directory, subject to the umask. */
  mkdir(path: string, options: { mode: number; recursive: boolean }): Promise<unknown>;
  /** Sets a mode; nothing on Windows. */
  chmod(path: string, mode: number): Promise<void>;
}

/**
 * Makes a directory, and its parents where asked, with modes that do not depend on the umask, as
 * they do where the platform's own call makes them.
 */
export async function makeDirectory(
  calls: DirectoryCalls,
  path: string,
  options: MakeDirectoryOptions,
): Promise<void> {
  const { mode = 0o700, recursive = false } = options;
  try {
    await calls.mkdir(path, { mode, recursive: false });
  } catch (error) {
    const code = errorCode(error);
    const parent = dirname(path);
    if (recursive && code === "EEXIST") {
      // Accepts a directory that is there, and refuses anything else.
      await calls.mkdir(path, { mode, recursive: true });
      return;
    }
    if (!recursive || code !== "ENOENT" || parent === path) throw error;
    await makeDirectory(calls, parent, options);
    await makeDirectory(calls, path, options);
    return;
  }
  await calls.chmod(path, mode);
}
