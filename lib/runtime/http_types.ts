import type { AbortOptions, Conn, TcpAddress } from "./conn_types.ts";

/** How TLS is begun on a connection. The certificate and the name are verified, always. */
export interface StartTlsOptions extends AbortOptions {
  /** The name or IP address that the server's certificate must be made out for; also sent to it (SNI), where it is a name. */
  serverName: string;
  /**
   * The certificates, in PEM, of the only authorities to trust; by default those that the platform
   * trusts.
   */
  caCertificates?: readonly string[] | undefined;
  /** The protocols to offer (ALPN), best first; by default none. */
  alpnProtocols?: readonly string[] | undefined;
  /**
   * The time in milliseconds that the handshake may take, `Infinity` for no limit; default 60,000,
   * which is many times what one takes through Tor.
   */
  timeout?: number | undefined;
}

/** A connection under TLS. */
export interface TlsConn extends Conn {
  /** The protocol that the server chose (ALPN); `undefined` where it chose none. */
  readonly alpnProtocol: string | undefined;
}

/** A header's name and value. */
export type HttpHeader = readonly [name: string, value: string];

/** One HTTP/1.1 request. */
export interface HttpRequest {
  /** The method, such as `"GET"`. */
  method: string;
  /** What is asked for: the path with its query. */
  target: string;
  /**
   * The headers, `Host` among them. `Connection`, `Content-Length` and `Transfer-Encoding` are not:
   * {@linkcode keepAlive}, {@linkcode body} and {@linkcode contentLength} say what they are to tell.
   */
  headers: readonly HttpHeader[];
  /** The body; none by default. A stream that has no `contentLength` is sent in chunks. */
  body?: Uint8Array | ReadableStream<Uint8Array> | undefined;
  /** The number of bytes in a streamed body, which fails where it has more or fewer. */
  contentLength?: number | undefined;
  /** Whether the server is asked to keep the connection open for another request. */
  keepAlive: boolean;
}

/** The answer to an {@linkcode HttpRequest}. */
export interface HttpResponse {
  /** The status, 200 to 999. */
  readonly status: number;
  /** The reason phrase; often empty. */
  readonly statusText: string;
  /** The headers as they came, in their order. */
  readonly headers: readonly HttpHeader[];
  /**
   * The body, freed of its framing; empty where the answer has none. It fails with a
   * `DisconnectedError` where it ends too early, with a `ProtocolError` where its framing is
   * malformed, and with the reason of the abort. To cancel it closes the connection.
   */
  readonly body: ReadableStream<Uint8Array>;
  /**
   * Resolves when the exchange is over, to whether the connection can take another request. Where it
   * cannot, it is closed. Never rejects.
   */
  readonly reusable: Promise<boolean>;
}

/** A host that an {@linkcode HttpAgent} wants to be connected to. */
export interface HttpAgentTarget extends TcpAddress {
  /** Whether TLS is to be begun on the connection. */
  readonly secure: boolean;
  /** The name that the server must prove under TLS, where it is not the host's own. */
  readonly serverName?: string | undefined;
}

/** What an {@linkcode HttpAgent} is made of. */
export interface HttpAgentOptions {
  /** Opens the connection that a request asks for, TLS included. Nothing else opens one. */
  connect: (target: HttpAgentTarget) => Promise<Conn>;
  /** Keeps connections open for later requests; default `false`. */
  keepAlive?: boolean | undefined;
}

/**
 * An `http.Agent` of `node:http`, for `http:` and `https:` alike. It is called by this name where
 * Node's types are not at hand; ask for it by its own: `httpAgent<http.Agent>()`.
 */
export interface HttpAgent {
  /** Closes the connections that are kept, and those in use. */
  destroy(): void;
}

/** An agent of a runtime's, which can be told that what it has kept is not wanted any more. */
export interface RuntimeHttpAgent extends HttpAgent {
  /** Closes the connections that are kept, and keeps none that is in use or being opened by now. */
  forgetConnections(): void;
}
