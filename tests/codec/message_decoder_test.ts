import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ReplyLine } from "../../lib/codec/message.ts";
import { encodeText } from "../../lib/codec/text.ts";
import { LimitExceededError, TorError } from "../../lib/errors/mod.ts";
import { cut, decodeChunks, decodeMessages } from "../_support/decode_messages.ts";
import { encodeDataBlock, encodeReply } from "../_support/encode_reply.ts";
import { readRecordedReplies } from "../_support/recorded_replies.ts";

const recorded = readRecordedReplies();

describe("MessageDecoder on recorded replies", () => {
  it("has the recording before it", () => assert.ok(recorded.length > 90, `${recorded.length}`));

  for (const { command, lines, raw } of recorded) {
    it(`reads the reply to ${command}`, () => {
      const { replies, events, strays } = decodeMessages(raw);
      assert.equal(replies.length, 1);
      assert.equal(events.length + strays.length, 0);
      assert.equal(encodeReply(replies[0]!.lines), raw);
      assert.equal(replies[0]!.code, Number(lines.at(-1)!.slice(0, 3)));
    });
  }

  it("reads each the same when it is cut at any byte", () => {
    for (const { raw } of recorded) {
      const bytes = encodeText(raw);
      const whole = decodeChunks([bytes]);
      for (let i = 1; i < bytes.length; i++) assert.deepEqual(decodeChunks(cut(bytes, i)), whole);
      assert.deepEqual(decodeChunks(Array.from(bytes, (byte) => Uint8Array.of(byte))), whole);
    }
  });

  it("reads all of them in one stream, with an event between any two lines", () => {
    let count = 0;
    const raw = recorded.map(({ raw }) => {
      let data = false;
      return raw.split("\r\n").slice(0, -1).map((line) => {
        if (data) {
          data = line !== ".";
          return `${line}\r\n`;
        }
        data = line[3] === "+";
        count++;
        return `650 BW ${count} 0\r\n${line}\r\n`;
      }).join("");
    }).join("");
    const { replies, events, strays } = decodeMessages(raw);
    assert.equal(replies.length, recorded.length);
    assert.equal(
      replies.map((reply) => encodeReply(reply.lines)).join(""),
      recorded.map((r) => r.raw).join(""),
    );
    assert.deepEqual(
      events.map(({ text }) => text),
      Array.from({ length: count }, (_, i) => `BW ${i + 1} 0`),
    );
    assert.deepEqual(strays, []);
  });
});

describe("MessageDecoder on anything", () => {
  const code = fc.constantFrom(250, 251, 252, 451, 512, 552);
  const text = fc.string({ unit: "grapheme" }).map((s) => s.replaceAll(/[\r\n]/g, ""));
  const data = fc.array(fc.oneof(text, fc.constantFrom(".", "..", ".x", ""))).map((lines) =>
    lines.length === 1 && lines[0] === "" ? "" : lines.join("\n")
  );
  const line = fc.tuple(code, text, fc.option(data, { nil: undefined }));
  const reply = fc.tuple(fc.array(line), code, text).map(([lines, last, end]): ReplyLine[] => [
    ...lines.map(([code, text, data]) => ({ code, text, data })),
    { code: last, text: end, data: undefined },
  ]);

  it("gives back every reply that is encoded, cut anywhere", () => {
    fc.assert(fc.property(fc.array(reply, { minLength: 1 }), fc.nat(), (given, at) => {
      const bytes = encodeText(given.map(encodeReply).join(""));
      const { replies, events, strays } = decodeChunks(cut(bytes, at % bytes.length));
      assert.deepEqual(replies.map(({ lines }) => lines), given);
      assert.equal(events.length + strays.length, 0);
    }));
  });

  it("throws nothing but our errors, whatever comes", () => {
    const byte = fc.oneof(fc.nat(255), fc.constantFrom(...encodeText("256650+- .\r\n")));
    const chunks = fc.array(fc.array(byte).map((bytes) => Uint8Array.from(bytes)));
    fc.assert(
      fc.property(chunks, (given) => {
        try {
          decodeChunks(given, { lineLimit: 40, replyLimit: 60 });
        } catch (error) {
          assert.ok(error instanceof TorError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("MessageDecoder", () => {
  const block = encodeDataBlock;

  it("unstuffs dots, and takes bare line feeds", () => {
    const { replies } = decodeMessages("250+x=\n..\n..a\n.b\na.\n.\n250 OK\n");
    assert.equal(replies[0]?.lines[0]?.data, ".\n.a\nb\na.");
  });

  it("keeps a carriage return that ends no line", () => {
    assert.equal(decodeMessages("250 a\rb\r\r\n").replies[0]?.lines[0]?.text, "a\rb\r");
    assert.equal(
      decodeMessages("250+x=\r\na\rb\r\n.\r\n250 OK\r\n").replies[0]?.lines[0]?.data,
      "a\rb",
    );
  });

  it("does not take lines of a data block for events or replies", () => {
    const { replies, events } = decodeMessages(
      `250+x=\r\n${block("650 BW 1 2\n250 OK\n\n552 no")}250 OK\r\n`,
    );
    assert.equal(replies.length, 1);
    assert.equal(replies[0]?.lines[0]?.data, "650 BW 1 2\n250 OK\n\n552 no");
    assert.equal(events.length, 0);
  });

  it("reads an event of many lines, in the midst of a reply of many lines", () => {
    const { replies, events } = decodeMessages(
      "250-a=1\r\n650-CONF_CHANGED\r\n650-SocksPort=9050\r\n650 OK\r\n250-b=2\r\n250 OK\r\n",
    );
    assert.deepEqual(replies[0]?.lines.map(({ text }) => text), ["a=1", "b=2", "OK"]);
    assert.deepEqual(events, [{
      text: "CONF_CHANGED",
      data: undefined,
      rest: [{ text: "SocksPort=9050", data: undefined }],
    }]);
  });

  it("reads an event with a data block", () => {
    const { events } = decodeMessages(`650+NS\r\n${block("r a\ns Fast")}650 OK\r\n650 BW 1 2\r\n`);
    assert.deepEqual(events, [
      { text: "NS", data: "r a\ns Fast", rest: [] },
      { text: "BW 1 2", data: undefined, rest: [] },
    ]);
  });

  it("reads a data block without the final OK, as old versions of Tor sent it", () => {
    const { events } = decodeMessages(
      `650+NS\r\n${block("r a")}650 BW 1 2\r\n650+NS\r\n${block("r b")}650+NS\r\n${
        block("")
      }650 OK\r\n`,
    );
    assert.deepEqual(events.map(({ text, data }) => [text, data]), [
      ["NS", "r a"],
      ["BW 1 2", undefined],
      ["NS", "r b"],
      ["NS", ""],
    ]);
  });

  it("keeps a data block of an event's later line with that line", () => {
    const { events } = decodeMessages(`650-X\r\n650+Y=\r\n${block("data")}650 OK\r\n`);
    assert.deepEqual(events, [{
      text: "X",
      data: undefined,
      rest: [{ text: "Y=", data: "data" }],
    }]);
  });

  for (
    const line of [
      "",
      "250",
      "25 OK",
      "150 no",
      "750 no",
      "abc",
      "2a0 x",
      "250_x",
      "HTTP/1.1 400 x",
    ]
  ) {
    it(`drops the stray line ${JSON.stringify(line)} and goes on`, () => {
      const { replies, strays } = decodeMessages(`250-a=1\r\n${line}\r\n250 OK\r\n`);
      assert.deepEqual(strays, [line]);
      assert.equal(replies[0]?.lines.length, 2);
    });
  }

  it("keeps the codes of mixed replies", () => {
    const { replies } = decodeMessages("250-a=b\r\n512-syntax error\r\n250 c=d\r\n");
    assert.deepEqual(replies[0]?.lines.map((line) => line.code), [250, 512, 250]);
  });

  it("keeps a byte that is not UTF-8", () => {
    const bytes = [...encodeText("250 a"), 0xff, ...encodeText("b\r\n")];
    assert.equal(decodeChunks([Uint8Array.from(bytes)]).replies[0]?.lines[0]?.text, "a\udcffb");
  });

  it("refuses a reply beyond the limit, and names it", () => {
    for (const raw of ["250-aaaaaa\r\n250-bbbbbb\r\n", `250+x=\r\n${"aaaa\r\n".repeat(4)}`]) {
      assert.throws(() => decodeMessages(raw, { replyLimit: 10 }), (error) => {
        assert.ok(error instanceof LimitExceededError);
        assert.equal(error.limitName, "replyLimit");
        return true;
      });
    }
    decodeMessages("250-aaaaaa\r\n250 OK\r\n250-bbbbbb\r\n250 OK\r\n", { replyLimit: 10 });
  });

  it("refuses an event beyond the limit, and not many small ones", () => {
    assert.throws(() => decodeMessages(`650+NS\r\n${"aaaa\r\n".repeat(4)}`, { replyLimit: 10 }), {
      name: "LimitExceededError",
    });
    assert.equal(decodeMessages("650 BW 1 2\r\n".repeat(9), { replyLimit: 10 }).events.length, 9);
  });
});
