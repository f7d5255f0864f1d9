import type { Isolation } from "../http/isolation.ts";
import { isolationKey } from "../http/isolation.ts";
import type { AbortOptions, Conn, Runtime, TcpAddress } from "../runtime/types.ts";
import { withDeadline } from "../util/abort.ts";
import type { SocksDialer } from "./socks_dialer.ts";

/** How TLS is begun on a connection through Tor. The certificate and the name are verified, always. */
export interface StreamTlsOptions {
  /** The name that the server must prove; default the host's own. */
  serverName?: string | undefined;
  /** The authorities to trust instead of those of the platform, in PEM. */
  caCertificates?: readonly string[] | undefined;
}

/** How a host is connected to through Tor. */
export interface StreamViaOptions extends AbortOptions {
  /** Begin TLS on the connection; default `false`. */
  tls?: boolean | StreamTlsOptions | undefined;
  /**
   * Which connections may share a circuit with this one; default `"per-origin"`: others to the same
   * host and port.
   */
  isolation?: Isolation | undefined;
  /**
   * A SOCKS username to send as it is, in place of an isolation: streams that have the same one and
   * the same password share a circuit. 1 to 255 bytes.
   */
  username?: string | undefined;
  /** The SOCKS password that goes with the username. 1 to 255 bytes. */
  password?: string | undefined;
  /** Allow addresses of this machine and of private networks; default what the Tor was made with. */
  allowPrivate?: boolean | undefined;
  /** The time that it may take, TLS included, in milliseconds; default 150,000, `Infinity` for no limit. */
  timeout?: number | undefined;
}

/** What a connection is made with. */
export interface StreamViaContext {
  /** Begins TLS. */
  readonly runtime: Runtime;
  /** Opens the connection. */
  readonly dialer: SocksDialer;
}

const DEFAULT_TIMEOUT = 150_000;

/** Connects to a host through Tor, under TLS where that is asked for. */
export async function streamVia(
  target: TcpAddress,
  { runtime, dialer, ...options }: StreamViaContext & StreamViaOptions,
): Promise<Conn> {
  const { tls = false, allowPrivate, username, password, timeout = DEFAULT_TIMEOUT } = options;
  const { hostname, port } = target;
  const isolation = streamIsolation(target, options);
  return await withDeadline(async (signal) => {
    const socks = { isolation, username, password, allowPrivate, signal, timeout: Infinity };
    const conn = await dialer.dial(target, socks);
    if (tls === false) return conn;
    const { serverName = hostname.replace(/^\[|\]$/g, ""), caCertificates } = tls === true
      ? {}
      : tls;
    return await runtime.startTls(conn, {
      serverName,
      caCertificates,
      signal,
      timeout: Infinity,
    });
  }, {
    signal: options.signal,
    timeout,
    message: () => `Tor did not connect to ${hostname}:${port}`,
  });
}

/** Which circuits the stream may use; its own credentials say so where it has any. */
function streamIsolation(
  { hostname, port }: TcpAddress,
  { isolation, username, password }: StreamViaOptions,
): string | undefined {
  if (username === undefined && password === undefined) {
    return isolationKey(isolation ?? "per-origin", `tcp://${hostname.toLowerCase()}:${port}`);
  }
  if (isolation === undefined) return undefined;
  throw new TypeError("Cannot use an isolation together with a SOCKS username or password");
}
