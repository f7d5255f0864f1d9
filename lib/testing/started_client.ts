import type { BootstrapPhase } from "../launch/bootstrap.ts";
import { portValue } from "../codec/port_value.ts";
import type { Torrc } from "../launch/torrc.ts";
import type { AbortOptions, ProcessStatus, Runtime } from "../runtime/types.ts";
import { encodeHex } from "../util/hex.ts";
import { hashedControlPassword } from "./hashed_control_password.ts";
import type { NetworkClient, NetworkNode } from "./network_nodes.ts";
import { OwnedTor } from "./owned_tor.ts";
import { makeTestDirectory } from "./owner_service.ts";
import { Scope } from "./scope.ts";
import { formatTorrc } from "./torrc.ts";

/** What a client is started with. */
export interface StartClientOptions extends AbortOptions {
  /** The name of the client. */
  nickname: string;
  /** The parts of its torrc that tell it its network, and those of the user's. */
  torrc: readonly Torrc[];
  /** The program; default `tor`, looked for on PATH and in the usual places. */
  torBinary?: string | undefined;
  /** Is told how far the client is on its way into the network. */
  onProgress?: ((phase: BootstrapPhase) => unknown) | undefined;
}

/**
 * A client that this program has added to a private network. It ends when it is disposed, and with
 * the network object that it was added by.
 *
 * @example A client that keeps to path-spec's rule of one relay for each /16
 * ```ts
 * import { connect, type Tor } from "@torcon/torcon";
 * import type { PrivateNetwork } from "@torcon/torcon/testing";
 *
 * export async function withStrictClient(
 *   network: PrivateNetwork,
 *   body: (tor: Tor) => Promise<void>,
 * ): Promise<void> {
 *   await using client = await network.addClient({ torrc: { EnforceDistinctSubnets: 1 } });
 *   await using tor = await connect({ control: client.control });
 *   await body(tor);
 * }
 * ```
 */
export class StartedClient implements NetworkClient, AsyncDisposable {
  readonly nickname: string;
  readonly pid: number;
  readonly control: string;
  readonly controlPort: string;
  readonly controlSocket: string | undefined;
  readonly dataDirectory: string;
  readonly socksPort: string;
  readonly socksSocket: string | undefined;
  readonly password: string;
  readonly #tor: OwnedTor;
  readonly #scope: Scope;

  private constructor(parts: {
    tor: OwnedTor;
    scope: Scope;
    socks: Pick<NetworkClient, "socksPort" | "socksSocket" | "password">;
  }) {
    const { node } = parts.tor;
    this.nickname = node.nickname;
    this.pid = node.pid;
    this.control = node.control;
    this.controlPort = node.controlPort;
    this.controlSocket = node.controlSocket;
    this.dataDirectory = node.dataDirectory;
    this.socksPort = parts.socks.socksPort;
    this.socksSocket = parts.socks.socksSocket;
    this.password = parts.socks.password;
    this.#tor = parts.tor;
    this.#scope = parts.scope;
  }

  /** Starts a client and resolves when it can build circuits. */
  static async start(runtime: Runtime, options: StartClientOptions): Promise<StartedClient> {
    const { nickname, torBinary, onProgress, signal } = options;
    const scope = new Scope();
    try {
      const { path: parent } = await scope.own(makeTestDirectory(runtime));
      const password = encodeHex(crypto.getRandomValues(new Uint8Array(16)));
      const socket = runtime.platform === "win32" ? undefined : `${parent}/${nickname}/socks`;
      const torrc = formatTorrc({
        SocksPort: ["127.0.0.1:auto", ...(socket ? [portValue({ path: socket })] : [])],
        CookieAuthentication: 1,
        HashedControlPassword: await hashedControlPassword(password),
      }, ...options.torrc);
      const tor = await scope.own(
        OwnedTor.start(runtime, { nickname, parent, torrc, torBinary, password, signal }),
      );
      await tor.whenBootstrapped({ onProgress, signal });
      const listeners = await tor.control.getInfo("net/listeners/socks", { signal });
      const socksPort = /"(127\.0\.0\.1:\d+)"/.exec(listeners)![1]!;
      const socksSocket = socket === undefined ? undefined : `unix:${socket}`;
      return new StartedClient({ tor, scope, socks: { socksPort, socksSocket, password } });
    } catch (error) {
      await scope.end();
      throw error;
    }
  }

  /** The last lines that it logged, oldest first. */
  get log(): readonly string[] {
    return this.#tor.process.log;
  }

  /** Resolves when the process has ended; never rejects. */
  get ended(): Promise<ProcessStatus> {
    return this.#tor.process.ended;
  }

  /** Sends a signal to the process, by default SIGTERM. */
  kill(signal?: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP"): void {
    this.#tor.process.kill(signal);
  }

  /** What others may know of it. */
  toJSON(): NetworkClient {
    const node: NetworkNode = this.#tor.node;
    const { socksPort, socksSocket, password } = this;
    return { ...node, socksPort, socksSocket, password };
  }

  /** Kills the process and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.end();
  }
}
