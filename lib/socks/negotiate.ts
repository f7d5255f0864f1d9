import type { Conn } from "../runtime/types.ts";
import { within } from "../util/abort.ts";
import { checkTime } from "../util/check_number.ts";
import { takeWire } from "../util/wire.ts";
import type { SocksCredentials } from "./socks_credentials.ts";
import { SocksHandshake, type SocksRequest } from "./socks_handshake.ts";
import type { SocksReply } from "./socks_reply.ts";

/** How a SOCKS port is asked. */
export interface SocksOptions extends SocksCredentials {
  /** Gives up: closes the connection and rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /**
   * The time in milliseconds until the reply, `Infinity` for no limit; default 150,000. Tor itself
   * gives up after 120 seconds (`SocksTimeout`), and says why.
   */
  timeout?: number | undefined;
}

/** A request that was granted. */
export interface GrantedRequest {
  /** The request, with the host as it was sent. */
  readonly request: SocksRequest;
  /** The reply. */
  readonly reply: SocksReply;
}

const DEFAULT_TIMEOUT = 150_000;

/** Asks the SOCKS port at the other end of `conn`. Whatever goes wrong, `conn` is closed then. */
export async function negotiate(
  conn: Conn,
  request: SocksRequest,
  { signal, timeout = DEFAULT_TIMEOUT, ...credentials }: SocksOptions,
): Promise<GrantedRequest> {
  try {
    checkTime("timeout", timeout);
    signal?.throwIfAborted();
    const handshake = new SocksHandshake(request, credentials);
    const message = () => handshake.missing;
    const reply = await within(run(conn, handshake), { signal, timeout, message });
    return { request: handshake.request, reply };
  } catch (error) {
    await conn.close();
    throw error;
  }
}

async function run(conn: Conn, handshake: SocksHandshake): Promise<SocksReply> {
  const wire = takeWire(conn);
  // A write that fails means a broken connection, of which reading tells more.
  const send = (bytes: Uint8Array) => void wire.send(bytes).catch(() => {});
  try {
    send(handshake.greeting);
    for (;;) {
      let chunk: Uint8Array | undefined;
      try {
        chunk = await wire.receive();
      } catch (error) {
        throw handshake.disconnected(error);
      }
      if (chunk === undefined) throw handshake.disconnected();
      const next = handshake.push(chunk);
      if (next !== undefined) send(next);
      if (handshake.reply !== undefined) return handshake.reply;
    }
  } finally {
    wire.release();
  }
}
