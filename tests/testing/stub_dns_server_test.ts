import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import {
  decodeDnsMessage,
  decodeName,
  type DnsMessage,
  type DnsType,
  encodeDnsMessage,
} from "../../lib/codec/dns_message.ts";
import { DnsTable } from "../../lib/testing/dns_table.ts";
import { StubDnsServer } from "../../lib/testing/stub_dns_server.ts";

function query(name: string, type: DnsType, id = 7): DnsMessage {
  const question = { name, type };
  return { id, response: false, recursionDesired: true, rcode: 0, question, answers: [] };
}

describe("DnsTable", () => {
  const table = new DnsTable({
    "www.example": ["127.0.0.1", "::1", "192.0.2.1"],
    "v4.Example.": "127.0.0.2",
    "192.0.2.7": ["seven.example", "sieben.example"],
    "2001:db8::7": "seven.example",
  });
  const ask = (name: string, type: DnsType) => {
    const { rcode, answers } = table.answer(query(name, type));
    return {
      rcode,
      data: answers.map(({ data }) => type === "PTR" ? decodeName(data) : [...data]),
    };
  };

  for (
    const [name, type, rcode, data] of [
      ["www.example", "A", 0, [[127, 0, 0, 1], [192, 0, 2, 1]]],
      ["www.example", "AAAA", 0, [[...new Array(15).fill(0), 1]]],
      ["wWw.eXAMPLE", "AAAA", 0, [[...new Array(15).fill(0), 1]]],
      ["v4.example", "A", 0, [[127, 0, 0, 2]]],
      ["v4.example", "AAAA", 0, []],
      ["v4.example", "TYPE15", 0, []],
      ["example", "A", 3, []],
      ["7.2.0.192.in-addr.arpa", "PTR", 0, ["seven.example", "sieben.example"]],
      ["8.2.0.192.in-addr.arpa", "PTR", 3, []],
      [
        "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        "PTR",
        0,
        ["seven.example"],
      ],
    ] as const
  ) {
    it(`answers ${type} of ${name}`, () => assert.deepEqual(ask(name, type), { rcode, data }));
  }

  it("repeats the question as it was asked", () => {
    const answer = table.answer(query("wWw.eXAMPLE", "A"));
    assert.equal(answer.question.name, "wWw.eXAMPLE");
    assert.deepEqual(answer.answers.map(({ name }) => name), ["wWw.eXAMPLE", "wWw.eXAMPLE"]);
    assert.equal(answer.id, 7);
  });

  it("refuses records that make no sense, and keeps none of them", () => {
    assert.throws(
      () => table.add({ "new.example": "127.0.0.1", bad: "not an address" }),
      TypeError,
    );
    assert.throws(() => table.add({ "a..b": "127.0.0.1" }), RangeError);
    assert.throws(() => table.add({ "192.0.2.9": "a..b" }), RangeError);
    assert.equal(ask("new.example", "A").rcode, 3);
  });
});

describe("StubDnsServer", () => {
  it("answers, and keeps what it was asked", async () => {
    const runtime = await detectRuntime();
    await using server = await StubDnsServer.start(runtime, { records: { a: "127.0.0.1" } });
    await using socket = await runtime.listenDatagram({ hostname: "127.0.0.1", port: 0 });
    const answers = socket[Symbol.asyncIterator]();
    const ask = async (name: string, id: number) => {
      await socket.send(encodeDnsMessage(query(name, "A", id)), server.address);
      return decodeDnsMessage((await answers.next()).value.data);
    };
    assert.deepEqual((await ask("A", 1)).answers[0]?.data, Uint8Array.of(127, 0, 0, 1));
    assert.equal((await ask("b", 2)).rcode, 3);
    server.add({ b: "127.0.0.2" });
    // Neither garbage nor a response is answered, nor does it harm.
    await socket.send(Uint8Array.of(1, 2, 3), server.address);
    await socket.send(encodeDnsMessage({ ...query("c", "A"), response: true }), server.address);
    const third = await ask("b", 3);
    assert.equal(third.id, 3);
    assert.equal(third.answers.length, 1);
    assert.deepEqual(server.queries, [
      { name: "a", type: "A" },
      { name: "b", type: "A" },
      { name: "b", type: "A" },
    ]);
  });
});
