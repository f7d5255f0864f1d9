import type { Address, TcpAddress } from "../runtime/types.ts";
import { formatAddress, parseAddress } from "../util/address.ts";
import { parseIpAddress } from "../util/ip_address.ts";
import type { TorrcOption } from "./torrc.ts";

/** A bridge: a relay that is not in the public list (tor's manual, option `Bridge`). */
export interface Bridge {
  /** The pluggable transport to reach it by, such as `"obfs4"`; default none. */
  readonly transport?: string | undefined;
  /** Its IP address and port: `"192.0.2.7:443"`, `"[2001:db8::7]:443"` or `{ hostname, port }`. */
  readonly address: string | TcpAddress;
  /** The fingerprint of its identity key: 40 hexadecimal digits; default unknown. */
  readonly fingerprint?: string | undefined;
  /** Arguments for the transport, such as `{ cert: "…", "iat-mode": "0" }`; default none. */
  readonly arguments?: Readonly<Record<string, string>> | undefined;
}

/**
 * How the client's side of a pluggable transport is had: a program that Tor runs, or a proxy that
 * runs already (tor's manual, option `ClientTransportPlugin`).
 */
export type PluggableTransport =
  | {
    /** The path of the program, such as `"/usr/bin/obfs4proxy"`. */
    readonly exec: string;
    /** Its arguments; default none. */
    readonly args?: readonly string[] | undefined;
  }
  | {
    /** The address of a SOCKS5 proxy. */
    readonly socks5: Address;
  }
  | {
    /** The address of a SOCKS4 proxy. */
    readonly socks4: Address;
  };

/** The bridges to use, and the pluggable transports by name. */
export interface BridgeOptions {
  /**
   * The bridges to enter the network by, typed or as the lines that a bridge distributor gives, with
   * or without the word `Bridge`; default none.
   */
  bridges?: readonly (Bridge | string)[] | undefined;
  /** The pluggable transports by name, such as `{ obfs4: { exec: "/usr/bin/obfs4proxy" } }`; default none. */
  transports?: Readonly<Record<string, PluggableTransport>> | undefined;
}

const TRANSPORT_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Reads a bridge line.
 *
 * @param line Such as `"obfs4 192.0.2.7:443 0123…CDEF cert=… iat-mode=0"`.
 * @returns The bridge, not checked any further.
 * @throws {TypeError} Where there is no address in it, or a word that is no `key=value`.
 */
export function parseBridge(line: string): Bridge {
  const words = line.trim().split(/\s+/);
  if (/^bridge$/i.test(words[0] ?? "")) words.shift();
  const transport = TRANSPORT_NAME.test(words[0] ?? "") ? words.shift() : undefined;
  const address = words.shift();
  if (address === undefined) throw new TypeError(`Cannot find an address in the bridge "${line}"`);
  const fingerprint = /^\$?[0-9a-f]{40}$/i.test(words[0] ?? "")
    ? words.shift()!.replace("$", "")
    : undefined;
  const args: Record<string, string> = {};
  for (const word of words) {
    const equals = word.indexOf("=");
    if (equals < 1) throw new TypeError(`Cannot read "${word}" in the bridge "${line}"`);
    args[word.slice(0, equals)] = word.slice(equals + 1);
  }
  return { transport, address, fingerprint, arguments: args };
}

/**
 * The options of a torrc that tell Tor its bridges and transports.
 *
 * @throws {TypeError} Where a bridge has no IP address, a fingerprint that is none, an argument that
 * cannot be written, or a transport that is not among `transports`; and where a transport's name,
 * program or address cannot be written.
 * @throws {RangeError} Where a port is not between 1 and 65535.
 */
export function bridgeOptions(
  { bridges = [], transports = {} }: BridgeOptions,
  { isKnownTransport }: { isKnownTransport: (name: string) => boolean },
): TorrcOption[] {
  const lines = bridges.map((bridge): TorrcOption => {
    const parsed = typeof bridge === "string" ? parseBridge(bridge) : bridge;
    const { transport } = parsed;
    if (
      transport !== undefined &&
      !(Object.hasOwn(transports, transport) || isKnownTransport(transport))
    ) {
      throw new TypeError(
        `Cannot use a bridge by ${transport}: there is no such transport in the option transports`,
      );
    }
    return ["Bridge", bridgeLine(parsed)];
  });
  return [
    ...(lines.length === 0 ? [] : [["UseBridges", "1"] as const]),
    ...lines,
    ...Object.entries(transports).map(([name, transport]): TorrcOption => {
      return ["ClientTransportPlugin", transportLine(name, transport)];
    }),
  ];
}

function bridgeLine({ transport, address, fingerprint, arguments: args = {} }: Bridge): string {
  const words: string[] = [];
  if (transport !== undefined) words.push(checkTransport(transport));
  words.push(bridgeAddress(address));
  if (fingerprint !== undefined) {
    if (!/^[0-9a-f]{40}$/i.test(fingerprint)) {
      throw new TypeError(`Cannot use "${fingerprint}" as a bridge's fingerprint`);
    }
    words.push(fingerprint.toUpperCase());
  }
  for (const [key, value] of Object.entries(args)) {
    if (transport === undefined) {
      throw new TypeError(`Cannot give the argument ${key} to a bridge without a transport`);
    }
    words.push(`${checkWord(key, /[=\s]/)}=${checkWord(value, /\s/)}`);
  }
  return words.join(" ");
}

function bridgeAddress(address: string | TcpAddress): string {
  const parsed = parseAddress(address);
  if ("path" in parsed || parseIpAddress(parsed.hostname) === undefined) {
    throw new TypeError(
      `Cannot use ${
        formatAddress(parsed)
      } as a bridge's address: expected an IP address and a port`,
    );
  }
  if (parsed.port === 0) throw new RangeError("Cannot use the port 0 as a bridge's");
  return formatAddress(parsed);
}

function transportLine(name: string, transport: PluggableTransport): string {
  checkTransport(name);
  if ("exec" in transport) {
    const { exec, args = [] } = transport;
    if (!/[/\\]/.test(exec)) {
      throw new TypeError(
        `Cannot run the transport ${name} by "${exec}": Tor needs the path of the program`,
      );
    }
    // Tor has no quotes here: it splits the line at every space.
    return [name, "exec", ...[exec, ...args].map((word) => checkWord(word, /\s/))].join(" ");
  }
  const [kind, address] = "socks5" in transport
    ? ["socks5", transport.socks5]
    : ["socks4", transport.socks4];
  const parsed = parseAddress(address!);
  if ("path" in parsed) {
    throw new TypeError(`Cannot reach the transport ${name} at a Unix socket: Tor needs TCP`);
  }
  return `${name} ${kind} ${formatAddress(parsed)}`;
}

function checkTransport(name: string): string {
  if (TRANSPORT_NAME.test(name)) return name;
  throw new TypeError(`Cannot use ${JSON.stringify(name)} as the name of a transport`);
}

function checkWord(word: string, forbidden: RegExp): string {
  // deno-lint-ignore no-control-regex
  if (word !== "" && !forbidden.test(word) && !/[\x00-\x1f\x7f]/.test(word)) return word;
  throw new TypeError(
    `Cannot write ${
      JSON.stringify(word)
    } for Tor: it is empty, or has a space or another character that ends a word`,
  );
}
