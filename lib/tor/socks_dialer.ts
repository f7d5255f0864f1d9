import type { ControlConnection } from "../control/connection.ts";
import {
  ConnectionRefusedError,
  DisconnectedError,
  PathNotFoundError,
  TorError,
} from "../errors/mod.ts";
import type { AbortOptions, Conn, Runtime, SocketAddress, TcpAddress } from "../runtime/types.ts";
import type { SocksOptions } from "../socks/negotiate.ts";
import { socksConnect } from "../socks/socks_connect.ts";
import { parseSocksHost } from "../socks/socks_host.ts";
import { socksResolve, socksResolvePtr } from "../socks/socks_resolve.ts";
import type { StreamBinder } from "../state/circuit_connections.ts";
import { abortable } from "../util/abort.ts";
import { encodeHex } from "../util/hex.ts";
import { isolationToken } from "./isolation_token.ts";
import { isPrivateHost } from "./private_host.ts";
import { findSocksPort } from "./socks_port.ts";

/** Where a {@linkcode SocksDialer} finds Tor. */
export interface SocksDialerOptions {
  /** The platform's sockets. */
  runtime: Runtime;
  /** Asks Tor for its SOCKS port; `undefined` of a Tor without a controller. */
  control?: ControlConnection | undefined;
  /** The SOCKS port to use, rather than the first that Tor has. */
  socks?: SocketAddress | undefined;
  /** Has every stream go by one circuit. Isolation means nothing then: a stream shares that circuit alone. */
  binder?: StreamBinder | undefined;
}

/** How Tor is asked. */
export interface SocksAskOptions extends AbortOptions {
  /**
   * Streams with the same text may share a circuit; `undefined` to share one with anybody who says
   * nothing either.
   */
  isolation?: string | undefined;
  /** The {@linkcode SocksDialer.session} to which the isolation belongs; default the present one. */
  session?: string | undefined;
  /** The SOCKS username, in place of an isolation. */
  username?: string | undefined;
  /** The SOCKS password, together with the username. */
  password?: string | undefined;
  /** Allow hosts that are private addresses; default `false`. */
  allowPrivate?: boolean | undefined;
  /** The time in milliseconds until Tor's reply; see {@linkcode SocksOptions.timeout}. */
  timeout?: number | undefined;
}

/**
 * Opens connections through a Tor's SOCKS port, and nothing else: what it is asked for goes through
 * Tor or fails. Names go to Tor as they are.
 */
export class SocksDialer {
  readonly #options: SocksDialerOptions;
  #session: string = makeSession();
  #port: Promise<SocketAddress> | undefined;
  #closed = false;

  /** Makes a dialer for one Tor. */
  constructor(options: SocksDialerOptions) {
    this.#options = options;
  }

  /** Stands before every isolation: what is isolated alike shares circuits only within a session. */
  get session(): string {
    return this.#session;
  }

  /** Begins another session. What waits for a circuit by now belongs to the one before. */
  renew(): void {
    this.#session = makeSession();
  }

  /**
   * Connects to a host through Tor.
   *
   * @throws {SocksError} Of the class that tells why Tor did not connect.
   * @throws {TypeError} Where the host is private and that is not allowed, or is no host at all.
   */
  async dial(target: TcpAddress, options: SocksAskOptions = {}): Promise<Conn> {
    checkHost(target.hostname, options);
    const { binder } = this.#options;
    if (binder === undefined) {
      return await this.#ask(options, (conn, socks) => socksConnect(conn, target, socks));
    }
    checkExitHost(target.hostname);
    const { signal: outer, timeout } = options;
    return await binder.bind(async (isolation, signal) => {
      const socks = { isolation, signal, ...(timeout === undefined ? {} : { timeout }) };
      return await socksConnect(await this.#open(signal), target, socks);
    }, { signal: outer });
  }

  /** Resolves a name through Tor to one address; see {@linkcode socksResolve}. */
  async resolve(host: string, options: SocksAskOptions = {}): Promise<string> {
    return await this.#ask(options, (conn, socks) => socksResolve(conn, host, socks));
  }

  /** Finds an address's name through Tor; see {@linkcode socksResolvePtr}. */
  async resolvePtr(address: string, options: SocksAskOptions = {}): Promise<string> {
    checkHost(address, options);
    return await this.#ask(options, (conn, socks) => socksResolvePtr(conn, address, socks));
  }

  /** The SOCKS port in use: the one that was asked for, else found in Tor, and added where it has none. */
  async address({ signal }: AbortOptions = {}): Promise<SocketAddress> {
    if (this.#closed) {
      throw new DisconnectedError("Cannot connect through Tor: the Tor object was closed");
    }
    const { socks, control } = this.#options;
    if (socks !== undefined) return socks;
    if (control === undefined) {
      throw new TorError("Cannot find a SOCKS port of a Tor without a controller: name it (socks)");
    }
    // Several may wait for it: none of them may give up for the others.
    const port = this.#port ??= findSocksPort(control);
    port.catch(() => this.#forget(port));
    return await abortable(port, signal);
  }

  /** Refuses whatever comes after this. Connections that are open stay open. */
  close(): void {
    this.#closed = true;
  }

  async #ask<T>(
    options: SocksAskOptions,
    ask: (conn: Conn, socks: SocksOptions) => Promise<T>,
  ): Promise<T> {
    const { isolation, session = this.#session, username, password, signal, timeout } = options;
    if (this.#options.binder !== undefined) {
      throw new TypeError(
        "Cannot resolve names by a circuit of one's choice: Tor would choose one",
      );
    }
    const socks: SocksOptions = {
      signal,
      username,
      password,
      isolation: isolation === undefined ? undefined : await isolationToken(session, isolation),
      ...(timeout === undefined ? {} : { timeout }),
    };
    return await ask(await this.#open(signal), socks);
  }

  async #open(signal: AbortSignal | undefined): Promise<Conn> {
    const { runtime, socks } = this.#options;
    const address = await this.address({ signal });
    const port = this.#port;
    try {
      return await runtime.connect(address, { signal });
    } catch (error) {
      const isGone = error instanceof ConnectionRefusedError || error instanceof PathNotFoundError;
      if (!isGone || socks !== undefined) throw error;
      // The configuration may have changed: Tor knows where it listens now.
      this.#forget(port);
      return await runtime.connect(await this.address({ signal }), { signal });
    }
  }

  #forget(port: Promise<SocketAddress> | undefined): void {
    if (this.#port === port) this.#port = undefined;
  }
}

function makeSession(): string {
  return encodeHex(crypto.getRandomValues(new Uint8Array(8)));
}

/** Refuses what is private in any of its spellings, before Tor hears of it. */
function checkHost(host: string, { allowPrivate = false }: SocksAskOptions): void {
  const { text } = parseSocksHost(host);
  if (allowPrivate || !isPrivateHost(text)) return;
  throw new TypeError(
    `Cannot ask for the private address ${text} over Tor, where it means another host ` +
      "(option allowPrivate)",
  );
}

/** Tor itself chooses the circuits to onion services. */
function checkExitHost(host: string): void {
  if (!/\.onion\.?$/i.test(host)) return;
  throw new TypeError(
    "Cannot reach an onion service by a circuit of one's choice: Tor makes its own",
  );
}
