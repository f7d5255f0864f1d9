import { portValue } from "../codec/port_value.ts";
import { decodeQuoted } from "../codec/quoted.ts";
import type { Address, SocketAddress } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import { checkNumber } from "../util/check_number.ts";
import { formatIpAddress, parseIpAddress } from "../util/ip_address.ts";

/** Where the connections to a port of an onion service go, in its parsed form. */
export interface OnionPortTarget {
  /** The port at the onion address, 1 to 65535. */
  readonly virtual: number;
  /** Where connections to it go. */
  readonly target: SocketAddress;
}

/**
 * A port of an onion service:
 *
 * - `80` goes to port 80 of 127.0.0.1;
 * - `"80"`, `"80 8080"`, `"80 127.0.0.1:8080"`, `"80 [::1]:8080"` and `"80 unix:/path"` are as in Tor's
 *   `HiddenServicePort`;
 * - `[80, 8080]` and `{ virtual: 80, target: 8080 }` go to port 8080 of 127.0.0.1; the target may be
 *   an address as well.
 */
export type OnionPortLike =
  | number
  | string
  | readonly [virtual: number, target: number | Address]
  | { readonly virtual: number; readonly target?: number | Address | undefined };

/** One port of an onion service, or a list: `[80, 8080]` are two ports, `[[80, 8080]]` is one. */
export type OnionPortsLike =
  | number
  | string
  | { readonly virtual: number; readonly target?: number | Address | undefined }
  | readonly OnionPortLike[];

/** What is allowed of a port. */
export interface OnionPortsOptions {
  /**
   * Allow targets on other machines. What goes there is not encrypted by Tor; default `false`.
   */
  allowRemoteTarget?: boolean | undefined;
}

/**
 * Reads the ports of an onion service, in any of their forms. A target must be an IP address, a Unix
 * socket or `localhost`: Tor would ask the system's DNS for any other name.
 *
 * @param ports The ports, one or more.
 * @param options Whether targets may be on other machines.
 * @returns The ports in their parsed form.
 * @throws {TypeError} Where a port is none of these forms, its target is a host name, or is on another
 * machine and that is not allowed.
 * @throws {RangeError} Where there is no port, or a number is not 1 to 65535.
 *
 * @example Read ports
 * ```ts
 * import { parseOnionPorts } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseOnionPorts([80, "443 unix:/run/web"]), [
 *   { virtual: 80, target: { hostname: "127.0.0.1", port: 80 } },
 *   { virtual: 443, target: { path: "/run/web" } },
 * ]);
 * assert.throws(() => parseOnionPorts("80 192.0.2.1:80"), /allowRemoteTarget/);
 * ```
 */
export function parseOnionPorts(
  ports: OnionPortsLike,
  { allowRemoteTarget = false }: OnionPortsOptions = {},
): readonly OnionPortTarget[] {
  const list: readonly OnionPortLike[] = isList(ports) ? ports : [ports];
  if (list.length === 0) throw new RangeError("Cannot make an onion service without a port");
  return Object.freeze(list.map((port) => {
    const { virtual, target = virtual } = partsOf(port);
    checkNumber("a virtual port", virtual, 1, 65535);
    return Object.freeze({ virtual, target: checkTarget(target, allowRemoteTarget) });
  }));
}

/** Writes a port as the value of `HiddenServicePort`. */
export function formatOnionPort({ virtual, target }: OnionPortTarget): string {
  return `${virtual} ${portValue(target)}`;
}

function isList(ports: OnionPortsLike): ports is readonly OnionPortLike[] {
  return Array.isArray(ports);
}

function partsOf(port: OnionPortLike): { virtual: number; target?: number | Address | undefined } {
  if (typeof port === "number") return { virtual: port };
  if (typeof port === "string") return partsOfText(port);
  if (Array.isArray(port)) {
    const [virtual, target] = port;
    if (port.length === 2) return { virtual, target };
  } else if (typeof port === "object" && port !== null && "virtual" in port) {
    return port;
  }
  throw new TypeError(
    `Cannot use ${JSON.stringify(port)} as a port of an onion service: expected a number, a text ` +
      'such as "80 8080", a pair or { virtual, target }',
  );
}

/** The parts of a text as `HiddenServicePort` has it. */
function partsOfText(text: string): { virtual: number; target?: number | Address | undefined } {
  const [, virtual, rest] = /^[ \t]*(\d+)(?:[ \t]+(\S.*?))?[ \t]*$/.exec(text) ?? [];
  if (virtual === undefined) throw cannotRead(text);
  if (rest === undefined) return { virtual: Number(virtual) };
  if (/^\d+$/.test(rest)) return { virtual: Number(virtual), target: Number(rest) };
  if (rest.startsWith('unix:"')) {
    const quoted = decodeQuoted(rest.slice(5));
    if (quoted === undefined || quoted.end !== rest.length - 5) throw cannotRead(text);
    return { virtual: Number(virtual), target: { path: quoted.value } };
  }
  if (/\s/.test(rest)) throw cannotRead(text);
  // Tor takes an address without a port for the virtual port there.
  const address = parseIpAddress(rest.replace(/^\[(.*)\]$/, "$1"));
  return {
    virtual: Number(virtual),
    target: address === undefined
      ? rest
      : { hostname: formatIpAddress(address), port: Number(virtual) },
  };
}

function cannotRead(text: string): TypeError {
  return new TypeError(
    `Cannot use ${JSON.stringify(text)} as a port of an onion service: expected a form such as ` +
      '"80", "80 8080", "80 [::1]:8080" or "80 unix:/path"',
  );
}

function checkTarget(target: number | Address, allowRemote: boolean): SocketAddress {
  if (typeof target === "number") {
    checkNumber("a target port", target, 1, 65535);
    return Object.freeze({ hostname: "127.0.0.1", port: target });
  }
  const parsed = parseAddress(target);
  if ("path" in parsed) {
    if (parsed.path.startsWith("/")) return Object.freeze(parsed);
    throw new TypeError(
      `Cannot use the Unix socket ${parsed.path} as the target of an onion service: Tor needs an ` +
        "absolute path",
    );
  }
  checkNumber("a target port", parsed.port, 1, 65535);
  const hostname = parsed.hostname.toLowerCase() === "localhost" ? "127.0.0.1" : parsed.hostname;
  const address = parseIpAddress(hostname);
  if (address === undefined) {
    throw new TypeError(
      `Cannot use the host ${hostname} as the target of an onion service: expected an IP address, ` +
        "since Tor would ask the system's DNS for a name",
    );
  }
  if (!allowRemote && !isLoopback(address)) {
    throw new TypeError(
      `Cannot use ${hostname} as the target of an onion service: it is not on this machine ` +
        "(option allowRemoteTarget)",
    );
  }
  return Object.freeze({ hostname: formatIpAddress(address), port: parsed.port });
}

function isLoopback(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] === 127;
  return address.every((byte, i) => byte === (i === 15 ? 1 : 0));
}
