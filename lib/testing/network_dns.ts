import type { Runtime, SocketAddress } from "../runtime/types.ts";
import type { DnsRecords } from "./dns_table.ts";
import { askOwner, type OwnerService } from "./owner_service.ts";
import type { DnsQuery, StubDnsServer } from "./stub_dns_server.ts";

/**
 * The stub DNS server that the exits of a private network ask. It answers A, AAAA and PTR queries
 * from its table, and NXDOMAIN to all else.
 *
 * @example A check that a name is resolved by an exit, and by nobody before it
 * ```ts
 * import type { PrivateNetwork } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * export async function checkResolution(
 *   network: PrivateNetwork,
 *   fetchOverTor: (url: string) => Promise<unknown>,
 * ): Promise<void> {
 *   const name = `${crypto.randomUUID()}.example`;
 *   await network.dns.add({ [name]: "127.0.0.1" });
 *   await fetchOverTor(`http://${name}/`);
 *   const queries = await network.dns.queries();
 *   assert.ok(queries.some((query) => query.name === name && query.type === "A"));
 * }
 * ```
 */
export class NetworkDns {
  /** Where it listens on UDP, such as `"127.0.0.1:40053"`. */
  readonly address: string;
  readonly #runtime: Runtime;
  readonly #owner: SocketAddress;

  /** Reaches the server at `address` by way of its owner. */
  constructor(runtime: Runtime, { address, owner }: { address: string; owner: SocketAddress }) {
    this.address = address;
    this.#runtime = runtime;
    this.#owner = owner;
  }

  /**
   * What the server was asked, oldest first: names that were resolved outside of an exit are not
   * among them. An exit asks for A and AAAA at once. Of more than 10,000 the oldest are dropped.
   *
   * @returns The queries: the name in lower case, and the type.
   * @throws {TorError} Where the program that started the network has ended.
   */
  async queries(): Promise<readonly DnsQuery[]> {
    return await this.#ask({});
  }

  /**
   * Adds records. Those of a name that is there already are replaced. Tor keeps what it was answered
   * for a minute and more.
   *
   * @param records The addresses of host names, and the names of addresses.
   * @throws {RangeError | TypeError} Where a record makes no sense.
   */
  async add(records: DnsRecords): Promise<void> {
    await this.#ask({ records });
  }

  async #ask(request: DnsRequest): Promise<readonly DnsQuery[]> {
    const answer: DnsAnswer = JSON.parse(
      await askOwner(this.#runtime, this.#owner, JSON.stringify(request)),
    );
    if (answer.refused === undefined) return answer.queries;
    throw new (answer.refused.name === "RangeError" ? RangeError : TypeError)(
      answer.refused.message,
    );
  }
}

interface DnsRequest {
  readonly records?: DnsRecords | undefined;
}

interface DnsAnswer {
  readonly queries: readonly DnsQuery[];
  readonly refused?: { readonly name: string; readonly message: string } | undefined;
}

/** What the owner of a server answers to {@linkcode NetworkDns}. */
export function dnsService(server: StubDnsServer): OwnerService {
  const serve = (line: string): DnsAnswer => {
    try {
      const { records = {} }: DnsRequest = JSON.parse(line);
      server.add(records);
      return { queries: server.queries };
    } catch (error) {
      const { name, message } = error as Error;
      return { queries: [], refused: { name, message } };
    }
  };
  return (line) => JSON.stringify(serve(line));
}
