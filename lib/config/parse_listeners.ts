import { parseWords } from "../codec/keywords.ts";
import type { SocketAddress } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";

/**
 * The addresses in an answer to `GETINFO net/listeners/*`, as they are reached from here.
 *
 * @param control Where the control port is: what listens on every address is reached on that host.
 */
export function parseListeners(listeners: string, control: SocketAddress): SocketAddress[] {
  return parseWords(listeners).positional.map((text) => reachable(parseAddress(text), control));
}

/** An address that something listens at, as it is reached from here. */
export function reachable(address: SocketAddress, control: SocketAddress): SocketAddress {
  if ("path" in address) return address;
  const { hostname, port } = address;
  if (hostname !== "0.0.0.0" && hostname !== "::") return address;
  if ("hostname" in control) return { hostname: control.hostname, port };
  return { hostname: hostname === "::" ? "::1" : "127.0.0.1", port };
}
