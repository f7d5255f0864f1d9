import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import { abortable } from "../util/abort.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import {
  checkReachable,
  type CheckReachableOptions,
  type OnionDialer,
  type OnionReachability,
} from "./check_reachable.ts";
import type { OnionAddress } from "./onion_address.ts";
import type { OnionClient } from "./onion_client.ts";
import type { OnionClientPublicKey } from "./onion_client_public_key.ts";
import type { OnionPortTarget } from "./onion_ports.ts";
import type { OnionServiceKey } from "./onion_service_key.ts";
import type { PublishOptions } from "./publication.ts";

/** What every onion service is made with. */
export interface OnionServiceContext {
  /** The connection to the Tor that has the service. */
  readonly control: ControlConnection;
  /** Connects through that Tor, for {@linkcode OnionService.checkReachable}. */
  readonly dialer: OnionDialer;
  /** The platform's files. */
  readonly runtime: Runtime;
}

/** What is known of a service. */
export interface OnionServiceFacts {
  /** The address. */
  readonly address: OnionAddress;
  /** The ports; `undefined` where Tor does not tell them. */
  readonly ports: readonly OnionPortTarget[] | undefined;
  /** The clients; empty where everyone is let in, `undefined` where Tor does not tell them. */
  readonly clients: ReadonlyMap<string, OnionClient> | undefined;
  /** The key, where it is known. */
  readonly privateKey: OnionServiceKey | undefined;
}

/** How a client is removed. */
export interface RemoveClientOptions extends PublishOptions {
  /** Allow to remove the last one, whereupon the service lets everyone in; default `false`. */
  openToEveryone?: boolean | undefined;
}

/**
 * An onion service of a Tor that is connected: an {@linkcode EphemeralOnionService}, which only Tor's
 * memory has, or a {@linkcode FilesystemOnionService}, whose keys are in a directory.
 *
 * @example Tell of each service that Tor has
 * ```ts
 * import { connect, FilesystemOnionService } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * await using created = await tor.createOnionService({ ports: 80, awaitUploads: "none" });
 *
 * for (const service of await tor.onionServices()) {
 *   assert.ok(!(service instanceof FilesystemOnionService));
 *   assert.equal(service.hostname, created.hostname);
 *   // await service.checkReachable();
 * }
 * ```
 */
export abstract class OnionService implements AsyncDisposable {
  /** The address. */
  readonly address: OnionAddress;
  /** The ports, and where their connections go; `undefined` where Tor does not tell. */
  readonly ports: readonly OnionPortTarget[] | undefined;
  readonly #context: OnionServiceContext;
  readonly #privateKey: OnionServiceKey | undefined;
  readonly #removed: Deferred<void> = deferred();
  #clients: ReadonlyMap<string, OnionClient> | undefined;
  #removing: Promise<void> | undefined;
  #isRemoved = false;

  /** Holds what is known of a service that Tor has. */
  constructor(facts: OnionServiceFacts, context: OnionServiceContext) {
    this.address = facts.address;
    this.ports = facts.ports;
    this.#privateKey = facts.privateKey;
    this.#clients = facts.clients;
    this.#context = context;
    this.#removed.promise.catch(() => {});
  }

  /** The address as a host name, with `.onion`. */
  get hostname(): string {
    return this.address.hostname;
  }

  /**
   * The service's key, where it is known: whoever has it is the service. No log and no inspection shows
   * it.
   */
  get privateKey(): OnionServiceKey | undefined {
    return this.#privateKey;
  }

  /**
   * The clients that are let in, by their names; empty where everyone is, `undefined` where Tor does not
   * tell.
   */
  get clients(): ReadonlyMap<string, OnionClient> | undefined {
    return this.#clients;
  }

  /** Whether it is known that Tor has the service no more. */
  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  /**
   * Has Tor take the service down. Connections that are open may go on. Harmless when repeated, and
   * where Tor has it no more.
   *
   * @param options A `signal` to give up the wait with.
   * @throws {ControlReplyError} Where Tor refuses.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   */
  async remove({ signal }: AbortOptions = {}): Promise<void> {
    signal?.throwIfAborted();
    if (this.#isRemoved) return;
    this.#removing ??= this.removeFromTor().then(() => this.markRemoved()).finally(() => {
      this.#removing = undefined;
    });
    await abortable(this.#removing, signal);
  }

  /**
   * Resolves when Tor has the service no more, as far as it can be known: see the class.
   *
   * @param options A `signal` to give up the wait with.
   * @throws {DisconnectedError} Where the connection is lost, so that it cannot be known any more.
   */
  async whenRemoved({ signal }: AbortOptions = {}): Promise<void> {
    if (!this.#isRemoved) this.followRemoval();
    await abortable(this.#removed.promise, signal);
  }

  /**
   * Checks that clients can reach the service: fetches its descriptor from the network (HSFETCH,
   * control-spec, section 3.26), and connects to it through Tor's own SOCKS port. Directories that do
   * not have the descriptor yet are asked again, until the time is over.
   *
   * Of a service that lets in only some clients, `clientKey` is used, else the key of a client that was
   * made here, else one that Tor has.
   *
   * @param options The `port`, a client's key, a time limit, and a `signal` to give up with.
   * @returns Which directory had the descriptor, and how long it took.
   * @throws {TimeoutError} Where the time is over; its `cause` tells what failed last.
   * @throws {SocksError} Where Tor cannot connect for another reason, such as a key that is missing or
   * a server behind the service that does not listen.
   * @throws {DisconnectedError} Where the connection to Tor is lost.
   */
  async checkReachable(options: CheckReachableOptions = {}): Promise<OnionReachability> {
    const keys = [...this.#clients?.values() ?? []].flatMap(({ key }) => key ?? []);
    return await checkReachable(this.#context, {
      port: this.ports?.[0]?.virtual,
      ...options,
      clientKey: options.clientKey ?? keys[0],
      address: this.address,
    });
  }

  /**
   * Lets one more client in. The first one shuts out everyone else.
   *
   * @param name The client's name.
   * @param key Its public key, or `"generate"` to make a pair.
   * @param options How the publication of the new descriptor is awaited; default `awaitUploads: "all"`.
   * @returns The client.
   */
  abstract addClient(
    name: string,
    key: string | OnionClientPublicKey,
    options?: PublishOptions,
  ): Promise<OnionClient>;

  /**
   * Shuts a client out.
   *
   * @param name The client's name.
   * @param options How the publication of the new descriptor is awaited; default `awaitUploads: "all"`.
   * @returns Whether there was such a client.
   */
  abstract removeClient(name: string, options?: RemoveClientOptions): Promise<boolean>;

  /** Removes the service from Tor, as far as that is the owner's wish. */
  abstract [Symbol.asyncDispose](): Promise<void>;

  /** Tells Tor to take it down. */
  protected abstract removeFromTor(): Promise<void>;

  /** Begins to watch whether Tor still has it. */
  protected abstract followRemoval(): void;

  /** Replaces the clients. */
  protected setClients(clients: ReadonlyMap<string, OnionClient>): void {
    this.#clients = clients;
  }

  /** Tells that Tor has it no more. */
  protected markRemoved(): void {
    this.#isRemoved = true;
    this.#removed.resolve();
  }

  /** Tells that it cannot be known any more whether Tor has it. */
  protected loseSight(error: Error): void {
    this.#removed.reject(error);
  }
}
