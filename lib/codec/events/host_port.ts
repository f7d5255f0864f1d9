import { parseCount } from "./numbers.ts";

/** An address and a port, as in `example.com:80` or `[2001:db8::1]:80`. */
export interface HostPort {
  /** The name or IP address, an IPv6 address without its brackets. */
  readonly address: string;
  /** The port, 0 to 65535. */
  readonly port: number;
}

/**
 * Parses `address:port`: a name, an IPv4 address, an IPv6 address in brackets, or one of Tor's own
 * forms such as `(Tor_internal):80` and `name.$FINGERPRINT.exit:80`.
 *
 * @param text The text.
 * @returns The parts, or `undefined` where there is no port.
 *
 * @example Read where a stream goes
 * ```ts
 * import { parseHostPort } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseHostPort("[2001:db8::1]:443"), { address: "2001:db8::1", port: 443 });
 * ```
 */
export function parseHostPort(text: string): HostPort | undefined {
  // From the end on, a port has at most five digits.
  let colon = text.length - 1;
  while (colon > text.length - 7 && isDigit(text.charCodeAt(colon))) colon--;
  if (text.charCodeAt(colon) !== 0x3a) return undefined;
  const port = parseCount(text, colon + 1);
  if (port === undefined || port > 65535) return undefined;
  const bracketed = text.charCodeAt(0) === 0x5b && text.charCodeAt(colon - 1) === 0x5d;
  return { address: bracketed ? text.slice(1, colon - 1) : text.slice(0, colon), port };
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
