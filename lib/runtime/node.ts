import process from "node:process";
import { checkAddress } from "./check_address.ts";
import { connectByNode } from "./node_connect.ts";
import { bindByNode } from "./node_datagram.ts";
import { NodeFiles } from "./node_files.ts";
import { ConnectingAgent } from "./node_http_agent.ts";
import { listenByNode } from "./node_listener.ts";
import { spawnByNode } from "./node_process.ts";
import { requestByNode } from "./node_request.ts";
import { NodeHttpServer } from "./node_serve.ts";
import { startTlsByNode } from "./node_tls.ts";
import type {
  AbortOptions,
  Conn,
  DatagramSocket,
  HttpAgentOptions,
  HttpListener,
  HttpRequest,
  HttpResponse,
  HttpServer,
  Listener,
  Process,
  RequestHandler,
  Runtime,
  RuntimeHttpAgent,
  ServeOptions,
  SocketAddress,
  SpawnOptions,
  StartTlsOptions,
  TcpAddress,
  TlsConn,
} from "./types.ts";

const PLATFORMS: readonly string[] = ["linux", "darwin", "win32", "freebsd"];

/** The adapter for Node and Bun, on `node:net`, `node:child_process`, `node:fs` and `node:dgram`. */
export class NodeRuntime extends NodeFiles implements Runtime {
  /** What listens to signals in this program, whichever adapter it was given to. */
  static readonly #listening = new Set<unknown>();
  readonly name: "bun" | "node" = "Bun" in globalThis ? "bun" : "node";
  readonly platform: Runtime["platform"] = PLATFORMS.includes(process.platform)
    ? process.platform as Runtime["platform"]
    : "other";
  readonly pid: number = process.pid;
  readonly uid: number | undefined = process.getuid?.();

  async connect(address: SocketAddress, options: AbortOptions = {}): Promise<Conn> {
    return await connectByNode(checkAddress("connect to", address, this), options);
  }

  async listen(address: SocketAddress, options: AbortOptions = {}): Promise<Listener> {
    return await listenByNode(checkAddress("listen on", address, this), options);
  }

  async listenDatagram(address: TcpAddress): Promise<DatagramSocket> {
    return await bindByNode(address);
  }

  startTls(conn: Conn, options: StartTlsOptions): Promise<TlsConn> {
    return startTlsByNode(conn, options);
  }

  request(conn: Conn, request: HttpRequest, options: AbortOptions = {}): Promise<HttpResponse> {
    return requestByNode(conn, request, options);
  }

  serve(
    listener: HttpListener,
    handler: RequestHandler,
    options: ServeOptions,
  ): Promise<HttpServer> {
    return Promise.resolve(new NodeHttpServer(listener, handler, options));
  }

  httpAgent(options: HttpAgentOptions): Promise<RuntimeHttpAgent> {
    return Promise.resolve(new ConnectingAgent(options));
  }

  spawn(command: string, options: SpawnOptions = {}): Promise<Process> {
    return spawnByNode(command, options);
  }

  env(name: string): string | undefined {
    return process.env[name];
  }

  onInterrupt(handler: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void): () => void {
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    // One listener of its own for each call, so that the same handler may be given twice.
    const listener = (signal: NodeJS.Signals) => handler(signal as (typeof signals)[number]);
    for (const signal of signals) process.on(signal, listener);
    NodeRuntime.#listening.add(listener);
    return () => {
      for (const signal of signals) process.off(signal, listener);
      NodeRuntime.#listening.delete(listener);
    };
  }

  endBySignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
    if (NodeRuntime.#listening.size === 0) process.kill(process.pid, signal);
  }
}
