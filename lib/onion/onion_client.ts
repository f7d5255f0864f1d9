import { OnionClientKey } from "./onion_client_key.ts";
import { OnionClientPublicKey } from "./onion_client_public_key.ts";

/**
 * The clients that an onion service lets in, by their names: each with its public key, in base32 or as
 * an object, or `"generate"` to make a key pair.
 */
export type OnionClients = Readonly<Record<string, string | OnionClientPublicKey>>;

/**
 * A client that an onion service lets in. Where its key pair was made here, its private key is there to
 * be handed to the client, once: neither torcon nor Tor keeps it.
 *
 * @example Let a client in
 * ```ts
 * import { OnionClient, OnionClientKey } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const alice = OnionClient.create("alice", "generate");
 * assert.ok(alice.key?.publicKey.equals(alice.publicKey));
 * const theirs = OnionClientKey.generate().publicKey;
 * assert.equal(OnionClient.create("bob", theirs).key, undefined);
 * ```
 */
export class OnionClient {
  /** The client's name on the side of the service; the client does not know it. */
  readonly name: string;
  /** The key that it is let in by. */
  readonly publicKey: OnionClientPublicKey;
  /** Its key pair where that was made here, with `"generate"`; no log shows what is secret of it. */
  readonly key: OnionClientKey | undefined;

  private constructor(name: string, publicKey: OnionClientPublicKey, key?: OnionClientKey) {
    this.name = name;
    this.publicKey = publicKey;
    this.key = key;
  }

  /**
   * Makes a client of its name and key.
   *
   * @param name The client's name.
   * @param key Its public key, in base32 or as an object, or `"generate"`.
   * @returns The client.
   * @throws {TypeError} Where the key is none. It is not in the message.
   * @throws {RangeError} Where the key has not 32 bytes.
   */
  static create(name: string, key: string | OnionClientPublicKey): OnionClient {
    if (key === "generate") {
      const pair = OnionClientKey.generate();
      return new OnionClient(name, pair.publicKey, pair);
    }
    if (key instanceof OnionClientPublicKey) return new OnionClient(name, key);
    try {
      return new OnionClient(name, OnionClientPublicKey.parse(key));
    } catch (cause) {
      const Class = cause instanceof RangeError ? RangeError : TypeError;
      const why = cause instanceof Error ? cause.message : "";
      throw new Class(`Cannot let in the client ${JSON.stringify(name)}: ${why}`, { cause });
    }
  }
}

/**
 * Makes the clients of a service; none where everyone is let in.
 *
 * @throws {TypeError} Where a list is given that is empty: it would let everyone in. And where a key is
 * none, or two clients have one.
 * @throws {RangeError} Where a key has not 32 bytes.
 */
export function onionClients(clients: OnionClients | undefined): Map<string, OnionClient> {
  if (clients === undefined) return new Map();
  const made = Object.entries(clients).map(([name, key]) => OnionClient.create(name, key));
  if (made.length === 0) {
    throw new TypeError(
      "Cannot make an onion service for a list of no clients: Tor would let everyone in; " +
        "leave clients out where that is meant",
    );
  }
  const names = new Map<string, string>();
  for (const { name, publicKey } of made) {
    const other = names.get(`${publicKey}`);
    if (other !== undefined) {
      throw new TypeError(
        `Cannot let in the clients ${JSON.stringify(other)} and ${JSON.stringify(name)}: ` +
          "they have the same key",
      );
    }
    names.set(`${publicKey}`, name);
  }
  return new Map(made.map((client) => [client.name, client]));
}
