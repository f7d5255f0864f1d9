import { connect, type Socket } from "node:net";
import { formatAddress } from "../util/address.ts";
import { onAbort } from "../util/on_abort.ts";
import { DirectReads } from "./direct_reads.ts";
import { NodeConn } from "./node_conn.ts";
import { platformError } from "./platform_error.ts";
import type { AbortOptions, Conn, SocketAddress } from "./types.ts";

/** Opens a connection by `node:net`. The socket is gone when this rejects. */
export function connectByNode(address: SocketAddress, { signal }: AbortOptions): Promise<Conn> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    // Bun reads half a megabyte at once by itself, and would copy that.
    const reads = "Bun" in globalThis ? undefined : new DirectReads();
    const options = { allowHalfOpen: true, ...reads?.options };
    const socket: Socket = "path" in address
      ? connect({ ...options, path: address.path })
      : connect({ ...options, host: address.hostname, port: address.port });
    // Else it reads as soon as it is connected, before anyone takes what comes.
    if (reads !== undefined) socket.pause();
    const settle = () => {
      stop();
      socket.off("connect", connected);
      socket.off("error", failed);
    };
    const stop = onAbort(signal, () => {
      settle();
      // An error that is still under way must not find the socket without a listener.
      socket.on("error", () => {});
      socket.destroy();
      reject(signal?.reason);
    });
    const connected = () => {
      settle();
      resolve(new NodeConn(socket, "path" in address ? { reads, remote: address } : { reads }));
    };
    const failed = (error: Error) => {
      settle();
      socket.on("error", () => {});
      socket.destroy();
      const path = "path" in address ? address.path : undefined;
      reject(platformError(`connect to ${formatAddress(address)}`, error, { path }));
    };
    socket.on("connect", connected);
    socket.on("error", failed);
  });
}
