import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import { DisconnectedError } from "../errors/mod.ts";
import { formatAddress, parseAddress } from "../util/address.ts";
import { AsyncQueue } from "../util/async_queue.ts";
import { platformError } from "./platform_error.ts";
import type { Datagram, DatagramSocket, TcpAddress } from "./types.ts";

/** The most datagrams that wait to be read; more are dropped, as the system would do. */
const QUEUE_LIMIT = 1024;

/** A {@linkcode DatagramSocket} over `node:dgram`, which Node, Bun and Deno have. */
export class NodeDatagramSocket implements DatagramSocket {
  readonly address: TcpAddress;
  readonly #socket: Socket;
  readonly #arrived: AsyncQueue<Datagram> = new AsyncQueue({
    limit: QUEUE_LIMIT,
    limitName: "datagrams",
  });
  readonly #gone: Promise<void>;
  readonly #permit: (address: TcpAddress) => void;
  #closed = false;

  /** Takes over `socket`, which is bound; `permit` throws for an address that is not permitted. */
  constructor(socket: Socket, permit: (address: TcpAddress) => void) {
    this.#socket = socket;
    this.#permit = permit;
    const { address, port } = socket.address();
    this.address = { hostname: address, port };
    socket.on("message", (data, { address, port }) => {
      if (this.#arrived.size >= QUEUE_LIMIT) return;
      this.#arrived.push({ data: new Uint8Array(data), address: { hostname: address, port } });
    });
    socket.on("error", (error) => {
      const action = `receive on ${formatAddress(this.address)}`;
      this.#arrived.fail(platformError(action, error));
    });
    this.#gone = new Promise((resolve) => socket.once("close", () => resolve()));
  }

  async send(data: Uint8Array, address: TcpAddress): Promise<void> {
    const action = `send a datagram to ${formatAddress(address)}`;
    if (this.#closed) throw new DisconnectedError(`Cannot ${action}: the socket is closed`);
    try {
      this.#permit(address);
      await new Promise<void>((resolve, reject) => {
        this.#socket.send(data, address.port, address.hostname, (error) => {
          if (error) reject(error);
          else resolve();
        });
      });
    } catch (error) {
      throw platformError(action, error, { flags: `--allow-net=${formatAddress(address)}` });
    }
  }

  close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#arrived.close();
      this.#socket.close();
    }
    return this.#gone;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): AsyncIterator<Datagram> {
    return { next: () => this.#arrived.next() };
  }
}

/**
 * Binds a UDP socket by `node:dgram`.
 *
 * @param permit Throws for an address that the program is not permitted to use.
 * @throws {TypeError | RangeError} Where the address is malformed.
 */
export async function bindByNode(
  address: TcpAddress,
  permit: (address: TcpAddress) => void = () => {},
): Promise<DatagramSocket> {
  // Node binds a port past 65535 to another one in silence.
  parseAddress(address);
  const socket = createSocket(isIPv6(address.hostname) ? "udp6" : "udp4");
  try {
    permit(address);
    await new Promise<void>((resolve, reject) => {
      socket.once("error", reject);
      socket.bind({ address: address.hostname, port: address.port }, () => {
        socket.off("error", reject);
        resolve();
      });
    });
  } catch (error) {
    socket.close();
    throw platformError(`bind a UDP socket to ${formatAddress(address)}`, error, {
      flags: `--allow-net=${formatAddress(address)}`,
    });
  }
  return new NodeDatagramSocket(socket, permit);
}
