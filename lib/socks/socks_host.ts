import { concatBytes, encodeText } from "../codec/text.ts";
import { formatIpAddress, parseIpAddress } from "../util/ip_address.ts";

/** A host as a SOCKS5 request names it. */
export interface SocksHost {
  /** The name in ASCII, or the IP address in its canonical form, without brackets. */
  readonly text: string;
  /** The 4 or 16 bytes of an IP address; `undefined` of a name. */
  readonly address: Uint8Array | undefined;
  /** The address type and the address (RFC 1928, section 5). */
  readonly encoded: Uint8Array;
}

/** The address types of RFC 1928, section 4. */
export const ADDRESS_TYPE = { ipv4: 1, name: 3, ipv6: 4 } as const;

/** The length is one byte. */
const NAME_LIMIT = 255;

/** What Tor accepts in a name, and what it knows under `.exit` and `.onion`. */
const NAME = /^[\w-]+(?:\.[\w-]+)*\.?$/;

/** What the URL standard takes for an IPv4 address in one of its old forms, such as `127.1`. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i;

/**
 * Reads a host: an IPv4 or IPv6 address (in brackets or without), or a name, which is never resolved.
 * A name that is not ASCII becomes punycode by the rules of URLs.
 *
 * @throws {TypeError} Where it is neither an IP address nor a name.
 * @throws {RangeError} Where the name is longer than 255 bytes.
 */
export function parseSocksHost(host: string): SocksHost {
  if (typeof host !== "string" || host === "") {
    throw new TypeError("Cannot use an empty host name");
  }
  const bare = /^\[(.*:.*)\]$/.exec(host)?.[1] ?? host;
  const address = parseIpAddress(bare);
  if (address !== undefined) {
    const type = address.length === 4 ? ADDRESS_TYPE.ipv4 : ADDRESS_TYPE.ipv6;
    const encoded = concatBytes([Uint8Array.of(type), address]);
    return { text: formatIpAddress(address), address, encoded };
  }
  const text = toAscii(host);
  if (text.length > NAME_LIMIT) {
    throw new RangeError(
      `Cannot use a host name of ${text.length} bytes: SOCKS allows ${NAME_LIMIT} at most`,
    );
  }
  const encoded = concatBytes([Uint8Array.of(ADDRESS_TYPE.name, text.length), encodeText(text)]);
  return { text, address: undefined, encoded };
}

/** A name in the form that the domain name system knows. */
function toAscii(host: string): string {
  // What is ASCII must be right before URL sees it, which would cut a path off or skip a tab.
  if (!/^[\w.\-\u0080-\uffff]+$/.test(host)) throw invalidName(host);
  const name = /^[\0-\x7f]*$/.test(host) ? host : toPunycode(host);
  if (!NAME.test(name) || ENDS_IN_NUMBER.test(name)) throw invalidName(host);
  return name;
}

function toPunycode(host: string): string {
  try {
    return new URL(`http://${host}`).hostname;
  } catch (error) {
    throw invalidName(host, error);
  }
}

function invalidName(host: string, cause?: unknown): TypeError {
  const shown = JSON.stringify(host.length > 80 ? `${host.slice(0, 80)}…` : host);
  return new TypeError(
    `Cannot use ${shown} as a host: it is neither a host name nor an IP address`,
    cause === undefined ? undefined : { cause },
  );
}
