import { formatAddress } from "../util/address.ts";
import { checkAddress } from "./check_address.ts";
import { DenoConn } from "./deno_conn.ts";
import { DenoFiles } from "./deno_files.ts";
import { DenoListener } from "./deno_listener.ts";
import { spawnByDeno } from "./deno_process.ts";
import { platformError, type PlatformErrorOptions } from "./platform_error.ts";
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

const PLATFORMS: Readonly<Record<string, Runtime["platform"]>> = {
  linux: "linux",
  darwin: "darwin",
  windows: "win32",
  freebsd: "freebsd",
};

/** 128 and the signal's number, as shells have it. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The adapter for Deno, on its native calls, which ask for fewer permissions than `node:*`. */
export class DenoRuntime extends DenoFiles implements Runtime {
  /** What listens to signals in this program, whichever adapter it was given to. */
  static readonly #listening = new Set<unknown>();
  readonly name = "deno" as const;
  readonly platform: Runtime["platform"] = PLATFORMS[Deno.build.os] ?? "other";
  readonly pid: number = Deno.pid;

  get uid(): number | undefined {
    return granted({ name: "sys", kind: "uid" }) ? Deno.uid() ?? undefined : undefined;
  }

  async connect(address: SocketAddress, { signal }: AbortOptions = {}): Promise<Conn> {
    const to = checkAddress("connect to", address, this);
    signal?.throwIfAborted();
    let conn: Deno.TcpConn | Deno.UnixConn;
    try {
      conn = await open(to, signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw platformError(`connect to ${formatAddress(to)}`, error, about(to));
    }
    if (signal?.aborted) {
      conn.close();
      throw signal.reason;
    }
    return new DenoConn(conn);
  }

  // deno-lint-ignore require-await -- what is thrown must reject
  async listen(address: SocketAddress, { signal }: AbortOptions = {}): Promise<Listener> {
    const at = checkAddress("listen on", address, this);
    signal?.throwIfAborted();
    try {
      return new DenoListener(
        "path" in at ? Deno.listen({ transport: "unix", path: at.path }) : Deno.listen(at),
        at,
      );
    } catch (error) {
      throw platformError(`listen on ${formatAddress(at)}`, error, about(at));
    }
  }

  async listenDatagram(address: TcpAddress): Promise<DatagramSocket> {
    // Deno.listenDatagram is unstable, and node:dgram asks for --allow-net alone as well.
    const { bindByNode } = await import("./node_datagram.ts");
    return await bindByNode(address, requireNet);
  }

  async startTls(conn: Conn, options: StartTlsOptions): Promise<TlsConn> {
    const { startTlsByNode } = await import("./node_tls.ts");
    return await startTlsByNode(conn, options);
  }

  async request(
    conn: Conn,
    request: HttpRequest,
    options: AbortOptions = {},
  ): Promise<HttpResponse> {
    const { requestByNode } = await import("./node_request.ts");
    return await requestByNode(conn, request, options);
  }

  async serve(
    listener: HttpListener,
    handler: RequestHandler,
    options: ServeOptions,
  ): Promise<HttpServer> {
    const { NodeHttpServer } = await import("./node_serve.ts");
    return new NodeHttpServer(listener, handler, options);
  }

  async httpAgent(options: HttpAgentOptions): Promise<RuntimeHttpAgent> {
    const { ConnectingAgent } = await import("./node_http_agent.ts");
    return new ConnectingAgent(options);
  }

  spawn(command: string, options: SpawnOptions = {}): Promise<Process> {
    return spawnByDeno(command, options);
  }

  env(name: string): string | undefined {
    // Asked for first: to read it without permission would prompt the user at a terminal.
    return granted({ name: "env", variable: name }) ? Deno.env.get(name) : undefined;
  }

  onInterrupt(handler: (signal: "SIGINT" | "SIGTERM" | "SIGHUP") => void): () => void {
    const signals = this.platform === "win32"
      ? ["SIGINT"] as const
      : ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    const listeners = signals.map((signal) => ({ signal, listener: () => handler(signal) }));
    for (const { signal, listener } of listeners) Deno.addSignalListener(signal, listener);
    DenoRuntime.#listening.add(listeners);
    return () => {
      for (const { signal, listener } of listeners) Deno.removeSignalListener(signal, listener);
      DenoRuntime.#listening.delete(listeners);
    };
  }

  endBySignal(signal: "SIGINT" | "SIGTERM" | "SIGHUP"): void {
    if (DenoRuntime.#listening.size > 0) return;
    // Deno takes the right to send a signal for the right to run anything.
    if (this.platform !== "win32" && granted({ name: "run" })) Deno.kill(Deno.pid, signal);
    else Deno.exit(EXIT_CODES[signal]);
  }
}

function open(
  address: SocketAddress,
  signal: AbortSignal | undefined,
): Promise<Deno.TcpConn | Deno.UnixConn> {
  if ("path" in address) return Deno.connect({ transport: "unix", path: address.path });
  return Deno.connect(signal === undefined ? address : { ...address, signal });
}

function granted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

/** Refuses by an error that can be caught, which node:dgram does not: Deno's denial ends the program. */
function requireNet(address: TcpAddress): void {
  const host = formatAddress(address);
  if (Deno.permissions.requestSync({ name: "net", host }).state === "granted") return;
  throw new Deno.errors.NotCapable(`Requires net access to "${host}"`);
}

/** What an error must tell of an address. */
function about(address: SocketAddress): PlatformErrorOptions {
  if (!("path" in address)) return { flags: `--allow-net=${formatAddress(address)}` };
  const { path } = address;
  return { path, flags: `--allow-read=${path} --allow-write=${path} --allow-net=unix:${path}` };
}
