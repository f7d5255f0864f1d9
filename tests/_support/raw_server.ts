import { encodeText } from "../../lib/codec/text.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn, SocketAddress } from "../../lib/runtime/types.ts";

/** A server of the test on a free port of loopback. */
export interface RawServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: SocketAddress;
  /** How many connections it has accepted. */
  readonly accepted: () => number;
}

/** Serves each connection with `serve`, and closes it afterwards. */
export async function startRawServer(serve: (conn: Conn) => Promise<void>): Promise<RawServer> {
  const runtime = await detectRuntime();
  const listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Conn>();
  let accepted = 0;
  (async () => {
    for await (const conn of listener) {
      accepted++;
      open.add(conn);
      serve(conn).catch(() => {}).finally(() => {
        open.delete(conn);
        return conn.close();
      });
    }
  })();
  return {
    address: listener.address,
    accepted: () => accepted,
    async [Symbol.asyncDispose]() {
      await listener.close();
      for (const conn of open) await conn.close();
    },
  };
}

/** A server that waits for the first bytes of a client, answers with `reply`, and hangs up. */
export function startReplyingServer(reply: string | Uint8Array): Promise<RawServer> {
  return startRawServer(async (conn) => {
    await conn.readable.getReader().read();
    const writer = conn.writable.getWriter();
    await writer.write(typeof reply === "string" ? encodeText(reply) : reply);
    await writer.close();
  });
}

/** A server that accepts and says nothing until its client is gone. */
export function startSilentServer(): Promise<RawServer> {
  return startRawServer(async (conn) => {
    for (const reader = conn.readable.getReader();;) {
      if ((await reader.read()).done) return;
    }
  });
}
