import { createServer } from "node:http";
import type { Socket } from "node:net";
import { checkReachable, type OnionDialer } from "../../lib/onion/check_reachable.ts";
import type { OnionService } from "../../lib/onion/onion_service.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";

/** The time that a test on a real network may take. */
export const SLOW = { timeout: 120_000 };

/** A web server of the test on a loopback address, which answers with its path. */
export interface WebServer extends AsyncDisposable {
  readonly port: number;
}

/** Starts a web server. */
export async function startWebServer(): Promise<WebServer> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => response.end(`hidden ${request.url}`));
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as { port: number }).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Two Tors of the private network: one for services, the other for their visitors. */
export class TwoTors implements AsyncDisposable {
  readonly host: Tor;
  readonly hostNode: StartedClient;
  readonly visitor: Tor;
  /** The SOCKS port of the visitor that tells why it refuses. */
  readonly visitorSocks: string;
  readonly #held: readonly AsyncDisposable[];

  private constructor(
    parts: Pick<TwoTors, "host" | "hostNode" | "visitor" | "visitorSocks">,
    held: readonly AsyncDisposable[],
  ) {
    this.host = parts.host;
    this.hostNode = parts.hostNode;
    this.visitor = parts.visitor;
    this.visitorSocks = parts.visitorSocks;
    this.#held = held;
  }

  static async start(): Promise<TwoTors> {
    const network: PrivateNetwork = await useNetwork();
    const torrc = { SocksPort: "127.0.0.1:auto ExtendedErrors" };
    const [hostNode, visitorNode] = await Promise.all([
      network.addClient({ torrc }),
      network.addClient({ torrc }),
    ]);
    const [host, visitor] = [await joined(hostNode), await joined(visitorNode)];
    return new TwoTors(
      { host: host.tor, hostNode, visitor: visitor.tor, visitorSocks: visitor.socks },
      [host.tor, visitor.tor, hostNode, visitorNode, network],
    );
  }

  /**
   * Has the visitor fetch the descriptor that is published now, in place of one that it may have of an
   * earlier service of the same key.
   */
  async lookUp({ address }: OnionService): Promise<void> {
    const { control } = this.visitor;
    const dialer: OnionDialer = ({ hostname, port }, options) =>
      this.visitor.streamVia(hostname, port, { ...options, isolation: "per-request" });
    await checkReachable({ control, dialer }, { address, port: 80, timeout: 45_000 });
  }

  /** What the service answers to the visitor. */
  async visit(hostname: string, path = "/page"): Promise<string> {
    // No connection is kept, so that each visit asks anew.
    const headers = { Connection: "close" };
    const signal = AbortSignal.timeout(45_000);
    const url = `http://${hostname}${path}`;
    const answer = await this.visitor.fetch(url, { headers, signal, isolation: "per-request" });
    return await answer.text();
  }

  /** The same by curl. */
  async curl(hostname: string, path = "/curled"): Promise<string> {
    const args = ["-sS", "--max-time", "45", "--socks5-hostname", this.visitorSocks];
    const runtime = await detectRuntime();
    await using curl = await runtime.spawn("curl", {
      args: [...args, `http://${hostname}${path}`],
    });
    const [printed, complained] = await Promise.all([
      new Response(curl.stdout as BodyInit).text(),
      new Response(curl.stderr as BodyInit).text(),
    ]);
    if ((await curl.status).success) return printed;
    throw new Error(complained);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const held of this.#held) await held[Symbol.asyncDispose]();
  }
}

/** Connects, through the SOCKS port that tells why it refuses: the one that was added. */
async function joined(node: StartedClient): Promise<{ tor: Tor; socks: string }> {
  await using first = await connect({ control: node.control });
  const listeners = await first.control.getInfo("net/listeners/socks");
  const socks = [...listeners.matchAll(/"(127\.0\.0\.1:\d+)"/g)]
    .map(([, address]) => address!)
    .find((address) => address !== node.socksPort)!;
  return { tor: await connect({ control: node.control, socks }), socks };
}
