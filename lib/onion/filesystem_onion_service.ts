import type { HiddenServiceRecord } from "../config/hidden_service_record.ts";
import type { HiddenServiceValue } from "../config/hidden_service_settings.ts";
import type { AddOnionOptions } from "../control/commands/add_onion_options.ts";
import { DisconnectedError, OnionKeyFileError, PermissionError, TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { HiddenServices } from "./hidden_services.ts";
import { OnionClient, type OnionClients } from "./onion_client.ts";
import type { OnionClientPublicKey } from "./onion_client_public_key.ts";
import { type OnionPortsLike, parseOnionPorts } from "./onion_ports.ts";
import {
  OnionService,
  type OnionServiceContext,
  type OnionServiceFacts,
  type RemoveClientOptions,
} from "./onion_service.ts";
import type { OnionServiceDirectory } from "./onion_service_directory.ts";
import type { PublishOptions } from "./publication.ts";
import { publish } from "./publish.ts";
import { isSamePath, serviceDirectory } from "./service_directory.ts";

/** How a {@linkcode FilesystemOnionService} is created. */
export interface FilesystemOnionServiceOptions
  extends
    PublishOptions,
    Pick<AddOnionOptions, "maxStreams" | "maxStreamsCloseCircuit" | "powDefences"> {
  /** The ports: one, or a list. */
  ports: OnionPortsLike;
  /**
   * The clients that are let in; default those that the directory has, and where it has none everyone.
   * One that is to be generated and is there already keeps its key.
   */
  clients?: OnionClients | undefined;
  /** Let the group read the directory; default `false`. */
  groupReadable?: boolean | undefined;
  /** Allow targets on other machines; default `false`. */
  allowRemoteTarget?: boolean | undefined;
  /** Tor's other options for one service, such as `HiddenServiceNumIntroductionPoints`. */
  settings?: Readonly<Record<`HiddenService${string}`, HiddenServiceValue>> | undefined;
}

/** What a filesystem service is made with. */
export interface FilesystemOnionServiceContext extends OnionServiceContext {
  /**
   * The services of Tor's configuration.
   *
   * @internal
   */
  readonly services: HiddenServices;
}

/**
 * An onion service that keeps its keys in a directory, and is in Tor's configuration
 * (`config.hiddenServices`). Get one from {@linkcode Tor.createFilesystemOnionService}.
 *
 * Tor forgets it when it ends, and when it is told to read its torrc again (SIGHUP), unless
 * `config.saveToDisk()` has written it there. The directory always stays, so that the service can be
 * created again, with the same address.
 *
 * `whenRemoved()` resolves when the service is taken out of the configuration, by whomever. Disposal
 * takes it out.
 *
 * @example Let a client in while the service runs, of a Tor that stays off the network
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * const awaitUploads = "none";
 * const directory = `${lone.dataDirectory}/members`;
 * await using service = await tor.createFilesystemOnionService(directory, {
 *   ports: [[80, 8080]],
 *   awaitUploads,
 * });
 *
 * const bob = await service.addClient("bob", "generate", { awaitUploads });
 * assert.equal(bob.key?.toBase32().length, 52); // a secret of his
 * assert.deepEqual([...service.clients?.keys() ?? []], ["bob"]);
 * await assert.rejects(service.removeClient("bob", { awaitUploads }), /its last client/);
 * ```
 */
export class FilesystemOnionService extends OnionService {
  /** The directory with its keys and its clients. */
  readonly directory: OnionServiceDirectory;
  readonly #context: FilesystemOnionServiceContext;
  readonly #unfollow = new AbortController();
  #isFollowed = false;

  /** Holds what is known of a service that Tor has. */
  constructor(
    facts: OnionServiceFacts & { readonly directory: OnionServiceDirectory },
    context: FilesystemOnionServiceContext,
  ) {
    super(facts, context);
    this.directory = facts.directory;
    this.#context = context;
  }

  /**
   * Makes the service of what is in Tor's configuration and in the directory.
   * {@linkcode Tor.onionServices} does so for users.
   *
   * @throws {TorError} Where there is no address in the directory.
   * @internal
   */
  static async read(
    record: HiddenServiceRecord,
    context: FilesystemOnionServiceContext,
    { signal }: AbortOptions = {},
  ): Promise<FilesystemOnionService> {
    const directory = serviceDirectory(record, context.runtime);
    const address = await directory.readAddress({ signal });
    if (address === undefined) {
      throw new TorError(`Cannot read the onion service in ${directory.path}: it has no hostname`);
    }
    const privateKey = await directory.readKey({ signal }).catch((error) => {
      // A Tor of another user lets the group read the address, but not the key.
      if (error instanceof PermissionError) return undefined;
      throw error;
    });
    const clients = await readClients(directory, { signal });
    // What is in Tor's configuration was allowed there.
    const ports = parseOnionPorts(record.ports as (string | number)[], { allowRemoteTarget: true });
    return new FilesystemOnionService({ address, ports, clients, privateKey, directory }, context);
  }

  /**
   * Lets one more client in: writes its file, and has Tor read it. The first one shuts out everyone
   * else.
   *
   * @param name The client's name, which is that of its file.
   * @param key Its public key, in base32 or as an object, or `"generate"` to make a pair.
   * @param options How the publication of the new descriptor is awaited; default `awaitUploads: "all"`.
   * Where it fails, the client is taken out again.
   * @returns The client, with its private key where that was made here.
   * @throws {TypeError} Where the name cannot be a file's, or the key is none.
   * @throws {RangeError} Where the key has not 32 bytes.
   * @throws {OnionKeyFileError} Where the service has a client of that name, or the directory cannot be
   * used.
   * @throws {OnionPublishError} Where the new descriptor cannot be published.
   * @throws {ControlReplyError} Where Tor refuses.
   * @throws {DisconnectedError} Where the connection is lost before that.
   */
  override async addClient(
    name: string,
    key: string | OnionClientPublicKey,
    options: PublishOptions = {},
  ): Promise<OnionClient> {
    const client = OnionClient.create(name, key);
    const { directory } = this;
    return await publish(this.#context.control, {
      options: { awaitUploads: "all", ...options },
      work: {
        updates: this.address,
        summary: "Tor is asked to read the clients again",
        add: () =>
          this.#context.services.inTurn(async () => {
            const clients = await directory.readClients();
            if (clients.has(name)) throw this.#cannot(`it has a client ${JSON.stringify(name)}`);
            await directory.writeClient(name, client.publicKey);
            try {
              await this.#reload();
            } catch (error) {
              await directory.removeClient(name);
              throw error;
            }
            this.setClients(new Map([...this.clients ?? [], [name, client]]));
            return client;
          }),
        addressOf: () => this.address,
        undo: () =>
          this.#context.services.inTurn(async () => {
            this.setClients(without(this.clients, name));
            await directory.removeClient(name);
            await this.#reload();
          }),
      },
    });
  }

  /**
   * Shuts a client out: removes its file, and has Tor publish a descriptor that it cannot read. Until
   * Tor changes its introduction points, a client may use the descriptor that it has.
   *
   * @param name The client's name.
   * @param options How the publication is awaited; default `awaitUploads: "all"`. Where that fails, the
   * client stays out.
   * @returns Whether there was such a client.
   * @throws {OnionKeyFileError} Where it is the last one, and it was not said that the service shall
   * let everyone in; or the directory cannot be used.
   * @throws {TypeError} Where the name cannot be a file's.
   * @throws {OnionPublishError} Where the new descriptor cannot be published.
   * @throws {ControlReplyError} Where Tor refuses.
   * @throws {DisconnectedError} Where the connection is lost before that.
   */
  override async removeClient(
    name: string,
    { openToEveryone = false, ...options }: RemoveClientOptions = {},
  ): Promise<boolean> {
    const { directory } = this;
    const { services, control } = this.#context;
    const known = await directory.readClients();
    if (!known.has(name)) return false;
    return await publish(control, {
      options: { awaitUploads: "all", ...options },
      work: {
        updates: this.address,
        summary: "Tor is asked to read the clients again",
        add: () =>
          services.inTurn(async () => {
            const clients = await directory.readClients();
            if (clients.size === 1 && clients.has(name) && !openToEveryone) {
              throw this.#cannot(
                `${JSON.stringify(name)} is its last client, without which it lets everyone in ` +
                  "(option openToEveryone)",
              );
            }
            const wasThere = await directory.removeClient(name);
            this.setClients(without(this.clients, name));
            await this.#reload();
            return wasThere;
          }),
        addressOf: () => this.address,
      },
    });
  }

  /** Takes the service out of the configuration. */
  override async [Symbol.asyncDispose](): Promise<void> {
    this.#unfollow.abort();
    try {
      await this.remove();
    } catch (error) {
      // Without a connection nothing can be done about it.
      if (!(error instanceof DisconnectedError)) throw error;
    }
  }

  /** Takes it out of Tor's configuration. */
  protected override async removeFromTor(): Promise<void> {
    const { services } = this.#context;
    await services.inTurn(() => services.remove(this.directory.path));
  }

  /** Follows the configuration. */
  protected override followRemoval(): void {
    if (this.#isFollowed) return;
    this.#isFollowed = true;
    const { control } = this.#context;
    const { signal } = this.#unfollow;
    const lose = (cause: unknown) => {
      this.#unfollow.abort();
      this.loseSight(
        new DisconnectedError(
          `Cannot tell whether ${this.address} was removed: the control connection ended`,
          { cause },
        ),
      );
    };
    const check = () => {
      this.#isInTor().then((isThere) => isThere || this.markRemoved(), () => {});
    };
    control.closed.then(() => lose(undefined), lose);
    const following = [
      control.addEventListener("CONF_CHANGED", ({ changes }) => {
        if (changes.some(({ key }) => /^HiddenService/i.test(key))) check();
      }, { signal }),
      control.addEventListener("reconnected", check, { signal }),
    ];
    Promise.all(following).then(check, (error) => {
      if (!signal.aborted) lose(error);
    });
  }

  /** Tells that Tor has it no more. */
  protected override markRemoved(): void {
    this.#unfollow.abort();
    super.markRemoved();
  }

  async #isInTor(): Promise<boolean> {
    const records = await this.#context.services.read();
    return records.some(({ dir }) => isSamePath(dir, this.directory.path));
  }

  /** Tor reads the clients again when it is told what it knows. */
  async #reload(): Promise<void> {
    // A file that Tor cannot read it leaves out: with none left, it would let everyone in.
    await this.directory.readClients();
    const { services } = this.#context;
    const records = await services.read();
    if (!records.some(({ dir }) => isSamePath(dir, this.directory.path))) {
      throw this.#cannot("Tor has it no more");
    }
    await services.write(records);
  }

  #cannot(why: string): OnionKeyFileError {
    const { path } = this.directory;
    return new OnionKeyFileError(
      `Cannot change the clients of ${this.address} in ${path}: ${why}`,
      path,
    );
  }
}

async function readClients(
  directory: OnionServiceDirectory,
  options: AbortOptions,
): Promise<Map<string, OnionClient>> {
  const keys = await directory.readClients(options);
  return new Map([...keys].map(([name, key]) => [name, OnionClient.create(name, key)]));
}

function without(
  clients: ReadonlyMap<string, OnionClient> | undefined,
  name: string,
): Map<string, OnionClient> {
  return new Map([...clients ?? []].filter(([other]) => other !== name));
}
