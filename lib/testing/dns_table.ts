import { type DnsMessage, type DnsRecord, encodeName } from "../codec/dns_message.ts";
import { parseIpAddress, reverseName } from "../util/ip_address.ts";

/**
 * What a stub DNS server knows: the addresses of a host name, such as
 * `{ "www.example": ["127.0.0.1", "::1"] }`, and the names of an address, such as
 * `{ "192.0.2.7": "seven.example" }`.
 */
export type DnsRecords = Readonly<Record<string, string | readonly string[]>>;

const NXDOMAIN = 3;
/** Tor keeps no answer for less than a minute. */
const TTL = 60;

/** The records of a stub DNS server, and its answers. Names are the same in upper and lower case. */
export class DnsTable {
  readonly #records = new Map<string, DnsRecord[]>();

  /** Knows `records` and nothing else. */
  constructor(records: DnsRecords = {}) {
    this.add(records);
  }

  /**
   * Adds records. Those of a name that is there already are replaced.
   *
   * @throws {RangeError} Where a name is no domain name.
   * @throws {TypeError} Where a host name is not given IP addresses.
   */
  add(records: DnsRecords): void {
    const parsed = Object.entries(records).map(([key, values]) => parseEntry(key, [values].flat()));
    for (const [name, entry] of parsed) this.#records.set(name, entry);
  }

  /** The response to a query: its records, none where the name has others, or NXDOMAIN. */
  answer(query: DnsMessage): DnsMessage {
    const { name, type } = query.question;
    const known = this.#records.get(name.toLowerCase());
    const answers = (known ?? []).filter((record) => record.type === type)
      .map((record) => ({ ...record, name }));
    return { ...query, response: true, rcode: known === undefined ? NXDOMAIN : 0, answers };
  }
}

function parseEntry(key: string, values: readonly string[]): [string, DnsRecord[]] {
  const address = parseIpAddress(key);
  const name = address === undefined ? key.toLowerCase().replace(/\.$/, "") : reverseName(address);
  encodeName(name); // throws where it is no name
  const records = values.map((value): DnsRecord => {
    if (address !== undefined) return { name, type: "PTR", ttl: TTL, data: encodeName(value) };
    const data = parseIpAddress(value);
    if (data === undefined) {
      throw new TypeError(`Cannot resolve ${key} to "${value}": it is not an IP address`);
    }
    return { name, type: data.length === 4 ? "A" : "AAAA", ttl: TTL, data };
  });
  return [name, records];
}
