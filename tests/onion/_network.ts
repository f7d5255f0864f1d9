import { createServer } from "node:http";
import type { Socket } from "node:net";
import { checkReachable, type OnionDialer } from "../../lib/onion/check_reachable.ts";
import type { OnionService } from "../../lib/onion/onion_service.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { SocketAddress } from "../../lib/runtime/types.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";

/** The time that a test on a real network may take. */
export const SLOW = { timeout: 120_000 };

/** A web server of the test, which answers with the path that is asked for. */
export interface WebServer extends AsyncDisposable {
  /** Where it listens. */
  readonly address: SocketAddress;
}

/** Starts a web server on a free port of a loopback address, or on a Unix socket. */
export async function startWebServer(path?: string): Promise<WebServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => response.end(`hidden ${request.url}`));
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, "127.0.0.1", resolve);
    else server.listen(path, resolve);
  });
  const { port } = server.address() as { port: number };
  return {
    address: path === undefined ? { hostname: "127.0.0.1", port } : { path },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** One Tor of the private network, and the connection to it. */
export class Client implements AsyncDisposable {
  readonly tor: Tor;
  readonly node: StartedClient;
  /** The SOCKS port that tells why it refuses. */
  readonly socks: string;

  private constructor(tor: Tor, node: StartedClient, socks: string) {
    this.tor = tor;
    this.node = node;
    this.socks = socks;
  }

  static async start(network: PrivateNetwork): Promise<Client> {
    const node = await network.addClient({
      torrc: { SocksPort: "127.0.0.1:auto ExtendedErrors" },
    });
    await using first = await connect({ control: node.control });
    const listeners = await first.control.getInfo("net/listeners/socks");
    const socks = [...listeners.matchAll(/"(127\.0\.0\.1:\d+)"/g)]
      .map(([, address]) => address!)
      .find((address) => address !== node.socksPort)!;
    return new Client(await connect({ control: node.control, socks }), node, socks);
  }

  /** What a service answers to it. */
  async visit(hostname: string, { timeout = 45_000 }: { timeout?: number } = {}): Promise<string> {
    // No connection is kept, so that each visit asks anew.
    const headers = { Connection: "close" };
    const signal = AbortSignal.timeout(timeout);
    const url = `http://${hostname}/page`;
    const answer = await this.tor.fetch(url, { headers, signal, isolation: "per-request" });
    return await answer.text();
  }

  /** The same by curl. */
  async curl(hostname: string): Promise<string> {
    const args = ["-sS", "--max-time", "45", "--socks5-hostname", this.socks];
    const runtime = await detectRuntime();
    await using curl = await runtime.spawn("curl", {
      args: [...args, `http://${hostname}/curled`],
    });
    const [printed, complained] = await Promise.all([
      new Response(curl.stdout as BodyInit).text(),
      new Response(curl.stderr as BodyInit).text(),
    ]);
    if ((await curl.status).success) return printed;
    throw new Error(complained);
  }

  /** Fetches the descriptor that is published now, in place of one that it has, and connects by it. */
  async lookUp({ address }: OnionService): Promise<void> {
    const { control } = this.tor;
    const dialer: OnionDialer = ({ hostname, port }, options) =>
      this.tor.streamVia(hostname, port, { ...options, isolation: "per-request" });
    await checkReachable({ control, dialer }, { address, port: 80, timeout: 45_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tor[Symbol.asyncDispose]();
    await this.node[Symbol.asyncDispose]();
  }
}
