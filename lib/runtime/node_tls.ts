import { isIP } from "node:net";
import { checkServerIdentity, connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { CertificateError, DisconnectedError, TimeoutError, TlsError } from "../errors/mod.ts";
import { withDeadline } from "../util/abort.ts";
import { checkTime } from "../util/check_number.ts";
import { onAbort } from "../util/on_abort.ts";
import { ConnDuplex } from "./conn_duplex.ts";
import { NodeConn } from "./node_conn.ts";
import { errorCode } from "./platform_error.ts";
import type { Conn, StartTlsOptions, TlsConn } from "./types.ts";

/** A connection under TLS, by `node:tls`. */
class NodeTlsConn extends NodeConn implements TlsConn {
  readonly alpnProtocol: string | undefined;

  /** Takes over `socket`, whose handshake is done, and which has taken over `conn`. */
  constructor(socket: TLSSocket, conn: Conn) {
    super(socket, { local: conn.localAddress, remote: conn.remoteAddress });
    this.alpnProtocol = socket.alpnProtocol || undefined;
  }
}

/** How long a handshake may take, in milliseconds: a server may accept and never answer. */
const DEFAULT_TIMEOUT = 60_000;

/**
 * Begins TLS on any connection by `node:tls`, on every runtime: Deno's own call takes neither a Unix
 * socket nor a connection that is wrapped.
 */
export async function startTlsByNode(conn: Conn, options: StartTlsOptions): Promise<TlsConn> {
  const { signal, serverName, timeout = DEFAULT_TIMEOUT } = options;
  checkTime("timeout", timeout);
  if (signal?.aborted) {
    await conn.close();
    throw signal.reason;
  }
  const duplex = new ConnDuplex(conn);
  const socket = connect({ ...verification(options), socket: duplex });
  socket.on("close", () => duplex.destroy());
  try {
    await withDeadline((signal) => handshake(socket, signal), {
      signal,
      timeout,
      message: () => `The server did not begin TLS for ${serverName}`,
    });
  } catch (error) {
    socket.on("error", () => {});
    socket.destroy();
    duplex.destroy();
    await conn.close();
    signal?.throwIfAborted();
    if (error instanceof TimeoutError) throw error;
    throw tlsError(serverName, error);
  }
  return new NodeTlsConn(socket, conn);
}

function verification(options: StartTlsOptions): ConnectionOptions {
  const { caCertificates, alpnProtocols } = options;
  // A name may end in the dot of the root, which is no part of it in a certificate.
  const name = options.serverName.replace(/\.$/, "");
  return {
    // An address is proved like a name, but must not be sent (RFC 6066, section 3).
    ...(isIP(name) === 0 ? { servername: name } : {}),
    host: name,
    // Said out loud, since NODE_TLS_REJECT_UNAUTHORIZED would change what goes without saying.
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) => checkServerIdentity(name, certificate),
    ...(caCertificates === undefined ? {} : { ca: [...caCertificates] }),
    ...(alpnProtocols === undefined ? {} : { ALPNProtocols: [...alpnProtocols] }),
  };
}

function handshake(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      stop();
      socket.off("secureConnect", secured).off("error", failed).off("close", ended);
    };
    const stop = onAbort(signal, () => {
      settle();
      reject(signal.reason);
    });
    const secured = () => {
      settle();
      if (socket.authorized) resolve();
      else reject(socket.authorizationError);
    };
    const failed = (error: Error) => {
      settle();
      reject(error);
    };
    const ended = () => failed(new Error("the server ended the connection"));
    socket.on("secureConnect", secured).on("error", failed).on("close", ended);
  });
}

/** OpenSSL's codes for a certificate that does not verify, which none of its other codes resembles. */
const CERTIFICATE_CODE =
  /^(?:ERR_TLS_CERT_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_CERT_|INVALID_(?:CA|PURPOSE)|PATH_LENGTH_|HOSTNAME_MISMATCH)/;

function tlsError(serverName: string, cause: unknown): Error {
  if (cause instanceof DisconnectedError) return cause;
  const code = errorCode(cause) ?? (typeof cause === "string" ? cause : undefined);
  const why = cause instanceof Error ? cause.message : String(cause);
  const details = { serverName, code };
  if (code !== undefined && CERTIFICATE_CODE.test(code)) {
    const message = `Cannot trust the certificate of ${serverName}: ${why}`;
    return new CertificateError(message, details, { cause });
  }
  if (code === "ECONNRESET" || code === undefined) {
    const message = `Cannot begin TLS with ${serverName}: ${why}`;
    return new DisconnectedError(message, { cause });
  }
  return new TlsError(`Cannot begin TLS with ${serverName}: ${why}`, details, { cause });
}
