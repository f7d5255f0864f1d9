import type { Conn, Runtime } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import type { HttpDialer, HttpDialTarget } from "./dialer.ts";

/** How {@linkcode connectHttp} connects. */
export interface HttpConnectOptions {
  /** Begins TLS. */
  runtime: Runtime;
  /** Opens the connection. */
  dial: HttpDialer;
  /** Whether TLS is begun on it. */
  secure: boolean;
  /** The name that the server must prove; by default the host's. */
  serverName?: string | undefined;
  /** The authorities to trust instead of those of the platform, in PEM. */
  caCertificates?: readonly string[] | undefined;
  /** The time that the TLS handshake may take; see {@linkcode StartTlsOptions.timeout}. */
  tlsTimeout?: number | undefined;
}

/** Opens a connection for HTTP/1.1 by a dialer, under TLS where that is asked for. */
export async function connectHttp(
  target: HttpDialTarget,
  { runtime, dial, secure, serverName, caCertificates, tlsTimeout }: HttpConnectOptions,
): Promise<Conn> {
  const { signal } = target;
  signal?.throwIfAborted();
  const dialled = dial(target);
  let conn: Conn;
  try {
    conn = await abortable(dialled, signal);
  } catch (error) {
    // A dialer that does not heed the signal has its connection closed when it comes.
    dialled.then((late) => late.close(), () => {});
    throw error;
  }
  if (!secure) return conn;
  return await runtime.startTls(conn, {
    serverName: serverName ?? target.hostname,
    caCertificates,
    alpnProtocols: ["http/1.1"],
    timeout: tlsTimeout,
    signal,
  });
}
