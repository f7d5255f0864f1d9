import type { TorConfig } from "../config/tor_config.ts";
import type { OnionClientAuthResult } from "../control/commands/onion_commands.ts";
import type { OnionClientCredential } from "../control/commands/onion_secrets.ts";
import type { ControlConnection } from "../control/connection.ts";
import { createFilesystemService } from "../onion/create_filesystem_service.ts";
import {
  EphemeralOnionService,
  type OnionServiceOptions,
} from "../onion/ephemeral_onion_service.ts";
import {
  FilesystemOnionService,
  type FilesystemOnionServiceContext,
  type FilesystemOnionServiceOptions,
} from "../onion/filesystem_onion_service.ts";
import { HiddenServices } from "../onion/hidden_services.ts";
import { OnionAddress } from "../onion/onion_address.ts";
import {
  OnionAuthentication,
  type OnionAuthenticationOptions,
} from "../onion/onion_authentication.ts";
import { OnionClientKey } from "../onion/onion_client_key.ts";
import type { OnionService } from "../onion/onion_service.ts";
import { servicesInMemory } from "../onion/services_in_memory.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { TorConnections, type TorConnectionsOptions } from "./connections.ts";

/** A kind of onion service: of this connection, of no connection, or of a directory. */
export type OnionServiceKind = "ephemeral" | "detached" | "filesystem";

/** Which services {@linkcode TorOnions.onionServices} reads. */
export interface OnionServicesOptions extends AbortOptions {
  /** The kinds that are wanted; default all. */
  kinds?: readonly OnionServiceKind[] | undefined;
}

/**
 * The onion services of one Tor, and the keys with which it visits those that want authorization: what a
 * `Tor` can do of both.
 *
 * @example A Tor that was just started has no services
 * ```ts
 * import { connect, TorOnions } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * assert.ok(tor instanceof TorOnions);
 * assert.deepEqual(await tor.onionServices(), []);
 * ```
 */
export abstract class TorOnions extends TorConnections {
  readonly #options: TorConnectionsOptions;
  /** What was created or read here, by the address without `.onion`. */
  readonly #known = new Map<string, OnionService>();
  #hiddenServices: HiddenServices | undefined;

  /** Opens nothing yet. */
  constructor(options: TorConnectionsOptions) {
    super(options);
    this.#options = options;
  }

  /** The control connection. */
  abstract get control(): ControlConnection;

  /**
   * Creates an onion service that Tor has in memory alone (ADD_ONION, control-spec, section 3.27), and
   * resolves when it is published: see {@linkcode PublishOptions.awaitUploads}. It ends with this
   * connection, unless it is detached. Where it fails or is aborted, nothing of it stays in Tor.
   *
   * @param options The ports, and what else it shall be like.
   * @returns The service, to be disposed or removed.
   * @throws {OnionPublishError} Where every directory failed, or none has its descriptor in time.
   * @throws {OnionKeyFileError} Where others can read the key's file, or it has no key.
   * @throws {TypeError} Where a port, a target, the key or a client's key is none, or a target is on
   * another machine and that is not allowed.
   * @throws {RangeError} Where a number is out of range, or a client's key has not 32 bytes.
   * @throws {ControlReplyError} Where Tor refuses; `UnspecifiedTorError` where it has the key already.
   * @throws {DisconnectedError} Where the connection is lost before it is published.
   *
   * @example Offer a local web server
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * const id = "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd";
   * const directory = "$9695DFC35FFEB861329B9F1AB04C46397020CE31~moria1";
   * port.always(/^SETEVENTS/).reply("250 OK");
   * port.expect("ADD_ONION NEW:ED25519-V3 Flags=DiscardPK Port=80,127.0.0.1:8080").reply(
   *   `250-ServiceID=${id}`,
   *   "250 OK",
   *   `650 HS_DESC UPLOAD ${id} UNKNOWN ${directory} abc HSDIR_INDEX=00`,
   *   `650 HS_DESC UPLOADED ${id} UNKNOWN ${directory}`,
   * );
   * port.expect(`DEL_ONION ${id}`).reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await using service = await tor.createOnionService({
   *   ports: "80 8080",
   *   discardKey: true,
   *   onProgress: ({ percent, summary }) => console.log(`${percent} % ${summary}`),
   * });
   * assert.equal(service.hostname, `${id}.onion`);
   * ```
   */
  async createOnionService(options: OnionServiceOptions): Promise<EphemeralOnionService> {
    return this.#know(await EphemeralOnionService.create(options, this.#context));
  }

  /**
   * Creates an onion service that keeps its keys in a directory and is in Tor's configuration, and
   * resolves when it is published: see {@linkcode PublishOptions.awaitUploads}. A key that is in the
   * directory is used, else Tor makes one. Where it fails or is aborted, nothing of it stays in the
   * configuration or on disk.
   *
   * The service is not in Tor's torrc, unless `config.saveToDisk()` writes it there: until then Tor
   * forgets it when it ends and on SIGHUP.
   *
   * @param directory The directory, by its absolute path. One that is missing is made, of mode 0700. Tor
   * must run as the same user.
   * @param options The ports, and what else it shall be like.
   * @returns The service, to be disposed or removed.
   * @throws {OnionKeyFileError} Where others can read the directory, another service has it or its key,
   * a key or a client's file in it is damaged, or it lets in clients that are not among `clients`.
   * @throws {OnionPublishError} Where every directory failed, or none has its descriptor in time.
   * @throws {TypeError} Where a port, a target or a client's key is none, a target is on another machine
   * and that is not allowed, or the path is not absolute.
   * @throws {RangeError} Where a number is out of range, or a client's key has not 32 bytes.
   * @throws {ControlReplyError} Where Tor refuses.
   * @throws {DisconnectedError} Where the connection is lost before it is published.
   *
   * @example Create a service in a directory, of a Tor that stays off the network
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   *
   * await using service = await tor.createFilesystemOnionService(`${lone.dataDirectory}/site`, {
   *   ports: "80 8080",
   *   clients: { alice: "generate" },
   *   awaitUploads: "none",
   * });
   * assert.match(service.hostname, /^[a-z2-7]{56}\.onion$/);
   * const forAlice = service.clients?.get("alice")?.key?.toBase32(); // a secret of hers
   * assert.equal(forAlice?.length, 52);
   * ```
   */
  async createFilesystemOnionService(
    directory: string,
    options: FilesystemOnionServiceOptions,
  ): Promise<FilesystemOnionService> {
    const context = this.#context;
    return this.#know(await createFilesystemService(directory, { options, context }));
  }

  /**
   * Reads which onion services Tor has: those of this connection and those of no connection (GETINFO
   * onions/current and onions/detached), and those in its configuration. A service that was created here
   * is the same object; of others Tor does not tell the ports, the clients and the key, unless they have
   * a directory.
   *
   * @param options The kinds that are wanted, and a `signal` to give up with.
   * @returns The services.
   * @throws {OnionKeyFileError} Where the directory of a service cannot be used.
   * @throws {PermissionError} Where it may not be read, as that of a Tor of another user.
   * @throws {ControlReplyError} Where a filter in front of Tor refuses.
   *
   * @example Remove what another program has left
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * const id = "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd";
   * port.expect("GETINFO onions/detached").reply(`250-onions/detached=${id}`, "250 OK");
   * port.expect(`DEL_ONION ${id}`).reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const services = await tor.onionServices({ kinds: ["detached"] });
   * for (const service of services) await service.remove();
   * assert.deepEqual(services.map(({ hostname }) => hostname), [`${id}.onion`]);
   * ```
   */
  async onionServices(
    { kinds = ["ephemeral", "detached", "filesystem"], signal }: OnionServicesOptions = {},
  ): Promise<OnionService[]> {
    const context = this.#context;
    const services: OnionService[] = [];
    for (const kind of ["ephemeral", "detached"] as const) {
      if (!kinds.includes(kind)) continue;
      const isDetached = kind === "detached";
      for (const address of await servicesInMemory(this.control, { isDetached, signal })) {
        const facts = { address, ports: undefined, clients: undefined, privateKey: undefined };
        services.push(
          this.#living(address) ??
            this.#know(new EphemeralOnionService({ ...facts, isDetached }, context)),
        );
      }
    }
    if (!kinds.includes("filesystem")) return services;
    for (const record of await context.services.read({ signal })) {
      const read = await FilesystemOnionService.read(record, context, { signal });
      services.push(this.#living(read.address) ?? this.#know(read));
    }
    return services;
  }

  /**
   * Gives Tor the key with which to visit an onion service that wants authorization
   * (ONION_CLIENT_AUTH_ADD, control-spec, section 3.30), in place of one that it may have.
   *
   * @param address The service's address.
   * @param privateKey The client's key, as an object, or as {@linkcode OnionClientKey.parse} reads it.
   * @param options The key's nickname, whether Tor stores it, and a `signal` to give up with.
   * @returns What came of it: `"decrypted"` where Tor had waited for the key.
   * @throws {TypeError} Where the address or the key is none. The key is not in the message.
   * @throws {RangeError} Where the key has not 32 bytes, or the nickname more than 16.
   * @throws {InvalidConfigurationValueError} Where it shall be stored, and Tor has no
   * `ClientOnionAuthDir`.
   *
   * @example Add a key, and take it back
   * ```ts
   * import { connect, OnionClientKey } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   *
   * const address = "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd.onion";
   * const key = OnionClientKey.generate();
   * assert.equal(await tor.addOnionAuthentication(address, key, { nickname: "bob" }), "added");
   * const [known] = await tor.listOnionAuthentications();
   * assert.equal(known?.clientName, "bob");
   * assert.equal(await tor.removeOnionAuthentication(address), true);
   * ```
   */
  async addOnionAuthentication(
    address: string | OnionAddress,
    privateKey: string | OnionClientKey,
    { nickname, permanent, signal }: OnionAuthenticationOptions = {},
  ): Promise<OnionClientAuthResult> {
    const { serviceId } = addressOf(address);
    const options = { clientName: nickname, permanent, signal };
    return await this.control.onionClientAuthAdd(serviceId, keyOf(privateKey).toControl(), options);
  }

  /**
   * Has Tor forget the key for an onion service (ONION_CLIENT_AUTH_REMOVE, control-spec, section 3.31);
   * one that it has stored as well.
   *
   * @param address The service's address.
   * @param options A `signal` to give up with.
   * @returns Whether there was one.
   * @throws {TypeError} Where the address is none.
   */
  async removeOnionAuthentication(
    address: string | OnionAddress,
    options: AbortOptions = {},
  ): Promise<boolean> {
    return await this.control.onionClientAuthRemove(addressOf(address).serviceId, options);
  }

  /**
   * Lists the keys that Tor has for onion services that want authorization (ONION_CLIENT_AUTH_VIEW,
   * control-spec, section 3.32).
   *
   * @param options A `signal` to give up with.
   * @returns The keys; no log and no inspection shows what is secret of them.
   */
  async listOnionAuthentications(options: AbortOptions = {}): Promise<OnionClientCredential[]> {
    return await this.control.onionClientAuthView(undefined, options);
  }

  /**
   * Gives Tor a key as {@linkcode addOnionAuthentication} does, for as long as the object that is
   * returned is not disposed: then Tor forgets it, or has the one again that it had before.
   *
   * @param address The service's address.
   * @param privateKey The client's key, as an object, or as {@linkcode OnionClientKey.parse} reads it.
   * @param options The key's nickname, whether Tor stores it, and a `signal` to give up with.
   * @returns What takes it back when it is disposed.
   * @throws {TypeError} Where the address or the key is none. The key is not in the message.
   * @throws {RangeError} Where the key has not 32 bytes, or the nickname more than 16.
   */
  async onionAuthentication(
    address: string | OnionAddress,
    privateKey: string | OnionClientKey,
    options: OnionAuthenticationOptions = {},
  ): Promise<OnionAuthentication> {
    return await OnionAuthentication.add(this.control, {
      ...options,
      address: addressOf(address),
      key: keyOf(privateKey),
    });
  }

  /** The configuration, where it was read. */
  protected abstract get knownConfig(): TorConfig | undefined;

  get #context(): FilesystemOnionServiceContext {
    const { control } = this;
    const isUnsaved = () => this.knownConfig?.unsaved.has("HiddenServiceOptions") ?? false;
    return {
      control,
      runtime: this.#options.runtime,
      services: this.#hiddenServices ??= new HiddenServices(control, { isUnsaved }),
      dialer: ({ hostname, port }, { signal }) =>
        this.streamVia(hostname, port, { isolation: "per-request", signal, timeout: Infinity }),
    };
  }

  #know<Service extends OnionService>(service: Service): Service {
    for (const [id, { isRemoved }] of this.#known) if (isRemoved) this.#known.delete(id);
    this.#known.set(service.address.serviceId, service);
    return service;
  }

  #living(address: OnionAddress): OnionService | undefined {
    const known = this.#known.get(address.serviceId);
    return known?.isRemoved === false ? known : undefined;
  }
}

function addressOf(address: string | OnionAddress): OnionAddress {
  return typeof address === "string" ? OnionAddress.parse(address) : address;
}

function keyOf(key: string | OnionClientKey): OnionClientKey {
  return typeof key === "string" ? OnionClientKey.parse(key) : key;
}
