import type { DatagramSocket, Runtime, TcpAddress } from "../runtime/types.ts";
import { decodeDnsMessage, type DnsType, encodeDnsMessage } from "../codec/dns_message.ts";
import { type DnsRecords, DnsTable } from "./dns_table.ts";

/** A query that a stub DNS server got. */
export interface DnsQuery {
  /** The name in lower case, without a final dot. */
  readonly name: string;
  /** What was asked for. */
  readonly type: DnsType;
}

/** The most queries that are kept; of more the oldest are dropped. */
const KEPT_QUERIES = 10_000;

/** A DNS server on UDP that knows what it is told and nothing else, and keeps what it was asked. */
export class StubDnsServer implements AsyncDisposable {
  readonly #socket: DatagramSocket;
  readonly #table: DnsTable;
  #queries: DnsQuery[] = [];

  private constructor(socket: DatagramSocket, table: DnsTable) {
    this.#socket = socket;
    this.#table = table;
    void this.#serve();
  }

  /**
   * Starts a server on a free port of a loopback address.
   *
   * @throws {RangeError | TypeError} Where a record makes no sense.
   */
  static async start(
    runtime: Runtime,
    { records = {}, hostname = "127.0.0.1" }: { records?: DnsRecords; hostname?: string } = {},
  ): Promise<StubDnsServer> {
    const table = new DnsTable(records);
    return new StubDnsServer(await runtime.listenDatagram({ hostname, port: 0 }), table);
  }

  /** Where it listens. */
  get address(): TcpAddress {
    return this.#socket.address;
  }

  /** What it was asked, oldest first. */
  get queries(): readonly DnsQuery[] {
    return this.#queries;
  }

  /** Adds records. Those of a name that is there already are replaced. */
  add(records: DnsRecords): void {
    this.#table.add(records);
  }

  /** Closes the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket.close();
  }

  async #serve(): Promise<void> {
    for await (const { data, address } of this.#socket) {
      const response = this.#answer(data);
      // Who asked may be gone.
      if (response !== undefined) await this.#socket.send(response, address).catch(() => {});
    }
  }

  #answer(data: Uint8Array): Uint8Array | undefined {
    try {
      const query = decodeDnsMessage(data);
      if (query.response) return undefined;
      const { name, type } = query.question;
      this.#queries.push({ name: name.toLowerCase(), type });
      if (this.#queries.length > KEPT_QUERIES) this.#queries = this.#queries.slice(1);
      return encodeDnsMessage(this.#table.answer(query));
    } catch {
      return undefined; // no DNS message: a server without an answer says nothing
    }
  }
}
