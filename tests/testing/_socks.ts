import { encodeText } from "../../lib/codec/text.ts";
import type { Conn, Runtime } from "../../lib/runtime/types.ts";
import { parseAddress } from "../../lib/util/address.ts";

/** A connection through a SOCKS port, by raw bytes (RFC 1928). */
export interface SocksAnswer {
  /** The reply code; 0 is success. */
  readonly code: number;
  /** The connection, which is not closed yet. */
  readonly conn: Conn;
}

/** Asks a SOCKS5 port to connect to a name or an IP address. */
export async function socksConnect(
  runtime: Runtime,
  socks: string,
  { hostname, port }: { hostname: string; port: number },
): Promise<SocksAnswer> {
  const conn = await runtime.connect(parseAddress(socks));
  const writer = conn.writable.getWriter();
  const name = encodeText(hostname);
  await writer.write(Uint8Array.of(5, 1, 0));
  await writer.write(Uint8Array.of(5, 1, 0, 3, name.length, ...name, port >> 8, port & 255));
  writer.releaseLock();
  const answer = await readBytes(conn, 2 + 4);
  return { code: answer[3]!, conn };
}

async function readBytes(conn: Conn, count: number): Promise<number[]> {
  const reader = conn.readable.getReader();
  const bytes: number[] = [];
  while (bytes.length < count) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The SOCKS port closed the connection after ${bytes.length} bytes`);
    bytes.push(...value);
  }
  reader.releaseLock();
  return bytes;
}
