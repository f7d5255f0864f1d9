import type { Address, SocketAddress } from "../runtime/types.ts";

/**
 * Parses an address in any of its forms.
 *
 * @param address `"127.0.0.1:9051"`, `"[::1]:9051"`, `"localhost:9051"`, `"unix:/run/tor/control"`,
 * `{ hostname, port }` or `{ path }`.
 * @returns The address in its parsed form; an IPv6 address without its brackets.
 * @throws {TypeError} Where it is none of these.
 * @throws {RangeError} Where the port is not a whole number from 0 to 65535.
 *
 * @example Parse the text forms
 * ```ts
 * import { parseAddress } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseAddress("[::1]:9051"), { hostname: "::1", port: 9051 });
 * assert.deepEqual(parseAddress("unix:/run/tor/control"), { path: "/run/tor/control" });
 * ```
 */
export function parseAddress(address: Address): SocketAddress {
  if (typeof address !== "string") return checkAddress(address);
  if (address.startsWith("unix:")) return checkAddress({ path: address.slice(5) });
  const match = /^(?:\[([0-9a-fA-F:.]+(?:%[^\]\s]+)?)\]|([^\s:[\]/]+)):(\d+)$/.exec(address);
  if (match === null) {
    throw new TypeError(
      `Cannot parse the address "${address}": expected "host:port", "[ipv6]:port" or "unix:/path"`,
    );
  }
  return checkAddress({ hostname: (match[1] ?? match[2])!, port: Number(match[3]) });
}

function checkAddress(address: SocketAddress): SocketAddress {
  if ("path" in address) {
    if (typeof address.path !== "string" || address.path === "" || address.path.includes("\0")) {
      throw new TypeError(
        "Cannot use an empty path, or one with a NUL, as a Unix socket's address",
      );
    }
    return { path: address.path };
  }
  const { hostname, port } = address;
  if (typeof hostname !== "string" || hostname === "") {
    throw new TypeError("Cannot use an address that has neither a path nor a host name");
  }
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`Cannot use the port ${port}: expected a whole number from 0 to 65535`);
  }
  return { hostname, port };
}

/**
 * Writes an address in the text form that {@linkcode parseAddress} reads.
 *
 * @param address The address; a text is given back as it is.
 * @returns `"host:port"`, `"[ipv6]:port"` or `"unix:path"`.
 *
 * @example Write addresses
 * ```ts
 * import { formatAddress } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatAddress({ hostname: "::1", port: 9051 }), "[::1]:9051");
 * assert.equal(formatAddress({ path: "/run/tor/control" }), "unix:/run/tor/control");
 * ```
 */
export function formatAddress(address: Address): string {
  if (typeof address === "string") return address;
  if ("path" in address) return `unix:${address.path}`;
  const { hostname, port } = address;
  return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
}
