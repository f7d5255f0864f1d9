import type { Socket } from "node:net";
import { requestOf } from "../socks_port/info.ts";

/** Asks the target that `socket` leads to for so many bytes, and counts what comes, head included. */
export function receiveAll(socket: Socket, size: number): Promise<number> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    socket.on("data", (chunk: Uint8Array) => {
      bytes += chunk.byteLength;
    });
    socket.on("end", () => {
      socket.destroy();
      resolve(bytes);
    });
    socket.on("error", reject);
    socket.write(requestOf(size));
  });
}
