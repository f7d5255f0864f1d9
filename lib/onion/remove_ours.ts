import type { Runtime } from "../runtime/types.ts";
import { constantTimeEqual } from "../util/constant_time_equal.ts";

/** Removes a file that we wrote, or began to; not what another program has put there meanwhile. */
export async function removeOurs(
  path: string,
  { runtime, contents }: { runtime: Runtime; contents: Uint8Array },
): Promise<void> {
  try {
    const found = await runtime.readFile(path);
    if (constantTimeEqual(found, contents.subarray(0, found.length))) await runtime.remove(path);
  } catch {
    // It is not there, or the disk fails: what is told is why it could not be written.
  }
}
