import type { SocketAddress } from "./types.ts";

/** An address of Deno's as one of torcon's; `undefined` where it tells nothing. */
export function socketAddress(address: Deno.Addr): SocketAddress | undefined {
  if (address.transport === "tcp" || address.transport === "udp") {
    return { hostname: address.hostname, port: address.port };
  }
  return address.transport === "unix" && address.path ? { path: address.path } : undefined;
}
