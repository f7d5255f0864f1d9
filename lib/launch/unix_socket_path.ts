import type { Runtime } from "../runtime/types.ts";

/**
 * Whether a path fits into the address of a Unix socket, with the NUL that ends it: 108 bytes on
 * Linux, 104 on the BSDs and macOS. On Windows no path does, since tor has no Unix sockets there.
 */
export function isUnixSocketPath(path: string, platform: Runtime["platform"]): boolean {
  if (platform === "win32") return false;
  const limit = platform === "linux" ? 108 : 104;
  return new TextEncoder().encode(path).length < limit;
}
