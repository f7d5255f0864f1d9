import { encodeText } from "../../lib/codec/text.ts";
import type { Conn, Runtime } from "../../lib/runtime/types.ts";
import { parseAddress } from "../../lib/util/address.ts";

/** The commands of SOCKS5 that Tor knows (RFC 1928; socks-extensions, section 2). */
const CONNECT = 1;
const RESOLVE = 0xf0;

/** How a SOCKS port has answered. */
export interface SocksAnswer {
  /** The reply code; 0 is success. */
  readonly code: number;
  /** The address that it told. */
  readonly address: readonly number[];
  /** The connection, which is open. */
  readonly conn: Conn;
}

/** Asks a SOCKS port, by raw bytes, to connect to a name or an IPv4 address. */
export function socksConnect(
  runtime: Runtime,
  socks: string,
  target: { hostname: string; port: number },
): Promise<SocksAnswer> {
  return ask(runtime, socks, { command: CONNECT, ...target });
}

/** Asks a SOCKS port, by raw bytes, for the address of a name. */
export async function socksResolve(
  runtime: Runtime,
  socks: string,
  hostname: string,
): Promise<readonly number[]> {
  const { code, address, conn } = await ask(runtime, socks, {
    command: RESOLVE,
    hostname,
    port: 0,
  });
  await conn.close();
  if (code !== 0) throw new Error(`The SOCKS port answered ${code}`);
  return address;
}

async function ask(
  runtime: Runtime,
  socks: string,
  { command, hostname, port }: { command: number; hostname: string; port: number },
): Promise<SocksAnswer> {
  const conn = await runtime.connect(parseAddress(socks));
  const writer = conn.writable.getWriter();
  const name = encodeText(hostname);
  const reader = conn.readable.getReader();
  let bytes: number[] = [];
  const read = async (count: number): Promise<number[]> => {
    while (bytes.length < count) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`The SOCKS port hung up after ${bytes.length} bytes`);
      bytes.push(...value);
    }
    const taken = bytes.slice(0, count);
    bytes = bytes.slice(count);
    return taken;
  };
  await writer.write(Uint8Array.of(5, 1, 0));
  await read(2); // no authentication; Tor loses this answer where the request is there already
  await writer.write(Uint8Array.of(5, command, 0, 3, name.length, ...name, port >> 8, port & 255));
  writer.releaseLock();
  const [, code, , type] = await read(4);
  const address = await read(type === 4 ? 16 : 4);
  await read(2); // the port
  reader.releaseLock();
  return { code: code!, address, conn };
}
