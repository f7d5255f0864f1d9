import { portValue } from "../codec/port_value.ts";
import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import type { AbortOptions, Address, SocketAddress } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import type { OptionLine } from "./live_option.ts";
import { parseListeners, reachable } from "./parse_listeners.ts";
import { parsePortLine, type PortLine } from "./port_line.ts";

/** The words that may follow the address of a SOCKS port (tor's manual, option `SocksPort`). */
const FLAG = new RegExp(
  "^(?:No)?(?:Isolate(?:ClientAddr|SOCKSAuth|ClientProtocol|DestPort|DestAddr)" +
    "|KeepAliveIsolateSOCKSAuth|SessionGroup=\\d+|IPv4Traffic|IPv6Traffic|PreferIPv6|DNSRequest" +
    "|OnionTraffic|OnionTrafficOnly|CacheIPv4DNS|CacheIPv6DNS|CacheDNS|UseIPv4Cache|UseIPv6Cache" +
    "|UseDNSCache|PreferIPv6Automap|PreferSOCKSNoAuth|ExtendedErrors|GroupWritable|WorldWritable)$",
  "i",
);

/** What a Tor listens on where nothing is configured. */
const DEFAULT_SOCKS_LINE = "9050";

/**
 * Finds a SOCKS port among those that are configured, by its address or port where `wanted` says.
 *
 * @throws {TorError} Where there is none.
 */
export async function findSocksAddress(
  control: ControlConnection,
  { lines, wanted, signal }: AbortOptions & {
    lines: readonly string[];
    wanted?: number | Address | undefined;
  },
): Promise<SocketAddress> {
  const ports = portsOf(lines);
  const found = wanted === undefined ? ports[0] : findPort(ports, wanted);
  if (found !== undefined && !isAuto(found.address)) {
    return reachable(found.address, control.address);
  }
  if (ports.some(({ address }) => isAuto(address))) {
    // Which port Tor has picked, only its listeners tell.
    const text = await control.getInfo("net/listeners/socks", { signal });
    const others = ports.filter(({ address }) => !isAuto(address))
      .map(({ address }) => key(reachable(address, control.address)));
    const picked = parseListeners(text, control.address)
      .filter((address) => !others.includes(key(address)));
    const match = wanted === undefined || found !== undefined
      ? picked[0]
      : picked.find((address) => matches(address, wanted));
    if (match !== undefined) return match;
  }
  const known = ports.map(({ address }) => portValue(address)).join(", ") || "none";
  const which = wanted === undefined ? "a SOCKS port" : `the SOCKS port ${show(wanted)}`;
  throw new TorError(`Cannot find ${which}: Tor has ${known}`);
}

/**
 * Reads what a SOCKS port is to be.
 *
 * @param lines The SOCKS ports that there are.
 * @param spec An address, a port, or a line with flags after the address.
 * @returns Its address, and the line to add; none where it is there.
 * @throws {TypeError | RangeError} Where it is no address, or `0`, which is no port.
 */
export function socksLine(
  lines: readonly string[],
  spec: number | Address,
): { address: SocketAddress; line: string | undefined } {
  const text = lineOf(spec);
  const line = parsePortLine(text);
  if (line === undefined) throw new RangeError("Cannot create the SOCKS port 0: it is none");
  const { address } = line;
  const isThere = !isAuto(address) &&
    portsOf(lines).some((port) => key(port.address) === key(address));
  return { address, line: isThere ? undefined : text };
}

/**
 * All SOCKS ports with one more, as SETCONF takes them: those that there are stay with their flags,
 * the one that Tor has by default too. A `0` goes, since Tor takes it alone only.
 */
export function socksLinesWith(
  line: string,
  { own, others }: { own: readonly OptionLine[]; others: readonly OptionLine[] },
): OptionLine[] {
  const kept = own.length + others.length === 0
    ? [DEFAULT_SOCKS_LINE]
    : own.map(([, text]) => text).filter(parsePortLine);
  return [...[...kept, line].map((text) => ["SocksPort", text] as const), ...others];
}

/** Whether Tor is to pick the port. */
export function isAuto(address: SocketAddress): boolean {
  return "port" in address && address.port === 0;
}

/** A spec as a line of `SocksPort`. */
function lineOf(spec: number | Address): string {
  if (typeof spec === "number") return portValue({ hostname: "127.0.0.1", port: spec });
  if (typeof spec === "object") return portValue(spec);
  if (/[\r\n\0]/.test(spec)) {
    throw new TypeError("Cannot use an address with a line break or a NUL");
  }
  const text = spec.trim();
  if (!text.startsWith("unix:") || text.startsWith('unix:"')) return text;
  // Spaces belong to the path, where it is not flags that they part from it.
  const words = text.split(" ");
  const end = words.findLastIndex((word) => word !== "" && !FLAG.test(word)) + 1;
  const address = portValue({ path: words.slice(0, end).join(" ").slice("unix:".length) });
  return [address, ...words.slice(end).filter((word) => word !== "")].join(" ");
}

function portsOf(lines: readonly string[]): PortLine[] {
  return (lines.length === 0 ? [DEFAULT_SOCKS_LINE] : lines).flatMap((line) =>
    parsePortLine(line) ?? []
  );
}

function findPort(ports: readonly PortLine[], wanted: number | Address): PortLine | undefined {
  return ports.find(({ address }) => matches(address, wanted));
}

function matches(address: SocketAddress, wanted: number | Address): boolean {
  const port = typeof wanted === "number"
    ? wanted
    : typeof wanted === "string" && /^\d+$/.test(wanted)
    ? Number(wanted)
    : undefined;
  if (port !== undefined) return "port" in address && address.port === port;
  return key(address) === key(parseAddress(wanted as Address));
}

function key(address: SocketAddress): string {
  return portValue(address).replace(/^localhost:/, "127.0.0.1:");
}

function show(wanted: number | Address): string {
  return typeof wanted === "object" ? portValue(wanted) : String(wanted);
}
