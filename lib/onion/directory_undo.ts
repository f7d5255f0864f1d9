import { PathNotFoundError } from "../errors/mod.ts";
import type { Runtime } from "../runtime/types.ts";

/** What Tor, or we for it, put into the directory of an onion service. */
const OURS = ["hs_ed25519_secret_key", "hs_ed25519_public_key", "hostname", "authorized_clients"];
const CLIENTS = "authorized_clients";

/**
 * Notes what is in the place of a service's directory, and gives what brings that back: a directory that
 * was made since is removed, with its parents that were, and of one that was there what is new.
 */
export async function noteDirectory(runtime: Runtime, path: string): Promise<() => Promise<void>> {
  const missing = await missingDirectories(runtime, path);
  if (missing.length > 0) {
    return async () => {
      await runtime.remove(path, { recursive: true });
      // Another program may have put something into a parent meanwhile.
      for (const parent of missing.slice(1)) await runtime.remove(parent).catch(() => {});
    };
  }
  const names = await namesIn(runtime, path);
  const clients = await namesIn(runtime, `${path}/${CLIENTS}`);
  return async () => {
    for (const name of OURS) {
      if (!names.includes(name)) await runtime.remove(`${path}/${name}`, { recursive: true });
    }
    if (!names.includes(CLIENTS)) return;
    for (const name of await namesIn(runtime, `${path}/${CLIENTS}`)) {
      if (!clients.includes(name)) await runtime.remove(`${path}/${CLIENTS}/${name}`);
    }
  };
}

/** The directories that are not there: the one at the path first, then its parents. */
async function missingDirectories(runtime: Runtime, path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = path; at !== "" && await runtime.stat(at) === undefined;) {
    missing.push(at);
    at = at.slice(0, Math.max(at.lastIndexOf("/"), at.lastIndexOf("\\"), 0));
  }
  return missing;
}

async function namesIn(runtime: Runtime, path: string): Promise<string[]> {
  try {
    return await runtime.readDirectory(path);
  } catch (error) {
    if (error instanceof PathNotFoundError) return [];
    throw error;
  }
}
