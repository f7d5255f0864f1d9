import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeHex, encodeHex } from "../../lib/util/hex.ts";
import {
  decodeDnsMessage,
  decodeName,
  type DnsMessage,
  type DnsType,
  encodeDnsMessage,
  encodeName,
} from "../../lib/codec/dns_message.ts";

const QUERY: DnsMessage = {
  id: 0x1234,
  response: false,
  recursionDesired: true,
  rcode: 0,
  question: { name: "WwW.example", type: "A" },
  answers: [],
};
const QUERY_HEX = "123401000001000000000000" + "0357775707" + "6578616D706C6500" + "00010001";

/** `assert.deepEqual` tells an object without a prototype from one that has it. */
const PLAIN = { noNullPrototype: true };
const label = fc.stringMatching(/^[a-z0-9_-]{1,63}$/);
const name = fc.array(label, { maxLength: 3 }).map((labels) => labels.join("."));
const type = fc.constantFrom<DnsType>("A", "AAAA", "PTR", "TYPE16", "TYPE65535");
const record = fc.oneof(
  fc.record({
    name,
    type: type.filter((one) => one !== "PTR"),
    ttl: fc.nat({ max: 0xffff_ffff }),
    data: fc.uint8Array({ maxLength: 40 }),
  }, PLAIN),
  fc.record({
    name,
    type: fc.constant<DnsType>("PTR"),
    ttl: fc.nat({ max: 0xffff_ffff }),
    data: name.map(encodeName),
  }, PLAIN),
);
const message: fc.Arbitrary<DnsMessage> = fc.record({
  id: fc.nat({ max: 0xffff }),
  response: fc.boolean(),
  recursionDesired: fc.boolean(),
  rcode: fc.nat({ max: 15 }),
  question: fc.record({ name, type }, PLAIN),
  answers: fc.array(record, { maxLength: 4 }),
}, PLAIN);

describe("the DNS codec", () => {
  it("writes a query as RFC 1035 says, and reads it", () => {
    assert.equal(encodeHex(encodeDnsMessage(QUERY)), QUERY_HEX);
    assert.deepEqual(decodeDnsMessage(decodeHex(QUERY_HEX)), QUERY);
  });

  it("writes a response", () => {
    const answer = { name: "a", type: "A", ttl: 60, data: Uint8Array.of(127, 0, 0, 1) } as const;
    const question = { name: "a", type: "A" } as const;
    const response = { ...QUERY, response: true, question, answers: [answer] };
    assert.equal(
      encodeHex(encodeDnsMessage(response)),
      "123485800001000100000000" + "01610000010001" + "01610000010001" + "0000003C" +
        "00047F000001",
    );
  });

  it("reads names that point back", () => {
    const bytes = decodeHex(
      "000180000001000100000000" + "01610262630000010001" + "C00E" + "000C0001" + "00000001" +
        "0004" + "0178C00E",
    );
    const { question, answers } = decodeDnsMessage(bytes);
    assert.equal(question.name, "a.bc");
    assert.equal(answers[0]?.name, "bc");
    assert.equal(decodeName(answers[0]!.data), "x.bc");
  });

  it("reads back every message that it writes", () => {
    fc.assert(fc.property(message, (message) => {
      assert.deepEqual(decodeDnsMessage(encodeDnsMessage(message)), message);
    }));
  });

  it("throws nothing but a SyntaxError on any bytes", () => {
    const readable = (bytes: Uint8Array) => {
      try {
        decodeDnsMessage(bytes);
      } catch (error) {
        assert.ok(error instanceof SyntaxError, String(error));
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), readable));
    fc.assert(fc.property(message, fc.nat(), fc.nat({ max: 255 }), (message, at, byte) => {
      const bytes = encodeDnsMessage(message);
      bytes[at % bytes.length] = byte;
      readable(bytes);
    }));
  });

  it("refuses a message cut off anywhere", () => {
    const bytes = decodeHex(QUERY_HEX);
    for (let length = 0; length < bytes.length; length++) {
      assert.throws(() => decodeDnsMessage(bytes.subarray(0, length)), SyntaxError);
    }
  });

  it("refuses names that go in circles, or forward", () => {
    for (const pointer of ["C00C", "C00E", "C0FF", "40"]) {
      const bytes = decodeHex("000000000001000000000000" + pointer + "00010001" + "00".repeat(300));
      assert.throws(() => decodeDnsMessage(bytes), SyntaxError);
    }
  });

  for (
    const bad of ["a..b", ".a", "x".repeat(64), `${"abcdefg.".repeat(32)}x`, "\u0100"]
  ) {
    it(`refuses the name ${JSON.stringify(bad.slice(0, 20))}`, () => {
      assert.throws(() => encodeName(bad), RangeError);
    });
  }

  it("takes the root and a final dot", () => {
    assert.deepEqual(encodeName(""), Uint8Array.of(0));
    assert.deepEqual(encodeName("."), Uint8Array.of(0));
    assert.deepEqual(encodeName("a."), Uint8Array.of(1, 97, 0));
  });
});
