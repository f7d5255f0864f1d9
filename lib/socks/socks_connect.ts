import type { Conn, TcpAddress } from "../runtime/types.ts";
import { negotiate, type SocksOptions } from "./negotiate.ts";
import { SocksConn } from "./socks_conn.ts";

/**
 * Connects to a host through the SOCKS5 port that `conn` leads to (RFC 1928, CONNECT). A name goes to
 * the SOCKS port as it is: nothing is resolved here.
 *
 * Tor knows no half-close: to close the writable ends the stream in both directions, and loses what
 * the target has not sent yet.
 *
 * @param conn An open connection to the SOCKS port, which belongs to this from now on.
 * @param target The host name or IP address, and the port.
 * @returns The connection to the target, which begins with whatever came behind the reply. Where
 * anything goes wrong, `conn` is closed.
 * @throws {SocksError} Of the class that tells why the SOCKS port did not connect.
 * @throws {TimeoutError} Where the time is over.
 * @throws {TypeError} Where the host is neither a name nor an IP address, or the credentials make no
 * sense.
 * @throws {RangeError} Where the port is not 1 to 65535, or a text is too long.
 *
 * @example Ask for a page on a circuit of its own
 * ```ts
 * import { detectRuntime, socksConnect } from "@torcon/torcon";
 *
 * export async function getPage(hostname: string): Promise<string> {
 *   const runtime = await detectRuntime();
 *   const socks = await runtime.connect({ hostname: "127.0.0.1", port: 9050 });
 *   const target = { hostname, port: 80 };
 *   await using conn = await socksConnect(socks, target, { isolation: "one of many" });
 *   const writer = conn.writable.getWriter();
 *   await writer.write(new TextEncoder().encode(`GET / HTTP/1.0\r\nHost: ${hostname}\r\n\r\n`));
 *   return await new Response(conn.readable).text();
 * }
 * ```
 */
export async function socksConnect(
  conn: Conn,
  { hostname, port }: TcpAddress,
  options: SocksOptions = {},
): Promise<Conn> {
  const { request, reply } = await negotiate(
    conn,
    { command: "CONNECT", host: hostname, port },
    options,
  );
  return new SocksConn(conn, { target: { hostname: request.host, port }, rest: reply.rest });
}
