import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import { createHttpAgent } from "../http/http_agent.ts";
import { type FetchInit, HttpClient } from "../http/http_client.ts";
import type { Isolation } from "../http/isolation.ts";
import type { HttpDialer } from "../http/dialer.ts";
import type {
  AbortOptions,
  Conn,
  HttpAgent,
  Runtime,
  SocketAddress,
  TcpAddress,
} from "../runtime/types.ts";
import { type NewIdentity, newIdentity } from "./new_identity.ts";
import { NameResolver } from "./resolve_name.ts";
import { SocksDialer } from "./socks_dialer.ts";
import { streamVia, type StreamViaOptions } from "./stream_via.ts";

/** What holds for every connection through one Tor, where a call does not say otherwise. */
export interface ConnectionDefaults {
  /**
   * Allow numeric addresses of this machine and of private networks, and names under `localhost`;
   * default `false`. To an exit they mean its own machine and network, and Tor refuses them too
   * unless its options `ClientRejectInternalAddresses` and `ClientDNSRejectInternalAddresses` are 0.
   */
  allowPrivate?: boolean | undefined;
  /** The authorities to trust under TLS, in PEM, instead of those of the platform. */
  caCertificates?: readonly string[] | undefined;
}

/** What {@linkcode TorFetch} takes besides what the platform's `fetch` does. */
export interface TorFetchInit extends FetchInit {
  /** Allow addresses of this machine and of private networks, for redirects as well; default what the Tor was made with. */
  allowPrivate?: boolean | undefined;
}

/** The platform's `fetch`, by type and behaviour, over Tor. */
export type TorFetch = (input: string | URL | Request, init?: TorFetchInit) => Promise<Response>;

/** How an `http.Agent` over Tor behaves. */
export interface TorHttpAgentOptions extends ConnectionDefaults {
  /** Which requests may share a circuit and a connection; default `"per-origin"`. */
  isolation?: Isolation | undefined;
  /** Keep connections open for later requests; default `false`. Never where each request is isolated. */
  keepAlive?: boolean | undefined;
}

/** What {@linkcode TorConnections} are made with. */
export interface TorConnectionsOptions extends ConnectionDefaults {
  /** The platform. */
  runtime: Runtime;
  /** Asks Tor where its ports are; `undefined` of a Tor without a controller. */
  control?: ControlConnection | undefined;
  /** The SOCKS port to use, rather than the first that Tor has. */
  socks?: SocketAddress | undefined;
}

/** Every kind of connection through one Tor. */
export class TorConnections {
  readonly #options: TorConnectionsOptions;
  readonly #dialer: SocksDialer;
  readonly #names: NameResolver;
  /** One for requests that may go to private addresses, one for those that may not. */
  readonly #clients = new Map<boolean, HttpClient>();
  #closed = false;

  /** Opens nothing yet. */
  constructor(options: TorConnectionsOptions) {
    this.#options = options;
    this.#dialer = new SocksDialer(options);
    this.#names = new NameResolver({ ...options, dialer: this.#dialer });
  }

  /** See `Tor.fetch`. */
  readonly fetch: TorFetch = (input, init = {}) => {
    const { allowPrivate = this.#options.allowPrivate ?? false, ...rest } = init;
    return this.#client(allowPrivate).fetch(input, rest);
  };

  /** See `Tor.streamVia`. */
  async streamVia(target: TcpAddress, options: StreamViaOptions): Promise<Conn> {
    const { runtime, allowPrivate, caCertificates } = this.#options;
    const { tls = false } = options;
    return await streamVia(target, {
      ...options,
      allowPrivate: options.allowPrivate ?? allowPrivate,
      tls: tls === false ? false : { caCertificates, ...(tls === true ? {} : tls) },
      runtime,
      dialer: this.#dialer,
    });
  }

  /** See `Tor.httpAgent`. */
  async httpAgent<Agent extends HttpAgent>(options: TorHttpAgentOptions): Promise<Agent> {
    const { runtime, ...defaults } = this.#options;
    const { allowPrivate = defaults.allowPrivate, caCertificates = defaults.caCertificates } =
      options;
    return await createHttpAgent<Agent>({
      ...options,
      runtime,
      caCertificates,
      dial: this.#dial(allowPrivate ?? false),
    });
  }

  /** See `Tor.dnsResolve`. */
  async dnsResolve(host: string, options: AbortOptions): Promise<string[]> {
    return await this.#names.resolve(host, options);
  }

  /** See `Tor.dnsResolvePtr`. */
  async dnsResolvePtr(
    address: string,
    options: AbortOptions & { allowPrivate?: boolean | undefined },
  ): Promise<string> {
    const { allowPrivate = this.#options.allowPrivate } = options;
    return await this.#dialer.resolvePtr(address, { ...options, allowPrivate });
  }

  /** See `Tor.newIdentity`. */
  async newIdentity(options: AbortOptions): Promise<NewIdentity> {
    const { control } = this.#options;
    if (control === undefined) {
      throw new TorError("Cannot ask a Tor without a control port for a new identity");
    }
    const result = await newIdentity(control, options);
    // What is open still has the circuits of the old one.
    await Promise.all([...this.#clients.values()].map((client) => client.forgetConnections()));
    return result;
  }

  /** Ends every `fetch`, and refuses what comes after. Streams belong to those who opened them. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#dialer.close();
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  #client(allowPrivate: boolean): HttpClient {
    let client = this.#clients.get(allowPrivate);
    if (client === undefined) {
      const { runtime, caCertificates } = this.#options;
      client = new HttpClient({ runtime, caCertificates, dial: this.#dial(allowPrivate) });
      this.#clients.set(allowPrivate, client);
      if (this.#closed) void client.close();
    }
    return client;
  }

  #dial(allowPrivate: boolean): HttpDialer {
    return ({ hostname, port, isolation, signal }) =>
      this.#dialer.dial({ hostname, port }, { isolation, allowPrivate, signal });
  }
}
