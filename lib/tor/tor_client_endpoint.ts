import { detectRuntime } from "../runtime/mod.ts";
import type { Conn, Runtime, SocketAddress } from "../runtime/types.ts";
import { type ConnectionDefaults, TorConnections } from "./connections.ts";
import { getGlobalTor } from "./get_global_tor.ts";
import type { StreamViaOptions } from "./stream_via.ts";
import type { Tor } from "./tor.ts";

/** What an endpoint string says. */
export interface TorClientTarget {
  /** The name or the IP address of the host. */
  readonly host: string;
  /** The port, 1 to 65535. */
  readonly port: number;
  /** The SOCKS port; `undefined` for the one of a `Tor`. */
  readonly socks: SocketAddress | undefined;
  /** The SOCKS username; `undefined` for an isolation of the endpoint's own. */
  readonly username: string | undefined;
  /** The SOCKS password that goes with the username. */
  readonly password: string | undefined;
  /** Whether TLS is begun. */
  readonly tls: boolean;
}

/** What an endpoint connects with. */
export interface TorClientEndpointOptions extends ConnectionDefaults {
  /** The Tor to connect through where the text names no SOCKS port; default that of `getGlobalTor`. */
  tor?: Tor | undefined;
  /** The adapter to the platform; default that of the runtime that this runs on. */
  runtime?: Runtime | undefined;
}

/**
 * A host and a port that can be connected to through Tor. Get one from {@linkcode clientFromString}.
 *
 * @example Connect by what a configuration says, through a Tor that is there already
 * ```ts
 * import { clientFromString, connect, type TorClientEndpoint } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * const endpoint: TorClientEndpoint = clientFromString("tor:192.168.0.1:80", { tor });
 * assert.equal(endpoint.host, "192.168.0.1");
 * await assert.rejects(endpoint.connect(), TypeError); // private, and not allowed
 * ```
 */
export class TorClientEndpoint {
  /** The name or the IP address of the host. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** Whether TLS is begun. */
  readonly tls: boolean;
  /** The SOCKS port that the text names; `undefined` where it names none. */
  readonly socks: SocketAddress | undefined;
  readonly #credentials: Pick<TorClientTarget, "username" | "password">;
  readonly #options: TorClientEndpointOptions;
  #connections: TorConnections | undefined;

  /** Makes an endpoint; nothing is connected to yet. */
  constructor(target: TorClientTarget, options: TorClientEndpointOptions = {}) {
    const { host, port, tls, socks, username, password } = target;
    this.host = host;
    this.port = port;
    this.tls = tls;
    this.socks = socks;
    this.#credentials = { username, password };
    this.#options = options;
  }

  /**
   * Connects. It fails as `Tor.streamVia` does, and as `getGlobalTor` where a Tor must be launched.
   *
   * @param options As those of `Tor.streamVia`; what the text says is their default.
   * @returns The connection, which belongs to the caller.
   */
  async connect(options: StreamViaOptions = {}): Promise<Conn> {
    const { allowPrivate, caCertificates } = this.#options;
    const { tls = this.tls } = options;
    const isOwn = options.isolation !== undefined;
    const merged: StreamViaOptions = {
      allowPrivate,
      ...(isOwn ? {} : this.#credentials),
      ...options,
      tls: tls === false ? false : { caCertificates, ...(tls === true ? {} : tls) },
    };
    const { socks } = this;
    if (socks !== undefined) {
      const runtime = this.#options.runtime ?? await detectRuntime();
      this.#connections ??= new TorConnections({ runtime, socks });
      return await this.#connections.streamVia(this.host, this.port, merged);
    }
    const { signal } = options;
    const tor = this.#options.tor ??
      await getGlobalTor({ signal, runtime: this.#options.runtime });
    return await tor.streamVia(this.host, this.port, merged);
  }
}
