import type { Password } from "../control/auth/authenticate.ts";
import type { OnionServiceKey } from "../onion/onion_service_key.ts";
import { detectRuntime } from "../runtime/mod.ts";
import type { Runtime, SocketAddress } from "../runtime/types.ts";
import { connect } from "./connect.ts";
import { getGlobalTor } from "./get_global_tor.ts";
import { listenOnion } from "./listen_onion.ts";
import type { OnionListener, OnionListenOptions } from "./onion_listener.ts";
import type { Tor } from "./tor.ts";

/** What an endpoint string says. */
export interface TorServerTarget {
  /** The port at the onion address, 1 to 65535. */
  readonly port: number;
  /** The port of 127.0.0.1, 0 for any free one; `undefined` for a Unix socket, where Tor can use it. */
  readonly localPort: number | undefined;
  /** The control port of the Tor; `undefined` for the one of a `Tor`. */
  readonly control: SocketAddress | undefined;
  /** The directory of the service; `undefined` for one that Tor has in memory. */
  readonly hiddenServiceDir: string | undefined;
  /** The key. */
  readonly privateKey: OnionServiceKey | undefined;
  /** The file that has the key, or will. */
  readonly privateKeyFile: string | undefined;
  /** Whether the service is not to be anonymous. */
  readonly singleHop: boolean;
}

/** What an endpoint listens with. */
export interface TorServerEndpointOptions {
  /** The Tor to use where the text names no control port; default that of `getGlobalTor`. */
  tor?: Tor | undefined;
  /** The password of the control port that the text names, as that of `connect`. */
  password?: Password | undefined;
  /** The adapter to the platform; default that of the runtime that this runs on. */
  runtime?: Runtime | undefined;
}

/** How an endpoint listens, besides what its text says. */
export type TorServerListenOptions = Omit<
  OnionListenOptions,
  "port" | "localPort" | "directory" | "privateKey" | "privateKeyFile" | "nonAnonymous"
>;

/**
 * A port of an onion service that can be listened on. Get one from {@linkcode serverFromString}.
 *
 * @example Listen by a Tor that is joined already, for one client
 * ```ts
 * import { connect, serverFromString } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 *
 * const endpoint = serverFromString("onion:80:localPort=0", { tor });
 * await using listener = await endpoint.listen({
 *   clients: { alice: "generate" },
 *   awaitUploads: "none",
 * });
 * assert.equal(listener.service.clients?.size, 1);
 * ```
 */
export class TorServerEndpoint {
  /** The port at the onion address. */
  readonly port: number;
  /** The port of 127.0.0.1; `undefined` where the text names none. */
  readonly localPort: number | undefined;
  /** The control port of the Tor; `undefined` where the text names none. */
  readonly control: SocketAddress | undefined;
  /** The directory of the service; `undefined` where the text names none. */
  readonly hiddenServiceDir: string | undefined;
  /** The file that has the key, or will; `undefined` where the text names none. */
  readonly privateKeyFile: string | undefined;
  /** Whether the service is not to be anonymous. */
  readonly singleHop: boolean;
  /** Kept from whoever inspects this. */
  readonly #privateKey: OnionServiceKey | undefined;
  readonly #options: TorServerEndpointOptions;

  /** Makes an endpoint; nothing is connected to yet. */
  constructor(target: TorServerTarget, options: TorServerEndpointOptions = {}) {
    this.port = target.port;
    this.localPort = target.localPort;
    this.control = target.control;
    this.hiddenServiceDir = target.hiddenServiceDir;
    this.privateKeyFile = target.privateKeyFile;
    this.singleHop = target.singleHop;
    this.#privateKey = target.privateKey;
    this.#options = options;
  }

  /**
   * Listens, as `Tor.listenOnion` does. The connection to a control port that the text names is made for
   * the listener, and is closed with it.
   *
   * @param options As those of `Tor.listenOnion`, without what the text says.
   * @returns The listener, to be closed or disposed.
   * @throws {OnionKeyFileError} Where the file has no key, or others can read it.
   * @throws {PathNotFoundError} Where the directory of the file is missing.
   * @throws {TorError} As `connect` and `getGlobalTor` do where the Tor cannot be joined or launched, and
   * as `Tor.listenOnion` does.
   */
  async listen(options: TorServerListenOptions = {}): Promise<OnionListener> {
    const { signal } = options;
    const runtime = this.#options.runtime ?? await detectRuntime();
    const { control, port, localPort, hiddenServiceDir: directory, singleHop } = this;
    const keys = { privateKey: this.#privateKey, privateKeyFile: this.privateKeyFile };
    const all: OnionListenOptions = { ...options, port, localPort, directory, ...keys };
    if (singleHop) all.nonAnonymous = true;
    if (control === undefined) {
      const tor = this.#options.tor ?? await getGlobalTor({ signal, runtime });
      return await tor.listenOnion(all);
    }
    const { password } = this.#options;
    const tor = await connect({ control, password, runtime, signal });
    return await listenOnion(tor, { runtime, options: all, owned: tor });
  }
}
