/**
 * An onion service that ADD_ONION started. Its key is a getter, so that no log and no inspection of
 * the object shows it.
 */
export class AddedOnion {
  /** The service's address without `.onion`. */
  readonly serviceId: string;
  /** The public keys of the clients that are let in, as Tor confirmed them. */
  readonly clients: readonly string[];
  readonly #privateKey: string | undefined;

  /** Holds what Tor answered. */
  constructor(serviceId: string, privateKey: string | undefined, clients: readonly string[]) {
    this.serviceId = serviceId;
    this.#privateKey = privateKey;
    this.clients = clients;
  }

  /** The new key, as `ED25519-V3:` and base64; `undefined` where Tor was not asked for one. */
  get privateKey(): string | undefined {
    return this.#privateKey;
  }
}

/** The key for an onion service that wants authorization, as Tor holds it. */
export class OnionClientCredential {
  /** The service's address without `.onion`. */
  readonly serviceId: string;
  /** The key's nickname, where it has one. */
  readonly clientName: string | undefined;
  /** The key's flags, such as `"Permanent"`. */
  readonly flags: readonly string[];
  readonly #privateKey: string;

  /** Holds what Tor answered. */
  constructor(
    serviceId: string,
    privateKey: string,
    clientName: string | undefined,
    flags: readonly string[],
  ) {
    this.serviceId = serviceId;
    this.#privateKey = privateKey;
    this.clientName = clientName;
    this.flags = flags;
  }

  /** The client's private key, as `x25519:` and base64. */
  get privateKey(): string {
    return this.#privateKey;
  }
}
