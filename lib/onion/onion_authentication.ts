import type { OnionClientCredential } from "../control/commands/onion_secrets.ts";
import type { OnionClientAuthResult } from "../control/commands/onion_commands.ts";
import type { ControlConnection } from "../control/connection.ts";
import { DisconnectedError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { OnionAddress } from "./onion_address.ts";
import type { OnionClientKey } from "./onion_client_key.ts";

/** How Tor keeps the key for an onion service that wants authorization. */
export interface OnionAuthenticationOptions extends AbortOptions {
  /** A nickname for the key, of at most 16 bytes; default none. */
  nickname?: string | undefined;
  /** Store it in Tor's `ClientOnionAuthDir`, for later runs; default `false`. */
  permanent?: boolean | undefined;
}

/**
 * The key for an onion service that wants authorization, for as long as this object is not disposed:
 * then Tor forgets it, or has the one again that it had before.
 *
 * @example Visit a service that wants authorization
 * ```ts
 * import { connect, OnionClientKey } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * const id = "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd";
 * port.expect(`ONION_CLIENT_AUTH_VIEW ${id}`).reply("250 OK");
 * port.expect(/^ONION_CLIENT_AUTH_ADD sp3k262/).reply("250 OK");
 * port.expect(`ONION_CLIENT_AUTH_REMOVE ${id}`).reply("250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * const key = OnionClientKey.generate();
 * {
 *   await using authentication = await tor.onionAuthentication(`${id}.onion`, key);
 *   assert.equal(authentication.address.serviceId, id);
 *   // await tor.fetch(`http://${id}.onion/`);
 * }
 * port.assertDone();
 * ```
 */
export class OnionAuthentication implements AsyncDisposable {
  /** The service. */
  readonly address: OnionAddress;
  /** What came of it: `"decrypted"` where Tor had waited for the key. */
  readonly result: OnionClientAuthResult;
  readonly #control: ControlConnection;
  readonly #before: OnionClientCredential | undefined;
  #isOver = false;

  private constructor(
    control: ControlConnection,
    { address, result, before }: {
      address: OnionAddress;
      result: OnionClientAuthResult;
      before: OnionClientCredential | undefined;
    },
  ) {
    this.#control = control;
    this.address = address;
    this.result = result;
    this.#before = before;
  }

  /** Gives Tor a key. {@linkcode Tor.onionAuthentication} does so for users. */
  static async add(
    control: ControlConnection,
    { address, key, nickname, permanent, signal }: OnionAuthenticationOptions & {
      address: OnionAddress;
      key: OnionClientKey;
    },
  ): Promise<OnionAuthentication> {
    const { serviceId } = address;
    const known = await control.onionClientAuthView(serviceId, { signal });
    const before = known.find((credential) => credential.serviceId === serviceId);
    const adding = control.onionClientAuthAdd(serviceId, key.toControl(), {
      clientName: nickname,
      permanent,
      signal,
    });
    const result = await adding.catch(async (error) => {
      // It may be that Tor has it all the same.
      if (signal?.aborted) await restore(control, serviceId, before);
      throw error;
    });
    return new OnionAuthentication(control, { address, result, before });
  }

  /** Has Tor forget the key, or have the one again that it had before. Harmless when repeated. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    await restore(this.#control, this.address.serviceId, this.#before);
  }
}

/** Brings back what was before; a Tor that nobody is connected to any more is left alone. */
async function restore(
  control: ControlConnection,
  serviceId: string,
  before: OnionClientCredential | undefined,
): Promise<void> {
  try {
    if (before === undefined) {
      await control.onionClientAuthRemove(serviceId);
      return;
    }
    await control.onionClientAuthAdd(serviceId, before.exportPrivateKey(), {
      clientName: before.clientName,
      permanent: before.flags.includes("Permanent"),
    });
  } catch (error) {
    if (!(error instanceof DisconnectedError)) throw error;
  }
}
