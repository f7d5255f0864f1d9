import { ExecutableNotFoundError, PermissionError, TorNotFoundError } from "../errors/mod.ts";
import type { Process, Runtime, SpawnOptions } from "../runtime/types.ts";

/** Where tor is, besides the directories of PATH, which a program without a shell may not know. */
const USUAL_PLACES: Readonly<Record<string, readonly string[]>> = {
  linux: ["/usr/bin/tor", "/usr/sbin/tor", "/usr/local/bin/tor", "/snap/bin/tor"],
  darwin: [
    "/opt/homebrew/bin/tor",
    "/usr/local/bin/tor",
    "/opt/local/bin/tor",
    "/Applications/Tor Browser.app/Contents/MacOS/Tor/tor",
  ],
  freebsd: ["/usr/local/bin/tor"],
  win32: ["C:\\Program Files\\Tor\\tor.exe", "C:\\Tor\\tor.exe"],
};

/**
 * Starts the program tor: the one asked for, else that on PATH, else that in the first of the usual
 * places that has one.
 *
 * @throws {TorNotFoundError} Where there is none.
 * @throws {PermissionError} Where it may not be run.
 * @throws {TorError} Where it cannot be run for another reason.
 */
export async function spawnTor(
  runtime: Runtime,
  { torBinary, ...options }: SpawnOptions & { torBinary?: string | undefined },
): Promise<Process> {
  const candidates = torBinary === undefined
    ? ["tor", ...(USUAL_PLACES[runtime.platform] ?? [])]
    : [torBinary];
  let missing: unknown;
  for (const [i, command] of candidates.entries()) {
    try {
      return await runtime.spawn(command, options);
    } catch (error) {
      // Deno may permit to run "tor" alone: the other places are then as good as empty.
      const isUnusable = error instanceof ExecutableNotFoundError ||
        (i > 0 && error instanceof PermissionError);
      if (!isUnusable) throw error;
      missing ??= error;
    }
  }
  throw new TorNotFoundError(candidates, runtime.platform, { cause: missing });
}
