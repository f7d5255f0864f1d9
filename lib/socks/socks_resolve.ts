import type { Conn } from "../runtime/types.ts";
import { negotiate, type SocksOptions } from "./negotiate.ts";
import type { SocksRequest } from "./socks_handshake.ts";

/**
 * Resolves a name through the SOCKS port of a Tor that `conn` leads to (Tor's socks-extensions,
 * RESOLVE). Tor gives one address, by preference of IPv4.
 *
 * @param conn An open connection to the SOCKS port; it is closed when this settles.
 * @param host The name; an IP address is its own answer.
 * @returns The IPv4 or IPv6 address.
 * @throws {SocksHostUnreachableError} Where there is no such name.
 * @throws {SocksError} Of the class that tells why the SOCKS port did not resolve it.
 * @throws {TimeoutError} Where the time is over.
 * @throws {TypeError} Where `host` is neither a name nor an IP address.
 * @throws {RangeError} Where the name is longer than 255 bytes.
 *
 * @example Ask the SOCKS port of a running Tor
 * ```ts
 * import { detectRuntime, socksResolve } from "@torcon/torcon";
 *
 * export async function addressOf(name: string): Promise<string> {
 *   const runtime = await detectRuntime();
 *   const socks = await runtime.connect({ hostname: "127.0.0.1", port: 9050 });
 *   return await socksResolve(socks, name, { signal: AbortSignal.timeout(60_000) });
 * }
 * ```
 */
export function socksResolve(
  conn: Conn,
  host: string,
  options: SocksOptions = {},
): Promise<string> {
  return ask(conn, { command: "RESOLVE", host }, options);
}

/**
 * Finds the name of an IP address through the SOCKS port of a Tor that `conn` leads to (Tor's
 * socks-extensions, RESOLVE_PTR). Whoever has the address decides what the name is.
 *
 * @param conn An open connection to the SOCKS port; it is closed when this settles.
 * @param address An IPv4 or IPv6 address.
 * @returns The name: printable ASCII without spaces, and nothing else is sure of it.
 * @throws {SocksHostUnreachableError} Where the address has no name.
 * @throws {SocksError} Of the class that tells why the SOCKS port did not find it.
 * @throws {TimeoutError} Where the time is over.
 * @throws {TypeError} Where `address` is no IP address.
 *
 * @example Ask the SOCKS port of a running Tor
 * ```ts
 * import { detectRuntime, socksResolvePtr } from "@torcon/torcon";
 *
 * export async function nameOf(address: string): Promise<string> {
 *   const runtime = await detectRuntime();
 *   const socks = await runtime.connect({ hostname: "127.0.0.1", port: 9050 });
 *   return await socksResolvePtr(socks, address, { signal: AbortSignal.timeout(60_000) });
 * }
 * ```
 */
export function socksResolvePtr(
  conn: Conn,
  address: string,
  options: SocksOptions = {},
): Promise<string> {
  return ask(conn, { command: "RESOLVE_PTR", host: address }, options);
}

async function ask(conn: Conn, request: SocksRequest, options: SocksOptions): Promise<string> {
  const { reply } = await negotiate(conn, request, options);
  await conn.close();
  return reply.host;
}
