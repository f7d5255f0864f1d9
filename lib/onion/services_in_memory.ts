import type { ControlConnection } from "../control/connection.ts";
import { ControlReplyError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { OnionAddress } from "./onion_address.ts";

/**
 * The services that Tor has in memory for this connection, or for none (GETINFO onions/current and
 * onions/detached, control-spec, section 3.9). Those of other connections it does not tell.
 */
export async function servicesInMemory(
  control: ControlConnection,
  { isDetached, signal }: AbortOptions & { isDetached: boolean },
): Promise<OnionAddress[]> {
  try {
    const key = isDetached ? "onions/detached" : "onions/current";
    const text = await control.getInfo(key, { signal });
    return text.split("\n").filter((id) => id !== "").map(OnionAddress.parse);
  } catch (error) {
    // Old Tors say by an error that there are none.
    if (error instanceof ControlReplyError && error.code === 551) return [];
    throw error;
  }
}
