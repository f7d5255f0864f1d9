import { parseListeners } from "../config/parse_listeners.ts";
import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import type { AbortOptions, TcpAddress } from "../runtime/types.ts";
import { mayAdd } from "./socks_port.ts";

/**
 * Finds a DNS port of Tor's, and adds one where it has none: as `__DNSPort`, which Tor never saves,
 * and which leaves all else as the user has it.
 *
 * @throws {TorError} Where Tor listens on none even so, since its network is disabled for example.
 * @throws {ControlReplyError} Where Tor, or a filter in front of it, refuses to add one.
 */
export async function findDnsPort(
  control: ControlConnection,
  options: AbortOptions = {},
): Promise<TcpAddress> {
  const found = await listening(control, options);
  if (found !== undefined) return found;
  if (await mayAdd(control, { option: "DNSPort", ...options })) {
    await control.setConf({ __DNSPort: "127.0.0.1:auto" }, options);
    const added = await listening(control, options);
    if (added !== undefined) return added;
  }
  throw new TorError(
    "Cannot find a DNS port: Tor does not listen on the one it has (is DisableNetwork set?)",
  );
}

async function listening(
  control: ControlConnection,
  options: AbortOptions,
): Promise<TcpAddress | undefined> {
  const listeners = await control.getInfo("net/listeners/dns", options);
  return parseListeners(listeners, control.address)
    .find((address): address is TcpAddress => "port" in address);
}
