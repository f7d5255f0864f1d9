import { decodeText } from "../codec/text.ts";
import { formatIpAddress } from "../util/ip_address.ts";
import { ADDRESS_TYPE } from "./socks_host.ts";

/** A reply that grants a request (RFC 1928, section 6). */
export interface SocksReply {
  /**
   * The answer to RESOLVE or RESOLVE_PTR; of CONNECT, the address that the SOCKS port connected from,
   * for which Tor gives `"0.0.0.0"`.
   */
  readonly host: string;
  /** Whether `host` is an IP address, rather than a name. */
  readonly isAddress: boolean;
  /** The port that belongs to `host`; Tor gives 0. */
  readonly port: number;
  /** What came behind the reply: the first bytes of the stream. */
  readonly rest: Uint8Array;
}

/** Before the address: version, code, a reserved byte and the address type. */
const HEADER = 4;

/**
 * Reads a reply whose code is 0.
 *
 * @returns The reply, `undefined` where not all of it has come, or the address type where it is none
 * that RFC 1928 knows.
 */
export function decodeSocksReply(bytes: Uint8Array): SocksReply | number | undefined {
  const type = bytes[HEADER - 1];
  if (type === undefined) return undefined;
  const isName = type === ADDRESS_TYPE.name;
  const start = isName ? HEADER + 1 : HEADER;
  const length = isName
    ? bytes[HEADER]
    : type === ADDRESS_TYPE.ipv4
    ? 4
    : type === ADDRESS_TYPE.ipv6
    ? 16
    : -1;
  if (length === -1) return type;
  if (length === undefined || bytes.length < start + length + 2) return undefined;
  const end = start + length;
  const host = bytes.subarray(start, end);
  return {
    host: isName ? decodeText(host) : formatIpAddress(host),
    isAddress: !isName,
    port: (bytes[end]! << 8) | bytes[end + 1]!,
    rest: bytes.subarray(end + 2),
  };
}
