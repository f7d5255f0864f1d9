import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseEvent } from "../../../lib/codec/events/mod.ts";
import { EventLine } from "../../_support/encode_event.ts";
import {
  extraKeywords,
  extras,
  optional,
  record,
  text,
  word,
} from "../../_support/event_arbitraries.ts";
import { plainEvent } from "../../_support/plain_event.ts";

const parse = (line: string | EventLine) => plainEvent(parseEvent(`${line}`));
const RECOGNISED = { extra: {}, extraArguments: [] };

describe("DEBUG, INFO, NOTICE, WARN, ERR", () => {
  it("read a message of one line", () => {
    assert.deepEqual(parse("WARN DROPTIMEOUTS is dangerous;  A=b"), {
      type: "WARN",
      message: "DROPTIMEOUTS is dangerous;  A=b",
      ...RECOGNISED,
    });
  });

  it("read a message of many lines", () => {
    const event = parseEvent("ERR", "one\n\ntwo", [{ text: "OK", data: undefined }]);
    assert.deepEqual(plainEvent(event), { type: "ERR", message: "one\n\ntwo", ...RECOGNISED });
  });

  it("read further lines, and no message at all", () => {
    const event = parseEvent("INFO one", undefined, [
      { text: "two", data: "three" },
      { text: "four", data: undefined },
    ]);
    assert.equal("message" in event && event.message, "one\ntwo\nthree\nfour");
    assert.deepEqual(parse("DEBUG"), { type: "DEBUG", message: "", ...RECOGNISED });
  });

  it("come back as they were encoded", () => {
    const type = fc.constantFrom("DEBUG", "INFO", "NOTICE", "WARN", "ERR");
    fc.assert(fc.property(type, text, (type, message) => {
      const event = { type, message, ...RECOGNISED };
      assert.deepEqual(plainEvent(parseEvent(`${type} ${message}`)), event);
      assert.deepEqual(plainEvent(parseEvent(type, message)), event);
    }));
  });
});

describe("SIGNAL, NETWORK_LIVENESS, DESCCHANGED", () => {
  it("read their word", () => {
    assert.deepEqual(parse("SIGNAL NEWNYM"), { type: "SIGNAL", signal: "NEWNYM", ...RECOGNISED });
    assert.deepEqual(parse("NETWORK_LIVENESS DOWN A=1"), {
      type: "NETWORK_LIVENESS",
      status: "DOWN",
      extra: { A: "1" },
      extraArguments: [],
    });
    assert.deepEqual(parse("DESCCHANGED"), { type: "DESCCHANGED", ...RECOGNISED });
  });

  it("are malformed without it", () => {
    assert.equal(parseEvent("SIGNAL").type, "unknown");
    assert.equal(parseEvent("NETWORK_LIVENESS").type, "unknown");
  });

  it("come back as they were encoded", () => {
    fc.assert(fc.property(word, extras, (value, left) => {
      const signal = new EventLine("SIGNAL").words(value).extra(left);
      assert.deepEqual(parse(signal), { type: "SIGNAL", signal: value, ...left });
      const liveness = new EventLine("NETWORK_LIVENESS").words(value).extra(left);
      assert.deepEqual(parse(liveness), { type: "NETWORK_LIVENESS", status: value, ...left });
      const changed = new EventLine("DESCCHANGED").extra(left);
      assert.deepEqual(parse(changed), { type: "DESCCHANGED", ...left });
    }));
  });
});

describe("CONF_CHANGED", () => {
  const line = (text: string) => ({ text, data: undefined });

  it("reads changes in order, unquoted where they are quoted", () => {
    const event = parseEvent("CONF_CHANGED", undefined, [
      line("MaxCircuitDirtiness=700"),
      line("ExitNodes"),
      line(String.raw`ContactInfo="a \"b\" \\ c\n"`),
      line("SocksPort=9050"),
      line("SocksPort=unix:/a b/c WorldWritable"),
      line("Nickname="),
      line('HiddenServicePort="80" "81"'),
      line("OK"),
    ]);
    assert.deepEqual(plainEvent(event), {
      type: "CONF_CHANGED",
      changes: [
        { key: "MaxCircuitDirtiness", value: "700" },
        { key: "ExitNodes", value: undefined },
        { key: "ContactInfo", value: 'a "b" \\ c\n' },
        { key: "SocksPort", value: "9050" },
        { key: "SocksPort", value: "unix:/a b/c WorldWritable" },
        { key: "Nickname", value: "" },
        { key: "HiddenServicePort", value: '"80" "81"' },
      ],
      ...RECOGNISED,
    });
  });

  it("comes back as it was encoded", () => {
    const changes = fc.array(record({ key: nameOfOption, value: optional(text) }));
    fc.assert(fc.property(changes, extraKeywords, (changes, left) => {
      const rest = changes.map(({ key, value }) =>
        line(`${new EventLine(key).quoted("", value)}`.replace(" =", "="))
      );
      const event = parseEvent(`${new EventLine("CONF_CHANGED").extra(left)}`, undefined, rest);
      assert.deepEqual(plainEvent(event), { type: "CONF_CHANGED", changes, ...left });
    }));
  });
});

describe("AUTHDIR_NEWDESCS", () => {
  it("reads the action, the message and the descriptor", () => {
    const event = parseEvent("AUTHDIR_NEWDESCS", "ACCEPTED\nWelcome here\nrouter a\nsignature");
    assert.deepEqual(plainEvent(event), {
      type: "AUTHDIR_NEWDESCS",
      action: "ACCEPTED",
      message: "Welcome here",
      descriptor: "router a\nsignature",
      ...RECOGNISED,
    });
  });

  it("is malformed where a part is missing", () => {
    assert.equal(parseEvent("AUTHDIR_NEWDESCS").type, "unknown");
    assert.equal(parseEvent("AUTHDIR_NEWDESCS", "ACCEPTED\nWelcome").type, "unknown");
  });

  it("comes back as it was encoded", () => {
    const line = text.map((value) => value.replaceAll("\n", ""));
    fc.assert(fc.property(word, line, text, (action, message, descriptor) => {
      const event = parseEvent("AUTHDIR_NEWDESCS", `${action}\n${message}\n${descriptor}`);
      assert.deepEqual(plainEvent(event), {
        type: "AUTHDIR_NEWDESCS",
        action,
        message,
        descriptor,
        ...RECOGNISED,
      });
    }));
  });
});

const nameOfOption: fc.Arbitrary<string> = fc.stringMatching(/^[A-Z][A-Za-z0-9]{1,12}$/)
  .filter((name) => name !== "OK");
