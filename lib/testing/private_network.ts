import { TorError } from "../errors/mod.ts";
import { detectRuntime } from "../runtime/mod.ts";
import type { Runtime } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import { callSafely, reportUnhandled } from "../util/report_error.ts";
import { endOnInterrupt } from "../launch/end_on_interrupt.ts";
import type { TorrcValue } from "../launch/torrc.ts";
import { checkTime } from "../util/check_number.ts";
import { NetworkDns } from "./network_dns.ts";
import type { NetworkClient, NetworkRelay } from "./network_nodes.ts";
import type {
  AddClientOptions,
  NetworkProgress,
  PrivateNetworkOptions,
} from "./private_network_options.ts";
import { Scope } from "./scope.ts";
import { type PrivateNetworkDescription, startNetwork } from "./start_network.ts";
import { startWithin } from "./start_within.ts";
import { StartedClient } from "./started_client.ts";
import { formatTorrc } from "./torrc.ts";

/** The default of `timeout`: the start takes some ten seconds. */
const DEFAULT_TIMEOUT = 60_000;

/**
 * A private Tor network: real tor processes on the loopback interface, which cannot reach anything
 * else. By default three directory authorities, three exits and a client, in a temporary directory,
 * up in some ten seconds.
 *
 * Streams to any IPv4 address of the loopback interface are let through; IPv6 addresses can be
 * resolved, but not connected to.
 *
 * It ends, with everything that it started, when it is disposed, when its start fails, when the
 * program is interrupted, and, but for its files, when the program is killed; those the next network
 * removes. Only tests may use it: its clients have no anonymity.
 *
 * @example Resolve a name through an exit, and let another program use the network
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { PrivateNetwork } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using network = await PrivateNetwork.start({ dns: { "www.example": "127.0.0.1" } });
 * await using tor = await connect({ control: network.client.control });
 *
 * const mappings = tor.control.events("ADDRMAP");
 * await tor.control.resolve("www.example");
 * assert.equal((await mappings.next()).value.newAddress, "127.0.0.1");
 * assert.ok((await network.dns.queries()).some(({ name }) => name === "www.example"));
 *
 * // The description goes to the other program in an environment variable, for example.
 * const description = JSON.stringify(network);
 * await using attached = await PrivateNetwork.attach(description);
 * assert.equal(attached.client.control, network.client.control);
 * ```
 */
export class PrivateNetwork implements AsyncDisposable {
  /** The stub DNS server that the exits ask. */
  readonly dns: NetworkDns;
  readonly #description: PrivateNetworkDescription;
  readonly #runtime: Runtime;
  readonly #scope: Scope;
  #added = 0;

  private constructor(
    description: PrivateNetworkDescription,
    { runtime, scope }: { runtime: Runtime; scope: Scope },
  ) {
    this.#description = description;
    this.#runtime = runtime;
    this.#scope = scope;
    const owner = parseAddress(description.owner);
    this.dns = new NetworkDns(runtime, { address: description.dns, owner });
  }

  /**
   * Starts a network and resolves when every tor in it can build circuits. It needs the programs
   * `tor` and `tor-gencert`.
   *
   * @param options How large it is, what it knows, and how long it may take; every option has a default.
   * @returns The network, to be disposed.
   * @throws {TorStartError} Where a tor ends or is not ready in time; it tells the end of its log.
   * @throws {TorNotFoundError} Where there is no `tor`.
   * @throws {ExecutableNotFoundError} Where there is no `tor-gencert`.
   * @throws {TimeoutError} Where there is no consensus in time.
   * @throws {RangeError} Where a count or the time makes no sense.
   */
  static async start(options: PrivateNetworkOptions = {}): Promise<PrivateNetwork> {
    const { timeout = DEFAULT_TIMEOUT, onProgress, onError = reportUnhandled } = options;
    checkTime("timeout", timeout);
    const runtime = options.runtime ?? await detectRuntime();
    const begin = performance.now();
    let last: NetworkProgress | undefined;
    const report = (progress: Omit<NetworkProgress, "elapsed">) => {
      last = { ...progress, elapsed: Math.round(performance.now() - begin) };
      if (onProgress !== undefined) callSafely(onProgress, last, onError);
    };
    const scope = new Scope();
    const watch = endOnInterrupt(runtime, (reason) => scope.end(reason));
    scope.defer(watch.stop);
    try {
      const description = await startWithin(
        (signal) => startNetwork(options, { runtime, scope, signal, report }),
        {
          signals: [options.signal, scope.signal],
          timeout,
          message: () => `The private network was not ready (${last?.phase ?? "keys"})`,
        },
      );
      return new PrivateNetwork(description, { runtime, scope });
    } catch (error) {
      await scope.end(error);
      await watch.whenOver();
      throw error;
    }
  }

  /**
   * Uses a network that another program has started. What is added to it here ends with this object;
   * the network does not.
   *
   * @param description What that program's network is as JSON, as text or parsed.
   * @param options The adapter to the platform, by default that of this runtime.
   * @returns The network, to be disposed.
   * @throws {TorError} Where that program, and so its network, has ended.
   * @throws {SyntaxError} Where the text is no JSON.
   */
  static async attach(
    description: string | PrivateNetworkDescription,
    options: { runtime?: Runtime | undefined } = {},
  ): Promise<PrivateNetwork> {
    const parsed: PrivateNetworkDescription = typeof description === "string"
      ? JSON.parse(description)
      : description;
    const runtime = options.runtime ?? await detectRuntime();
    const scope = new Scope();
    const network = new PrivateNetwork(parsed, { runtime, scope });
    try {
      await network.dns.queries();
    } catch (cause) {
      const message = "Cannot attach to the private network: the program that started it has ended";
      throw new TorError(message, { cause });
    }
    scope.defer(endOnInterrupt(runtime, (reason) => scope.end(reason)).stop);
    return network;
  }

  /** The temporary directory of the authorities and exits. */
  get directory(): string {
    return this.#description.directory;
  }

  /** The directory authorities. They are relays too, though no exits. */
  get authorities(): readonly NetworkRelay[] {
    return this.#description.authorities;
  }

  /** The exits. */
  get relays(): readonly NetworkRelay[] {
    return this.#description.relays;
  }

  /** The clients that the network was started with. */
  get clients(): readonly NetworkClient[] {
    return this.#description.clients;
  }

  /**
   * The first client.
   *
   * @throws {TorError} Where the network was started without clients.
   */
  get client(): NetworkClient {
    const [client] = this.clients;
    if (client === undefined) throw new TorError("The network was started without clients");
    return client;
  }

  /** What a tor of the user's own is told, by option, to be a client of the network. */
  get clientOptions(): Readonly<Record<string, TorrcValue>> {
    return this.#description.clientOptions;
  }

  /** The same as the text of a torrc. */
  get clientTorrc(): string {
    return formatTorrc(this.clientOptions);
  }

  /**
   * Starts one more client and resolves when it can build circuits, after some two seconds. It ends
   * when it is disposed, and with this object.
   *
   * @param options Its name and further lines of its torrc.
   * @returns The client.
   * @throws {TorStartError} Where it ends before that; it tells the end of its log.
   * @throws {TimeoutError} Where it is not ready in time.
   */
  async addClient(options: AddClientOptions = {}): Promise<StartedClient> {
    const { torrc = "", onProgress, timeout = DEFAULT_TIMEOUT } = options;
    checkTime("timeout", timeout);
    const nickname = options.nickname ?? `client${this.clients.length + ++this.#added}`;
    const setup = {
      nickname,
      torrc: [this.clientOptions, torrc],
      torBinary: this.#description.torBinary,
      onProgress,
    };
    return await startWithin(
      (signal) => this.#scope.own(StartedClient.start(this.#runtime, { ...setup, signal })),
      {
        signals: [options.signal, this.#scope.signal],
        timeout,
        message: () => `The client ${nickname} was not ready`,
      },
    );
  }

  /** What another program needs to {@linkcode attach} to the network. */
  toJSON(): PrivateNetworkDescription {
    return this.#description;
  }

  /** Ends what this object has started. Harmless when repeated. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.end();
  }
}
