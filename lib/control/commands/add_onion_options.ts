import type { CommandArgument } from "../../codec/command.ts";
import type { AbortOptions, Address } from "../../runtime/types.ts";
import { formatAddress } from "../../util/address.ts";
import { checkNumber } from "../../util/check_number.ts";

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
  /**
   * The service's key, as `ED25519-V3:` and base64 of the expanded secret key, 64 bytes; by default
   * Tor makes a new one.
   */
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
  /** Let in only the clients with these x25519 public keys, in base32; default everyone. */
  clients?: readonly string[] | undefined;
  /** Ask clients for a proof of work (Tor 0.4.9): on or off, or its queue's rate and burst; default off. */
  powDefences?: boolean | {
    /** Requests a second; default 250. */
    queueRate?: number | undefined;
    /** Requests at once; default 2500. */
    queueBurst?: number | undefined;
  } | undefined;
}

/**
 * What follows the key in ADD_ONION (control-spec, section 3.27).
 *
 * @throws {RangeError} Where there is no port, or a number is out of range.
 */
export function onionArguments(options: AddOnionOptions): CommandArgument[] {
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
