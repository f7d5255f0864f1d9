import type { AddOnionOptions } from "../control/commands/add_onion_options.ts";
import { ControlReplyError, DisconnectedError, TorError } from "../errors/mod.ts";
import { OnionAddress } from "./onion_address.ts";
import { type OnionClient, type OnionClients, onionClients } from "./onion_client.ts";
import { type OnionPortsLike, type OnionPortTarget, parseOnionPorts } from "./onion_ports.ts";
import { OnionService, type OnionServiceContext, type OnionServiceFacts } from "./onion_service.ts";
import { OnionServiceKey } from "./onion_service_key.ts";
import { checkPublishOptions, type PublishOptions } from "./publication.ts";
import { publish } from "./publish.ts";
import { openServiceKeyFile } from "./service_key_file.ts";

/** How an {@linkcode EphemeralOnionService} is created. */
export interface OnionServiceOptions extends
  PublishOptions,
  Pick<
    AddOnionOptions,
    | "detach"
    | "discardKey"
    | "maxStreams"
    | "maxStreamsCloseCircuit"
    | "nonAnonymous"
    | "powDefences"
  > {
  /** The ports: one, or a list. */
  ports: OnionPortsLike;
  /** The service's key, as an object or as `ED25519-V3:` and base64; by default Tor makes a new one. */
  privateKey?: OnionServiceKey | string | undefined;
  /**
   * The file that has the key instead: as Tor's `hs_ed25519_secret_key`, or as `ED25519-V3:` and base64. Where
   * it is missing it is made, with a new key, for the next time; of mode 0600, as a whole or not at all. One
   * that others can read is refused.
   */
  privateKeyFile?: string | undefined;
  /** The clients that are let in; by default everyone is. */
  clients?: OnionClients | undefined;
  /** Allow targets on other machines; default `false`. */
  allowRemoteTarget?: boolean | undefined;
}

/**
 * An onion service that Tor has in memory alone (ADD_ONION, control-spec, section 3.27). It ends with
 * the connection that it was created by, unless it is detached. Get one from
 * {@linkcode Tor.createOnionService}.
 *
 * `whenRemoved()` resolves when it is removed here, and when the connection ends that keeps it up. That
 * another program has removed it Tor does not tell.
 *
 * Disposal removes it; one that is detached stays, and only `remove()` ends it.
 *
 * @example Create a service, and come back with its key
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * const id = "z3k5bp24up66xw6x53zggyfzxpzwhf7x5uho2f7cjxbjerlnhsb2xoqd";
 * const privateKey =
 *   "ED25519-V3:sBJrKYCAZTgVBjwdWEPQkbDOrQthLqeWP8ZG/26eE0yH/6Zv2fJmcobQsq5YDpmfKYTat1jlHnV2M4jrOm4oLw==";
 * port.always(/^SETEVENTS/).reply("250 OK");
 * port.expect(/^ADD_ONION ED25519-V3:\S+ Port=80,127\.0\.0\.1:8080$/)
 *   .reply(`250-ServiceID=${id}`, "250 OK");
 * port.expect(`DEL_ONION ${id}`).reply("250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * const service = await tor.createOnionService({
 *   ports: "80 8080",
 *   privateKey,
 *   awaitUploads: "none",
 * });
 * assert.equal(service.hostname, `${id}.onion`);
 * assert.equal(service.privateKey?.toBlob(), privateKey);
 * await service.remove();
 * ```
 */
export class EphemeralOnionService extends OnionService {
  /** Whether it stays up when the connection ends that it was created by. */
  readonly isDetached: boolean;
  readonly #context: OnionServiceContext;
  readonly #forget = new AbortController();

  /** Holds what is known of a service that Tor has. */
  constructor(
    facts: OnionServiceFacts & { readonly isDetached: boolean },
    context: OnionServiceContext,
  ) {
    super(facts, context);
    this.isDetached = facts.isDetached;
    this.#context = context;
    this.#watch();
  }

  /** Creates a service and has it published. {@linkcode Tor.createOnionService} does so for users. */
  static async create(
    options: OnionServiceOptions,
    context: OnionServiceContext,
  ): Promise<EphemeralOnionService> {
    const ports = parseOnionPorts(options.ports, options);
    const clients = onionClients(options.clients);
    checkPublishOptions(options);
    const key = await keyOf(options, context);
    const { control } = context;
    return await publish(control, {
      options,
      work: {
        summary: "Tor is asked to add the service",
        add: () => add(options, { ports, clients, key, context }),
        addressOf: (service) => service.address,
        undo: (service) => service.remove(),
      },
    });
  }

  /**
   * Tor cannot change the clients of an ephemeral service.
   *
   * @throws {TorError} Always. It tells what to do instead.
   */
  override addClient(): Promise<OnionClient> {
    return Promise.reject(this.#cannotChange());
  }

  /**
   * Tor cannot change the clients of an ephemeral service.
   *
   * @throws {TorError} Always. It tells what to do instead.
   */
  override removeClient(): Promise<boolean> {
    return Promise.reject(this.#cannotChange());
  }

  /** Removes the service, unless it is detached. */
  override async [Symbol.asyncDispose](): Promise<void> {
    if (this.isDetached) this.#forget.abort();
    else await this.remove();
  }

  /** Tells Tor to take it down. */
  protected override async removeFromTor(): Promise<void> {
    const { control } = this.#context;
    try {
      // A detached one has outlived the connection, and may be removed over the next.
      if (this.isDetached) await control.whenConnected();
      await control.delOnion(this.address.serviceId);
    } catch (error) {
      const isGone = error instanceof ControlReplyError
        ? error.code === 552
        : error instanceof DisconnectedError && !this.isDetached;
      if (!isGone) throw error;
    }
  }

  /** It is watched from the beginning. */
  protected override followRemoval(): void {}

  /** Tells that Tor has it no more. */
  protected override markRemoved(): void {
    this.#forget.abort();
    super.markRemoved();
  }

  #watch(): void {
    const { control } = this.#context;
    const { signal } = this.#forget;
    if (this.isDetached) {
      const lost = () =>
        this.loseSight(
          new DisconnectedError(
            `Cannot tell whether ${this.address} was removed: the control connection ended`,
          ),
        );
      control.closed.then(lost, lost);
      return;
    }
    const ended = () => this.markRemoved();
    control.closed.then(ended, ended);
    control.addEventListener("disconnected", ended, { signal }).catch(ended);
  }

  #cannotChange(): TorError {
    return new TorError(
      `Cannot change the clients of ${this.address}: Tor cannot do that for an ephemeral service; ` +
        "remove it and create it again with its privateKey and the new clients, or use a " +
        "FilesystemOnionService",
    );
  }
}

/** The key that the caller has; `undefined` where Tor is to make one. */
async function keyOf(
  { privateKey, privateKeyFile, signal }: OnionServiceOptions,
  { runtime }: OnionServiceContext,
): Promise<OnionServiceKey | undefined> {
  if (privateKeyFile === undefined) {
    return typeof privateKey === "string" ? OnionServiceKey.parse(privateKey) : privateKey;
  }
  if (privateKey === undefined) {
    return await openServiceKeyFile(privateKeyFile, { runtime, signal });
  }
  throw new TypeError("Cannot use both privateKey and privateKeyFile for an onion service");
}

/** Adds the service, which nobody may give up half-way: what Tor has then would not be known. */
async function add(
  { detach = false, discardKey = false, ...options }: OnionServiceOptions,
  { ports, clients, key, context }: {
    ports: readonly OnionPortTarget[];
    clients: ReadonlyMap<string, OnionClient>;
    key: OnionServiceKey | undefined;
    context: OnionServiceContext;
  },
): Promise<EphemeralOnionService> {
  const { control } = context;
  const added = await control.addOnion({
    ports,
    privateKey: key?.toBlob(),
    clients: [...clients.values()].map(({ publicKey }) => `${publicKey}`),
    detach,
    // Tor gives back a key only where it has made it.
    discardKey: discardKey && key === undefined,
    maxStreams: options.maxStreams,
    maxStreamsCloseCircuit: options.maxStreamsCloseCircuit,
    nonAnonymous: options.nonAnonymous,
    powDefences: options.powDefences,
  });
  try {
    checkConfirmed(clients, added.clients);
    const blob = added.exportPrivateKey();
    const made = blob === undefined ? key : OnionServiceKey.parse(blob);
    const address = OnionAddress.parse(added.serviceId);
    if (made !== undefined && !made.address.equals(address)) {
      throw new TorError(`Cannot use the service ${address}: its key is of ${made.address}`);
    }
    const privateKey = discardKey ? undefined : made;
    const facts = { address, ports, clients, privateKey, isDetached: detach };
    return new EphemeralOnionService(facts, context);
  } catch (error) {
    await control.delOnion(added.serviceId).catch(() => {});
    throw error;
  }
}

/** A client that Tor did not take could mean that it lets everyone in. */
function checkConfirmed(
  clients: ReadonlyMap<string, OnionClient>,
  confirmed: readonly string[],
): void {
  const keys = new Set(confirmed.map((key) => key.toUpperCase()));
  for (const { name, publicKey } of clients.values()) {
    if (keys.has(`${publicKey}`)) continue;
    throw new TorError(
      `Cannot create the onion service: Tor did not confirm the client ${JSON.stringify(name)}`,
    );
  }
}
