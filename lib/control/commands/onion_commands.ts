import type { CommandArgument } from "../../codec/command.ts";
import { parseWords } from "../../codec/keywords.ts";
import { encodeText } from "../../codec/text.ts";
import { TorError } from "../../errors/mod.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import { type AddOnionOptions, onionArguments } from "./add_onion_options.ts";
import { AddedOnion, OnionClientCredential } from "./onion_secrets.ts";
import { MAX_CLIENT_NAME } from "../check_request.ts";
import { StreamCommands } from "./stream_commands.ts";

/** What came of ONION_CLIENT_AUTH_ADD: new, in place of older credentials, or one that opened a waiting descriptor. */
export type OnionClientAuthResult = "added" | "replaced" | "decrypted";

/**
 * The commands for onion services and their clients. A `ControlConnection` has them as its methods.
 *
 * @example Offer a local web server as an onion service
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * const id = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd";
 * port.expect("ADD_ONION NEW:ED25519-V3 Flags=DiscardPK Port=80,127.0.0.1:8080")
 *   .reply(`250-ServiceID=${id}`, "250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * const ports = [{ virtual: 80, target: "127.0.0.1:8080" }];
 * const { serviceId } = await tor.control.addOnion({ ports, discardKey: true });
 * assert.equal(`http://${serviceId}.onion`, `http://${id}.onion`);
 * ```
 */
export abstract class OnionCommands extends StreamCommands {
  /**
   * Starts an onion service (ADD_ONION, control-spec, section 3.27). It lives as long as this
   * connection, unless detached. HS_DESC events tell of its publication.
   *
   * @param options The service's ports, and what else it shall be like.
   * @returns The service's id, which is its address without `.onion`, and its key where it is new.
   * @throws {RangeError} Where there is no port, or a number is out of range.
   * @throws {TypeError} Where the key, an address or a client's key is empty or has a space, a quote
   * or a control character.
   * @throws {ArgumentSyntaxError} Where Tor cannot read the key, a client's key or a port's target,
   * does not know an option, or `nonAnonymous` is not what it is configured for.
   * @throws {UnrecognizedArgumentError} Where Tor does not know the key's type.
   * @throws {UnspecifiedTorError} Where this Tor has a service of that address already.
   * @throws {InternalTorError} Where Tor cannot add the service for another reason.
   * @throws {TorError} Where the reply has no service's id.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Start a service and keep its key
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * const id = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd";
   * port.expect("ADD_ONION NEW:ED25519-V3 Port=80")
   *   .reply(`250-ServiceID=${id}`, "250-PrivateKey=ED25519-V3:c2VjcmV0", "250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const onion = await tor.control.addOnion({ ports: [80] });
   * assert.equal(onion.exportPrivateKey(), "ED25519-V3:c2VjcmV0");
   * ```
   */
  async addOnion(options: AddOnionOptions): Promise<AddedOnion> {
    const { privateKey, signal } = options;
    const key = privateKey === undefined ? "NEW:ED25519-V3" : { secretWord: privateKey };
    const args = [key, ...onionArguments(options)];
    const { lines } = await this.request("ADD_ONION", { args, signal });
    let serviceId: string | undefined;
    let newKey: string | undefined;
    const clients: string[] = [];
    for (const { text } of lines) {
      if (text.startsWith("ServiceID=")) serviceId = text.slice(10);
      if (text.startsWith("PrivateKey=")) newKey = text.slice(11);
      if (text.startsWith("ClientAuthV3=")) clients.push(text.slice(13));
    }
    if (serviceId === undefined) {
      throw new TorError("Cannot read the reply to ADD_ONION: no ServiceID");
    }
    return new AddedOnion(serviceId, newKey, clients);
  }

  /**
   * Ends an onion service that this connection started, or a detached one (DEL_ONION, control-spec,
   * section 3.28).
   *
   * @param address The service's address, with or without `.onion`.
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {ArgumentSyntaxError} Where it is not an address of an onion service.
   * @throws {UnrecognizedEntityError} Where there is no such service, or it is another connection's.
   * @throws {TypeError} Where the address is empty or has a space, a quote or a control character.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example End a service
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * const address = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd.onion";
   * port.expect(/^DEL_ONION p53lf57/).reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.delOnion(address);
   * assert.equal(`${port.received.at(-1)?.args}.onion`, address);
   * ```
   */
  async delOnion(address: string, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("DEL_ONION", { args: [serviceIdOf(address)], signal });
  }

  /**
   * Fetches the descriptor of an onion service (HSFETCH, control-spec, section 3.26). Tor answers at
   * once: the descriptor comes as HS_DESC and HS_DESC_CONTENT events, so listen to these first.
   *
   * @param address The service's address, with or without `.onion`.
   * @param options The `servers` to ask, and a `signal` to give up the wait for the reply with.
   * @throws {UnrecognizedArgumentError} Where it is not an address of an onion service.
   * @throws {UnrecognizedEntityError} Where a server is unknown to Tor.
   * @throws {TypeError} Where the address or a server is empty or has a space, a quote or a control
   * character.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Ask for a descriptor
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect(/^HSFETCH p53lf57\w+$/).reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * await tor.control.hsFetch("p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd.onion");
   * assert.equal(port.received.at(-1)?.args.length, 56);
   * ```
   */
  async hsFetch(
    address: string,
    { servers = [], signal }: AbortOptions & {
      /** The directories to ask, by fingerprint; default those that are responsible. */
      servers?: readonly string[] | undefined;
    } = {},
  ): Promise<void> {
    const args = [serviceIdOf(address), ...servers.map((value) => ({ key: "SERVER", value }))];
    await this.request("HSFETCH", { args, signal });
  }

  /**
   * Uploads the descriptor of an onion service (HSPOST, control-spec, section 3.29). Tor answers at
   * once: HS_DESC events tell how the uploads went.
   *
   * @param descriptor The text of the signed descriptor.
   * @param options The service's `address`, the `servers` to upload to, and a `signal` to give up the
   * wait for the reply with.
   * @throws {InvalidDescriptorError} Where Tor cannot parse it.
   * @throws {ArgumentSyntaxError} Where the address is not one of an onion service.
   * @throws {UnrecognizedEntityError} Where a server is unknown to Tor.
   * @throws {TypeError} Where the address or a server is empty or has a space, a quote or a control
   * character, or the descriptor a NUL or a lone surrogate.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Upload a descriptor that is none
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect(/^HSPOST HSADDRESS=p53lf57/).reply("554 Invalid descriptor");
   * await using tor = await connect({ control: port.address });
   *
   * const address = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd";
   * const upload = tor.control.hsPost("hs-descriptor 3\n", { address });
   * await assert.rejects(upload, { name: "InvalidDescriptorError" });
   * ```
   */
  async hsPost(
    descriptor: string,
    { address, servers = [], signal }: AbortOptions & {
      /** The service's address, with or without `.onion`. */
      address: string;
      /** The directories to upload to, by fingerprint; default those that are responsible. */
      servers?: readonly string[] | undefined;
    },
  ): Promise<void> {
    const args = [
      ...servers.map((value) => ({ key: "SERVER", value })),
      { key: "HSADDRESS", value: serviceIdOf(address) },
    ];
    await this.request("HSPOST", { args, data: descriptor, signal });
  }

  /**
   * Gives Tor the key with which to visit an onion service that wants authorization
   * (ONION_CLIENT_AUTH_ADD, control-spec, section 3.30), in place of one that it may have.
   *
   * @param address The service's address, with or without `.onion`.
   * @param privateKey The client's x25519 private key, 32 bytes in base64, with or without `x25519:`.
   * @param options The key's `clientName`, whether it is `permanent`, and a `signal` to give up the
   * wait for the reply with.
   * @returns What came of it.
   * @throws {RangeError} Where the name is longer than 16 bytes.
   * @throws {TypeError} Where the address, key or name is empty or has a space, a quote or a control
   * character.
   * @throws {ArgumentSyntaxError} Where it is not an address of an onion service, or no key of 32
   * bytes.
   * @throws {InvalidConfigurationValueError} Where the key is all zeros, or cannot be stored: for
   * `permanent` Tor needs the option `ClientOnionAuthDir`.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Add a key
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect(/^ONION_CLIENT_AUTH_ADD p53lf57\w+ x25519:\S+=$/).reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const address = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd.onion";
   * const key = "iJ1tjKCrMAbiFT2bVrCjhbfMDnE1fpaRbIS5ZHKUvEQ=";
   * assert.equal(await tor.control.onionClientAuthAdd(address, key), "added");
   * ```
   */
  async onionClientAuthAdd(
    address: string,
    privateKey: string,
    { clientName, permanent = false, signal }: AbortOptions & {
      /** A nickname for the key, of at most 16 bytes; default none. */
      clientName?: string | undefined;
      /** Store it in Tor's ClientOnionAuthDir; default `false`. */
      permanent?: boolean | undefined;
    } = {},
  ): Promise<OnionClientAuthResult> {
    const secretWord = privateKey.startsWith("x25519:") ? privateKey : `x25519:${privateKey}`;
    const args: CommandArgument[] = [serviceIdOf(address), { secretWord }];
    if (clientName !== undefined) {
      const length = encodeText(clientName).length;
      // Tor 0.4.9 answers a longer name twice: all later replies would go to the wrong commands.
      if (length > MAX_CLIENT_NAME) {
        throw new RangeError(
          `Cannot use a client name of ${length} bytes: expected at most ${MAX_CLIENT_NAME}`,
        );
      }
      args.push({ key: "ClientName", value: clientName });
    }
    if (permanent) args.push("Flags=Permanent");
    const { code } = await this.request("ONION_CLIENT_AUTH_ADD", { args, signal });
    return code === 252 ? "decrypted" : code === 251 ? "replaced" : "added";
  }

  /**
   * Takes back the key for an onion service (ONION_CLIENT_AUTH_REMOVE, control-spec, section 3.31).
   *
   * @param address The service's address, with or without `.onion`.
   * @param options A `signal` to give up the wait for the reply with.
   * @returns Whether there was one.
   * @throws {ArgumentSyntaxError} Where it is not an address of an onion service.
   * @throws {TypeError} Where the address is empty or has a space, a quote or a control character.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example Remove a key that Tor does not have
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect(/^ONION_CLIENT_AUTH_REMOVE /).reply("251 No credentials");
   * await using tor = await connect({ control: port.address });
   *
   * const address = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd";
   * assert.equal(await tor.control.onionClientAuthRemove(address), false);
   * ```
   */
  async onionClientAuthRemove(address: string, { signal }: AbortOptions = {}): Promise<boolean> {
    const args = [serviceIdOf(address)];
    return (await this.request("ONION_CLIENT_AUTH_REMOVE", { args, signal })).code === 250;
  }

  /**
   * Lists the keys for onion services that want authorization (ONION_CLIENT_AUTH_VIEW, control-spec,
   * section 3.32).
   *
   * @param address The service whose key is wanted, with or without `.onion`; default all.
   * @param options A `signal` to give up the wait for the reply with.
   * @returns The keys; none where Tor has none.
   * @throws {ArgumentSyntaxError} Where it is not an address of an onion service.
   * @throws {TypeError} Where the address is empty or has a space, a quote or a control character.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   *
   * @example List the services that Tor has a key for
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("ONION_CLIENT_AUTH_VIEW")
   *   .reply("250-ONION_CLIENT_AUTH_VIEW", "250-CLIENT abc x25519:a2V5 ClientName=bob", "250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const [credential] = await tor.control.onionClientAuthView();
   * assert.deepEqual([credential?.serviceId, credential?.clientName], ["abc", "bob"]);
   * ```
   */
  async onionClientAuthView(
    address?: string,
    { signal }: AbortOptions = {},
  ): Promise<OnionClientCredential[]> {
    const args = address === undefined ? [] : [serviceIdOf(address)];
    const { lines } = await this.request("ONION_CLIENT_AUTH_VIEW", { args, signal });
    return lines.filter(({ text }) => text.startsWith("CLIENT ")).map(({ text }) => {
      const { positional: [, serviceId = "", privateKey = ""], keywords } = parseWords(text);
      const flags = (keywords.get("Flags") ?? "").split(",").filter((flag) => flag !== "");
      return new OnionClientCredential(serviceId, privateKey, keywords.get("ClientName"), flags);
    });
  }
}

/** The address without `.onion`, as commands want it. */
function serviceIdOf(address: string): string {
  return address.replace(/\.onion$/i, "");
}
