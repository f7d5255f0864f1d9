import { parseIpAddress } from "../util/ip_address.ts";

/** The blocks of addresses that mean another host to an exit than to its client, with their bits. */
const PRIVATE_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["255.255.255.255", 32],
];
const PRIVATE_IPV6: readonly (readonly [string, number])[] = [
  ["::", 127], // unspecified and loopback
  ["64:ff9b:1::", 48], // translated by a network of one's own (RFC 8215)
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
];

/**
 * Whether a host is of this machine or of a private network: a numeric address of RFC 1918, RFC 4193
 * and their like, or a name under `localhost`. To an exit such an address means another host than to
 * whoever wrote it, so that to ask for it over Tor is a mistake, and tells the exit something.
 *
 * @param host An IP address, in brackets or without, or a name.
 */
export function isPrivateHost(host: string): boolean {
  const bare = /^\[(.*)\]$/.exec(host)?.[1] ?? host;
  if (/(?:^|\.)localhost\.?$/i.test(bare)) return true;
  const address = parseIpAddress(bare);
  if (address === undefined) return false;
  if (address.length === 4) return isIn(address, PRIVATE_IPV4);
  const inner = innerIpv4(address);
  if (inner !== undefined && isIn(inner, PRIVATE_IPV4)) return true;
  return isIn(address, PRIVATE_IPV6);
}

/** The beginnings of IPv6 addresses that an IPv4 address follows, in bytes. */
const IPV4_IN_IPV6: readonly (readonly number[])[] = [
  new Array(12).fill(0), // RFC 4291, section 2.5.5.1
  [...new Array(10).fill(0), 0xff, 0xff], // RFC 4291, section 2.5.5.2
  [0x00, 0x64, 0xff, 0x9b, ...new Array(8).fill(0)], // RFC 6052
  [0x20, 0x02], // RFC 3056
];

/** The IPv4 address that an IPv6 address stands for, which is judged as what it is. */
function innerIpv4(address: Uint8Array): Uint8Array | undefined {
  const prefix = IPV4_IN_IPV6.find((bytes) => bytes.every((byte, i) => byte === address[i]));
  return prefix && address.subarray(prefix.length, prefix.length + 4);
}

function isIn(address: Uint8Array, blocks: readonly (readonly [string, number])[]): boolean {
  return blocks.some(([text, bits]) => {
    const block = parseIpAddress(text)!;
    for (let bit = 0; bit < bits; bit++) {
      const mask = 0x80 >> (bit & 7);
      if ((address[bit >> 3]! & mask) !== (block[bit >> 3]! & mask)) return false;
    }
    return true;
  });
}
