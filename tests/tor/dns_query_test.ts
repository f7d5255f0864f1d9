import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  decodeDnsMessage,
  type DnsMessage,
  encodeDnsMessage,
} from "../../lib/codec/dns_message.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { dnsQuery } from "../../lib/tor/dns_query.ts";

/** Answers queries on loopback with what `answer` gives, and asks there for an address. */
async function ask(
  answer: (query: DnsMessage) => readonly (DnsMessage | Uint8Array)[],
  options: { timeout?: number; signal?: AbortSignal; name?: string } = {},
): Promise<Uint8Array[]> {
  const { name = "a.example", ...rest } = options;
  const runtime = await detectRuntime();
  await using socket = await runtime.listenDatagram({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const { data, address } of socket) {
      for (const message of answer(decodeDnsMessage(data))) {
        await socket.send(
          message instanceof Uint8Array ? message : encodeDnsMessage(message),
          address,
        );
      }
    }
  })();
  return await dnsQuery({ name, type: "A" }, { runtime, server: socket.address, ...rest });
}

/** A response to a query, with one answer. */
function respond(query: DnsMessage, changes: Partial<DnsMessage> = {}): DnsMessage {
  const { name } = query.question;
  const answers = [{ name, type: "A" as const, ttl: 60, data: Uint8Array.of(192, 0, 2, 7) }];
  return { ...query, response: true, answers, ...changes };
}

describe("dnsQuery", () => {
  it("gives the answers of the type that was asked for", async () => {
    const answers = await ask((query) => {
      const { name } = query.question;
      const other = { name, type: "AAAA" as const, ttl: 60, data: new Uint8Array(16) };
      return [respond(query, { answers: [other, ...respond(query).answers] })];
    });
    assert.deepEqual(answers, [Uint8Array.of(192, 0, 2, 7)]);
  });

  it("asks as a resolver does", async () => {
    const queries: DnsMessage[] = [];
    await ask((query) => (queries.push(query), [respond(query)]));
    const { id: _, ...query } = queries[0]!;
    assert.deepEqual(query, {
      response: false,
      recursionDesired: true,
      rcode: 0,
      question: { name: "a.example", type: "A" },
      answers: [],
    });
  });

  it("passes over what is no answer to its query", async () => {
    const bad = Uint8Array.of(192, 0, 2, 66);
    const answers = await ask((query) => {
      const { question } = query;
      const forged = [{ name: question.name, type: "A" as const, ttl: 60, data: bad }];
      return [
        Uint8Array.of(1, 2, 3),
        respond(query, { id: query.id ^ 1, answers: forged }),
        respond(query, { response: false, answers: forged }),
        respond(query, { question: { ...question, name: "b.example" }, answers: forged }),
        respond(query, { question: { ...question, type: "AAAA" }, answers: forged }),
        respond(query, { question: { ...question, name: "A.EXAMPLE" } }),
      ];
    });
    assert.deepEqual(answers, [Uint8Array.of(192, 0, 2, 7)]);
  });

  it("has no answer where there is no such name, or none of the type", async () => {
    assert.deepEqual(await ask((query) => [respond(query, { rcode: 3, answers: [] })]), []);
    assert.deepEqual(await ask((query) => [respond(query, { answers: [] })]), []);
  });

  it("fails where the server does", async () => {
    await assert.rejects(ask((query) => [respond(query, { rcode: 2, answers: [] })]), {
      name: "TorError",
      message: "Cannot resolve a.example by the DNS port: server failure (2)",
    });
    await assert.rejects(ask((query) => [respond(query, { rcode: 15 })]), /unknown response code/);
  });

  it("gives up on a silent server, and refuses a name that cannot be written", async () => {
    await assert.rejects(ask(() => [], { timeout: 20 }), { name: "TimeoutError" });
    const stop = new AbortController();
    const reason = new Error("enough");
    const asking = ask(() => (stop.abort(reason), []), { signal: stop.signal });
    await assert.rejects(asking, (error) => error === reason);
    await assert.rejects(ask(() => [], { name: `${"a".repeat(64)}.example` }), RangeError);
  });
});
