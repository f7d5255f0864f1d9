/**
 * An onion service that ADD_ONION started (control-spec, section 3.27). Its key is given out by a
 * method, so that no log and no inspection of the object shows it.
 *
 * @example Log a new service without its key
 * ```ts
 * import { AddedOnion } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const onion = new AddedOnion("p53lf57qovyuvwsc", "ED25519-V3:c2VjcmV0", []);
 * assert.equal(onion.exportPrivateKey(), "ED25519-V3:c2VjcmV0");
 * assert.equal(JSON.stringify(onion), '{"serviceId":"p53lf57qovyuvwsc","clients":[]}');
 * ```
 */
export class AddedOnion {
  /** The service's address without `.onion`. */
  readonly serviceId: string;
  /** The public keys of the clients that are let in, in base32, as Tor confirmed them; empty where everyone is. */
  readonly clients: readonly string[];
  readonly #privateKey: string | undefined;

  /**
   * Holds what Tor answered.
   *
   * @param serviceId The service's address without `.onion`.
   * @param privateKey Its new key, where it has one.
   * @param clients The public keys of its clients.
   */
  constructor(serviceId: string, privateKey: string | undefined, clients: readonly string[]) {
    this.serviceId = serviceId;
    this.#privateKey = privateKey;
    this.clients = clients;
  }

  /**
   * Gives out the new key.
   *
   * @returns `ED25519-V3:` and base64 of 64 bytes; `undefined` where Tor was not asked for one.
   */
  exportPrivateKey(): string | undefined {
    return this.#privateKey;
  }
}

/**
 * The key for an onion service that wants authorization, as Tor holds it (control-spec, section
 * 3.32). It is given out by a method, so that no log and no inspection of the object shows it.
 *
 * @example Log a credential without its key
 * ```ts
 * import { OnionClientCredential } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const credential = new OnionClientCredential("p53lf57qovyuvwsc", "x25519:a2V5", "bob", []);
 * assert.equal(credential.exportPrivateKey(), "x25519:a2V5");
 * assert.ok(!JSON.stringify(credential).includes("a2V5"));
 * ```
 */
export class OnionClientCredential {
  /** The service's address without `.onion`. */
  readonly serviceId: string;
  /** The key's nickname; `undefined` where it has none. */
  readonly clientName: string | undefined;
  /** The key's flags, such as `"Permanent"`. */
  readonly flags: readonly string[];
  readonly #privateKey: string;

  /**
   * Holds what Tor answered.
   *
   * @param serviceId The service's address without `.onion`.
   * @param privateKey The client's private key, as `x25519:` and base64.
   * @param clientName The key's nickname, where it has one.
   * @param flags The key's flags.
   */
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

  /**
   * Gives out the client's private key.
   *
   * @returns `x25519:` and base64 of 32 bytes.
   */
  exportPrivateKey(): string {
    return this.#privateKey;
  }
}
