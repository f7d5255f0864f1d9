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
  RuntimeHttpAgent,
  SocketAddress,
} from "../runtime/types.ts";
import type { StreamBinder } from "../state/circuit_connections.ts";
import { AgentConnections } from "./agent_connections.ts";
import { type NewIdentity, newIdentity, type NewIdentityOptions } from "./new_identity.ts";
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
  /** Has every stream go by one circuit; names cannot be resolved then. */
  binder?: StreamBinder | undefined;
}

/**
 * Every kind of connection through one Tor: what a `Tor` can do with no more than a SOCKS port.
 */
export class TorConnections implements AsyncDisposable {
  readonly #options: TorConnectionsOptions;
  readonly #dialer: SocksDialer;
  readonly #names: NameResolver;
  /** One for requests that may go to private addresses, one for those that may not. */
  readonly #clients = new Map<boolean, HttpClient>();
  readonly #agents = new AgentConnections();
  #closed = false;

  /** Opens nothing yet. */
  constructor(options: TorConnectionsOptions) {
    this.#options = options;
    this.#dialer = new SocksDialer(options);
    this.#names = new NameResolver({ ...options, dialer: this.#dialer });
  }

  /**
   * The platform's `fetch`, by type and behaviour, over Tor; it can be passed on by itself. Names go to
   * Tor as they are, and nothing is connected to but the SOCKS port.
   *
   * Each origin has circuits of its own, unless `isolation` says otherwise, and connections are kept for
   * later requests. There are no cookies, no cache and no CORS, and no header is sent that would tell
   * who asks. A time limit is set by `signal: AbortSignal.timeout(ms)`; without one, only the way to the
   * server has limits: 150 seconds until Tor has connected, and 60 for the TLS handshake.
   *
   * Numeric addresses of private networks and of this machine are refused, unless `allowPrivate` says
   * otherwise.
   *
   * It rejects as the platform's does: with a `TypeError`, whose `cause` tells why, such as a
   * {@linkcode SocksError} or a {@linkcode CertificateError}, and with the reason of the signal.
   *
   * @example What is on this machine is not asked for over Tor
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * await assert.rejects(tor.fetch("http://192.168.0.1/"), TypeError);
   * ```
   *
   * @example Fetch a page by an onion address
   * ```ts
   * import type { Tor } from "@torcon/torcon";
   *
   * export async function showPage(tor: Tor): Promise<void> {
   *   const host = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion";
   *   const response = await tor.fetch(`http://${host}/`, { signal: AbortSignal.timeout(60_000) });
   *   console.log(response.status, await response.text());
   * }
   * ```
   */
  readonly fetch: TorFetch = (input, init = {}) => {
    const { allowPrivate = this.#options.allowPrivate ?? false, ...rest } = init;
    return this.#client(allowPrivate).fetch(input, rest);
  };

  /**
   * Connects to a host through Tor.
   *
   * The SOCKS port is the one that the option `socks` of {@linkcode connect} names, else the first that
   * Tor listens on, a Unix socket before TCP; where Tor has none, one is added. Half-closing ends the
   * connection in both directions, since Tor knows no half-close.
   *
   * @param host A name, which goes to Tor as it is and is resolved by the exit, or an IP address.
   * @param port 1 to 65535.
   * @param options TLS, isolation, limits.
   * @returns The connection, which belongs to the caller.
   * @throws {SocksError} Of the class that tells why Tor did not connect.
   * @throws {CertificateError} Where the server's certificate, or the name in it, does not verify.
   * @throws {TlsError} Where TLS fails for another reason.
   * @throws {TimeoutError} Where the time is over.
   * @throws {TorError} Where Tor has no SOCKS port and cannot be given one.
   * @throws {TypeError} Where the host is none, or is private and that is not allowed.
   * @throws {RangeError} Where the port is not 1 to 65535, or the name is over 255 bytes.
   *
   * @example What is on this machine is not connected to over Tor
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * await assert.rejects(tor.streamVia("127.0.0.1", 22), TypeError);
   * ```
   *
   * @example Speak to a server
   * ```ts
   * import type { Tor } from "@torcon/torcon";
   *
   * export async function speak(tor: Tor): Promise<void> {
   *   await using conn = await tor.streamVia("www.example", 443, { tls: true, isolation: "mine" });
   *   const writer = conn.writable.getWriter();
   *   await writer.write(new TextEncoder().encode("GET / HTTP/1.0\r\nHost: www.example\r\n\r\n"));
   *   for await (const chunk of conn.readable) console.log(chunk);
   * }
   * ```
   */
  async streamVia(host: string, port: number, options: StreamViaOptions = {}): Promise<Conn> {
    const { runtime, allowPrivate, caCertificates } = this.#options;
    const { tls = false } = options;
    return await streamVia({ hostname: host, port }, {
      ...options,
      allowPrivate: options.allowPrivate ?? allowPrivate,
      tls: tls === false ? false : { caCertificates, ...(tls === true ? {} : tls) },
      runtime,
      dialer: this.#dialer,
    });
  }

  /**
   * Makes an `http.Agent` of `node:http` that connects through Tor, for `http:` and `https:` alike: for
   * axios, got, ws, `node:https` and whatever else takes one.
   *
   * Names go to Tor as they are, and certificates are verified whatever the request's own options say.
   * Whoever uses it must take care that it is used for every request: a library that follows a redirect
   * without it leaves Tor.
   *
   * @param options Isolation, and whether connections are kept.
   * @returns The agent; `destroy()` ends its connections, and so does the end of this object. After a
   * {@linkcode newIdentity} it opens new ones.
   *
   * @example What is on this machine is not asked for over Tor
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   * import http from "node:http";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * const agent = await tor.httpAgent<http.Agent>();
   * const error = await new Promise((resolve) => {
   *   http.get("http://127.0.0.1/", { agent }).on("error", resolve);
   * });
   * assert.ok(error instanceof TypeError);
   * agent.destroy();
   * ```
   *
   * @example Use a library of Node's
   * ```ts
   * import type { Tor } from "@torcon/torcon";
   * import http from "node:http";
   *
   * export async function showStatus(tor: Tor): Promise<void> {
   *   const agent = await tor.httpAgent<http.Agent>();
   *   http.get("http://www.example/", { agent }, (response) => console.log(response.statusCode));
   * }
   * ```
   */
  async httpAgent<Agent extends HttpAgent = HttpAgent>(
    options: TorHttpAgentOptions = {},
  ): Promise<Agent> {
    const { runtime, ...defaults } = this.#options;
    const { allowPrivate = defaults.allowPrivate, caCertificates = defaults.caCertificates } =
      options;
    const agent: Agent & RuntimeHttpAgent = await createHttpAgent<Agent>({
      ...options,
      runtime,
      caCertificates,
      dial: (target) => this.#agents.open(agent, () => this.#dial(allowPrivate ?? false)(target)),
    });
    return agent;
  }

  /**
   * Resolves a name through Tor, to an IPv4 address and an IPv6 address where it has both.
   *
   * Tor tells one address of each family, and of both only at a DNS port: its SOCKS ports tell one
   * address, IPv4 by preference, and `RESOLVE` of the control port IPv4 alone. So it is asked at the first
   * DNS port that Tor has (`GETINFO net/listeners/dns`); where it has none, one is added on a free port of
   * 127.0.0.1 as `__DNSPort`, which changes nothing that the user has configured and is never saved. Where
   * that is refused, and without a control port, the answer is the one address that the SOCKS port gives.
   *
   * @param host The name; an IP address is its own answer.
   * @param options A `signal` to give up with.
   * @returns The addresses, at least one, IPv4 first.
   * @throws {SocksHostUnreachableError} Where the name has no address.
   * @throws {TorError} Where Tor could not resolve it.
   * @throws {TypeError | RangeError} Where it is no name, or one over 255 bytes.
   *
   * @example An IP address is its own answer
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * assert.deepEqual(await tor.dnsResolve("2001:DB8:0::7"), ["2001:db8::7"]);
   * ```
   */
  async dnsResolve(host: string, options: AbortOptions = {}): Promise<string[]> {
    return await this.#names.resolve(host, options);
  }

  /**
   * Finds the name of an IPv4 or IPv6 address through Tor (Tor's socks-extensions, RESOLVE_PTR). Whoever
   * has the address decides what its name is.
   *
   * @param address The address.
   * @param options A `signal` to give up with, and whether private addresses are allowed.
   * @returns The name.
   * @throws {SocksHostUnreachableError} Where the address has no name.
   * @throws {SocksError} Of the class that tells why Tor did not find it.
   * @throws {TypeError} Where it is no IP address, or a private one and that is not allowed.
   *
   * @example What is in a private network has no name for Tor
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * await using tor = await connect({ control: port.address });
   * await assert.rejects(tor.dnsResolvePtr("192.168.0.1"), TypeError);
   * ```
   *
   * @example Find a name
   * ```ts
   * import type { Tor } from "@torcon/torcon";
   *
   * export async function showNames(tor: Tor): Promise<void> {
   *   console.log(await tor.dnsResolvePtr("192.0.2.7"), await tor.dnsResolvePtr("2001:db8::7"));
   * }
   * ```
   */
  async dnsResolvePtr(
    address: string,
    options: AbortOptions & {
      /** Allow addresses of this machine and of private networks; default what the Tor was made with. */
      allowPrivate?: boolean | undefined;
    } = {},
  ): Promise<string> {
    const { allowPrivate = this.#options.allowPrivate } = options;
    return await this.#dialer.resolvePtr(address, { ...options, allowPrivate });
  }

  /**
   * Takes on a new identity (SIGNAL NEWNYM, control-spec, section 3.7): what is connected from now on uses
   * new circuits, and {@linkcode fetch} and agents new connections. What is open keeps the old ones.
   *
   * Tor agrees at once and acts at most every ten seconds: this resolves when it has acted, and tells
   * how long that took.
   *
   * @param options How long to wait, and a `signal` to give up with; Tor still acts then.
   * @returns By how many milliseconds Tor has delayed it.
   * @throws {DisconnectedError} Where the connection is lost before Tor has acted.
   * @throws {TimeoutError} Where Tor does not act in time: it never does without a port for programs.
   * @throws {RangeError} Where the timeout is none.
   * @throws {TorError} Where there is no control port.
   *
   * @example Take on a new identity
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SETEVENTS SIGNAL").reply("250 OK");
   * port.expect("SIGNAL NEWNYM").reply("250 OK", "650 SIGNAL NEWNYM");
   * port.always("SETEVENTS").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const { delayed } = await tor.newIdentity();
   * assert.ok(delayed < 10_000);
   * ```
   */
  async newIdentity(options: NewIdentityOptions = {}): Promise<NewIdentity> {
    const { control } = this.#options;
    if (control === undefined) {
      throw new TorError("Cannot ask a Tor without a control port for a new identity");
    }
    try {
      return await newIdentity(control, options);
    } finally {
      await this.#forgetConnections();
    }
  }

  /**
   * Ends every `fetch` and the connections of every agent, and refuses what comes after. Streams belong to
   * those who opened them.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#dialer.close();
    await Promise.all([...this.#clients.values(), this.#agents].map((held) => held.close()));
  }

  /**
   * What is open still has the circuits of the old identity. What waits for a circuit may get a new one,
   * which the new identity must not share, and neither what an old request is redirected to.
   */
  async #forgetConnections(): Promise<void> {
    this.#dialer.renew();
    this.#agents.forget();
    await Promise.all(
      [...this.#clients].map(([allowPrivate, client]) =>
        client.forgetConnections(this.#dial(allowPrivate))
      ),
    );
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

  /** Dials as long as it is used for the identity that there is now. */
  #dial(allowPrivate: boolean): HttpDialer {
    const { session } = this.#dialer;
    return ({ hostname, port, isolation, signal }) =>
      this.#dialer.dial({ hostname, port }, { isolation, session, allowPrivate, signal });
  }
}
