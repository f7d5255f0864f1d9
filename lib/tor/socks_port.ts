import { parseListeners } from "../config/parse_listeners.ts";
import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import type { AbortOptions, SocketAddress } from "../runtime/types.ts";

/** The port that is added where Tor has none: any free one, which tells why it refuses. */
const ADDED_PORT = "127.0.0.1:auto ExtendedErrors";

/**
 * Finds a SOCKS port of Tor's: the first that it listens on, a Unix socket before TCP. Where
 * `SocksPort 0` turns them off, one is added in its place; no port that is configured is ever lost.
 *
 * @throws {TorError} Where Tor listens on none even so, since its network is disabled for example.
 * @throws {ControlReplyError} Where Tor refuses to add one, since it is not anonymous for example.
 */
export async function findSocksPort(
  control: ControlConnection,
  options: AbortOptions = {},
): Promise<SocketAddress> {
  const found = await listening(control, options);
  if (found !== undefined) return found;
  if (await mayAdd(control, { option: "SocksPort", ...options })) {
    await control.setConf({ SocksPort: ADDED_PORT }, options);
    const added = await listening(control, options);
    if (added !== undefined) return added;
  }
  throw new TorError(
    "Cannot find a SOCKS port: Tor does not listen on the one it has (is DisableNetwork set?)",
  );
}

/**
 * Whether a port can be added, and none is lost by it: where none is configured but `0`, and the
 * network is not disabled. One that is configured and does not listen waits for the network, as would
 * one that is added.
 */
export async function mayAdd(
  control: ControlConnection,
  { option, ...options }: AbortOptions & { option: "SocksPort" | "DNSPort" },
): Promise<boolean> {
  const lines = await control.getConf([option, "DisableNetwork"], options);
  return lines.every(({ value = "0" }) => /^0(?:\s|$)/.test(value));
}

/** The first SOCKS port that Tor listens on, a Unix socket before TCP. */
async function listening(
  control: ControlConnection,
  options: AbortOptions,
): Promise<SocketAddress | undefined> {
  const listeners = await control.getInfo("net/listeners/socks", options);
  const addresses = parseListeners(listeners, control.address);
  return addresses.find((address) => "path" in address) ?? addresses[0];
}
