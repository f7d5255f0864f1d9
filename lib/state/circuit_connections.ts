import type { AbortOptions, Conn, HttpAgent } from "../runtime/types.ts";

/** How a host is connected to by a circuit. */
export interface CircuitStreamOptions extends AbortOptions {
  /** Begin TLS on the connection; default `false`. */
  tls?:
    | boolean
    | {
      /** The name that the server must prove; default the host's own. */
      serverName?: string | undefined;
      /** The authorities to trust instead of those of the platform, in PEM. */
      caCertificates?: readonly string[] | undefined;
    }
    | undefined;
  /** Allow addresses of this machine and of private networks; default what the Tor was made with. */
  allowPrivate?: boolean | undefined;
  /** The time that it may take, TLS included, in milliseconds; default 150,000, `Infinity` for no limit. */
  timeout?: number | undefined;
}

/** What `fetch` by a circuit takes besides what the platform's does. */
export interface CircuitFetchInit extends RequestInit {
  /** Allow addresses of this machine and of private networks; default what the Tor was made with. */
  allowPrivate?: boolean | undefined;
}

/** How an `http.Agent` by a circuit behaves. */
export interface CircuitAgentOptions {
  /** Keep connections open for later requests; default `false`. */
  keepAlive?: boolean | undefined;
  /** Allow addresses of this machine and of private networks; default what the Tor was made with. */
  allowPrivate?: boolean | undefined;
  /** The authorities to trust under TLS, in PEM, instead of those of the platform. */
  caCertificates?: readonly string[] | undefined;
}

/** Every kind of connection by one circuit, and by no other. `Tor` gives them to its circuits. */
export interface CircuitConnections extends AsyncDisposable {
  /** Connects to a host. */
  streamVia(host: string, port: number, options?: CircuitStreamOptions): Promise<Conn>;
  /** The platform's `fetch`, by type and behaviour. */
  fetch(input: string | URL | Request, init?: CircuitFetchInit): Promise<Response>;
  /** Makes an `http.Agent` of `node:http`. */
  httpAgent<Agent extends HttpAgent = HttpAgent>(options?: CircuitAgentOptions): Promise<Agent>;
}

/** Has the streams that it is asked for go by one circuit, or not at all. */
export interface StreamBinder {
  /**
   * Opens a stream.
   *
   * @param ask Asks the SOCKS port for it. The isolation token that it is given must be what the port is
   * sent, since it is what the stream is known by; the signal aborts when it cannot go by the circuit.
   * @param options A `signal` to give up with.
   * @returns What `ask` gave, when Tor has told that the stream went by the circuit.
   */
  bind(
    ask: (isolation: string, signal: AbortSignal) => Promise<Conn>,
    options?: AbortOptions,
  ): Promise<Conn>;
}

/** Makes the connections of one circuit; each stream must be bound by the binder. */
export type ConnectBy = (binder: StreamBinder) => CircuitConnections;
