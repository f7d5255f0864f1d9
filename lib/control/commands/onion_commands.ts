import type { CommandArgument } from "../../codec/command.ts";
import { parseWords } from "../../codec/keywords.ts";
import { TorError } from "../../errors/mod.ts";
import type { AbortOptions, Address } from "../../runtime/types.ts";
import { formatAddress } from "../../util/address.ts";
import { CircuitCommands } from "./circuit_commands.ts";
import { checkNumber } from "./command_base.ts";
import { AddedOnion, OnionClientCredential } from "./onion_secrets.ts";

/** One port of an onion service. */
export interface OnionPort {
  /** The port at the onion address, 1 to 65535. */
  readonly virtual: number;
  /** Where connections go: a port of 127.0.0.1, or an address; default the virtual port there. */
  readonly target?: number | Address | undefined;
}

/** What ADD_ONION is told (control-spec, section 3.27). */
export interface AddOnionOptions extends AbortOptions {
  /** The ports; a number is a port that goes to the same one of 127.0.0.1. At least one. */
  ports: readonly (number | OnionPort)[];
  /** The service's key, as `ED25519-V3:` and base64 of the expanded secret key; default: Tor makes a new one. */
  privateKey?: string | undefined;
  /** Keep the service when this connection ends; default `false`. */
  detach?: boolean | undefined;
  /** Do not tell the new private key; default `false`. */
  discardKey?: boolean | undefined;
  /** The most streams on one rendezvous circuit, 0 to 65535; default 0, no limit. */
  maxStreams?: number | undefined;
  /** Close a circuit that goes past `maxStreams`, rather than refuse its streams; default `false`. */
  maxStreamsCloseCircuit?: boolean | undefined;
  /** A single-hop service, which is not anonymous; Tor must run in that mode. Default `false`. */
  nonAnonymous?: boolean | undefined;
  /** Let in only the clients with these x25519 public keys, in base32. */
  clients?: readonly string[] | undefined;
  /** Ask clients for a proof of work (Tor 0.4.9): on or off, or its queue's rate and burst. */
  powDefences?: boolean | {
    /** Requests a second. */
    queueRate?: number | undefined;
    /** Requests at once. */
    queueBurst?: number | undefined;
  } | undefined;
}

/** What came of ONION_CLIENT_AUTH_ADD: new, in place of older credentials, or one that opened a waiting descriptor. */
export type OnionClientAuthResult = "added" | "replaced" | "decrypted";

/** The commands for onion services and their clients. */
export abstract class OnionCommands extends CircuitCommands {
  /**
   * Starts an onion service (ADD_ONION, control-spec, section 3.27). It lives as long as this
   * connection, unless detached. HS_DESC events tell of its publication.
   *
   * @returns The service's id, which is its address without `.onion`, and its key where it is new.
   * @throws {RangeError} Where there is no port, or one is out of range.
   * @throws {ArgumentSyntaxError | UnrecognizedArgumentError} Where Tor does not accept an option or the key.
   * @throws {UnspecifiedTorError} Where the address is in use already.
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
   * @throws {UnrecognizedEntityError} Where there is no such service.
   */
  async delOnion(address: string, { signal }: AbortOptions = {}): Promise<void> {
    await this.request("DEL_ONION", { args: [serviceIdOf(address)], signal });
  }

  /**
   * Fetches the descriptor of an onion service (HSFETCH, control-spec, section 3.26). Tor answers at
   * once: the descriptor comes as HS_DESC and HS_DESC_CONTENT events, so listen to these first.
   *
   * @param address The service's address, with or without `.onion`.
   * @throws {UnrecognizedEntityError} Where a server is unknown.
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
   * Uploads the descriptor of an onion service (HSPOST, control-spec, section 3.29).
   *
   * @param descriptor The signed descriptor.
   * @param options The service's `address`, which version 3 needs, and the directories to tell.
   * @throws {InvalidDescriptorError} Where Tor cannot parse it.
   * @throws {UnrecognizedEntityError} Where a server is unknown.
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
   * (ONION_CLIENT_AUTH_ADD, control-spec, section 3.30).
   *
   * @param address The service's address, with or without `.onion`.
   * @param privateKey The client's x25519 private key in base64, with or without `x25519:`.
   * @throws {InvalidConfigurationValueError} Where the key is bad, or cannot be stored.
   */
  async onionClientAuthAdd(
    address: string,
    privateKey: string,
    { clientName, permanent = false, signal }: AbortOptions & {
      /** A nickname for the key. */
      clientName?: string | undefined;
      /** Store it in Tor's ClientOnionAuthDir; default `false`. */
      permanent?: boolean | undefined;
    } = {},
  ): Promise<OnionClientAuthResult> {
    const secretWord = privateKey.startsWith("x25519:") ? privateKey : `x25519:${privateKey}`;
    const args: CommandArgument[] = [serviceIdOf(address), { secretWord }];
    if (clientName !== undefined) args.push({ key: "ClientName", value: clientName });
    if (permanent) args.push("Flags=Permanent");
    const { code } = await this.request("ONION_CLIENT_AUTH_ADD", { args, signal });
    return code === 252 ? "decrypted" : code === 251 ? "replaced" : "added";
  }

  /**
   * Takes back the key for an onion service (ONION_CLIENT_AUTH_REMOVE, control-spec, section 3.30).
   *
   * @param address The service's address, with or without `.onion`.
   * @returns Whether there was one.
   */
  async onionClientAuthRemove(address: string, { signal }: AbortOptions = {}): Promise<boolean> {
    const args = [serviceIdOf(address)];
    return (await this.request("ONION_CLIENT_AUTH_REMOVE", { args, signal })).code === 250;
  }

  /**
   * Lists the keys for onion services that want authorization (ONION_CLIENT_AUTH_VIEW, control-spec,
   * section 3.30).
   *
   * @param address The service whose key is wanted, with or without `.onion`; default all.
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

function serviceIdOf(address: string): string {
  return address.replace(/\.onion$/i, "");
}

function onionArguments(options: AddOnionOptions): CommandArgument[] {
  const { ports, clients = [], maxStreams, powDefences } = options;
  if (ports.length === 0) throw new RangeError("Cannot add an onion service without a port");
  const flags = [
    options.discardKey && "DiscardPK",
    options.detach && "Detach",
    clients.length > 0 && "V3Auth",
    options.nonAnonymous && "NonAnonymous",
    options.maxStreamsCloseCircuit && "MaxStreamsCloseCircuit",
  ].filter((flag) => typeof flag === "string");
  const args: CommandArgument[] = [];
  if (flags.length > 0) args.push(`Flags=${flags.join(",")}`);
  if (maxStreams !== undefined) {
    args.push(`MaxStreams=${checkNumber("maxStreams", maxStreams, 0, 65535)}`);
  }
  if (powDefences !== undefined) {
    args.push(`PoWDefensesEnabled=${powDefences === false ? 0 : 1}`);
    if (typeof powDefences === "object") {
      const { queueRate, queueBurst } = powDefences;
      if (queueRate !== undefined) args.push(`PoWQueueRate=${rate("queueRate", queueRate)}`);
      if (queueBurst !== undefined) args.push(`PoWQueueBurst=${rate("queueBurst", queueBurst)}`);
    }
  }
  for (const port of ports) args.push({ key: "Port", value: portArgument(port) });
  for (const value of clients) args.push({ key: "ClientAuthV3", value });
  return args;
}

function rate(name: string, value: number): string {
  return checkNumber(name, value, 0, 0x7fff_ffff);
}

function portArgument(port: number | OnionPort): string {
  const { virtual, target } = typeof port === "number"
    ? { virtual: port, target: undefined }
    : port;
  const number = checkNumber("a virtual port", virtual, 1, 65535);
  if (target === undefined) return number;
  const to = typeof target === "number"
    ? checkNumber("a target port", target, 1, 65535)
    : formatAddress(target);
  return `${number},${to}`;
}
