import {
  decodeDnsMessage,
  type DnsMessage,
  type DnsQuestion,
  encodeDnsMessage,
} from "../codec/dns_message.ts";
import { TorError } from "../errors/mod.ts";
import type { AbortOptions, Runtime, TcpAddress } from "../runtime/types.ts";
import { withDeadline } from "../util/abort.ts";

/** How a DNS port is asked. */
export interface DnsQueryOptions extends AbortOptions {
  /** The platform's sockets. */
  runtime: Runtime;
  /** The DNS port. */
  server: TcpAddress;
  /** The time in milliseconds until the answer; default 150,000. Tor itself gives up before that. */
  timeout?: number | undefined;
}

/** The response codes of RFC 1035, section 4.1.1. */
const MEANINGS = ["no error", "format error", "server failure", "no such name", "not implemented"];
const NO_ERROR = 0;
const NO_SUCH_NAME = 3;

/**
 * Asks a DNS port one question (RFC 1035).
 *
 * @returns The data of the answers of the type that was asked for; none where there is no such name.
 * @throws {TorError} Where the DNS port answers with a failure.
 * @throws {TimeoutError} Where the time is over.
 */
export async function dnsQuery(
  question: DnsQuestion,
  { runtime, server, signal, timeout = 150_000 }: DnsQueryOptions,
): Promise<Uint8Array[]> {
  const [id] = crypto.getRandomValues(new Uint16Array(1));
  const query: DnsMessage = {
    id: id!,
    response: false,
    recursionDesired: true,
    rcode: NO_ERROR,
    question,
    answers: [],
  };
  const socket = await runtime.listenDatagram({ hostname: localFor(server), port: 0 });
  try {
    const { rcode, answers } = await withDeadline(async () => {
      await socket.send(encodeDnsMessage(query), server);
      for await (const { data, address } of socket) {
        const answer = address.port === server.port ? answerTo(query, data) : undefined;
        if (answer !== undefined) return answer;
      }
      throw new TorError(`Cannot resolve ${question.name}: the socket was closed`);
    }, { signal, timeout, message: () => `The DNS port did not resolve ${question.name}` });
    if (rcode === NO_ERROR) {
      return answers.filter(({ type }) => type === question.type).map(({ data }) => data);
    }
    if (rcode === NO_SUCH_NAME) return [];
    const meaning = MEANINGS[rcode] ?? "unknown response code";
    throw new TorError(`Cannot resolve ${question.name} by the DNS port: ${meaning} (${rcode})`);
  } finally {
    await socket.close();
  }
}

/** Where the answers of a server are waited for. */
function localFor({ hostname }: TcpAddress): string {
  if (hostname.includes(":")) return hostname === "::1" ? hostname : "::";
  return hostname.startsWith("127.") ? "127.0.0.1" : "0.0.0.0";
}

/** The answer in a datagram; `undefined` where it is not one to this query. */
function answerTo(query: DnsMessage, data: Uint8Array): DnsMessage | undefined {
  try {
    const message = decodeDnsMessage(data);
    const { name, type } = message.question;
    const isAnswer = message.response && message.id === query.id && type === query.question.type &&
      name.toLowerCase() === query.question.name.toLowerCase();
    return isAnswer ? message : undefined;
  } catch {
    return undefined;
  }
}
