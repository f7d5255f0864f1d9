import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { InternTable } from "../../../lib/codec/events/intern_table.ts";
import {
  parseHostPort,
  parseIsoTime,
  parseLongName,
  parseServerSpec,
} from "../../../lib/codec/events/mod.ts";
import { parseCount, parseNumber } from "../../../lib/codec/events/numbers.ts";
import { encodeHostPort, encodeServer, encodeTime } from "../../_support/encode_event.ts";
import { hostPort, longName, time } from "../../_support/event_arbitraries.ts";

describe("parseIsoTime", () => {
  const TABLE: [string, string | undefined][] = [
    ["2026-11-21 20:08:02", "2026-11-21T20:08:02.000Z"],
    ["2026-11-21T20:08:02", "2026-11-21T20:08:02.000Z"],
    ["2026-11-21T20:07:59.277932", "2026-11-21T20:07:59.277Z"],
    ["2026-11-21T20:07:59.2", "2026-11-21T20:07:59.200Z"],
    ["2026-11-21T20:07:59.27", "2026-11-21T20:07:59.270Z"],
    ["2026-11-21T20:07:59.2779Z", "2026-11-21T20:07:59.277Z"],
    ["2026-11-21 20:08:02Z", "2026-11-21T20:08:02.000Z"],
    ["2026-11-21 20:08:02+01:30", "2026-11-21T18:38:02.000Z"],
    ["2026-11-21 20:08:02-23:59", "2026-11-22T20:07:02.000Z"],
    ["2026-11-21 20:08:02-0100", "2026-11-21T21:08:02.000Z"],
    ["2016-12-31 23:59:60", "2017-01-01T00:00:00.000Z"],
    ["2024-02-29 00:00:00", "2024-02-29T00:00:00.000Z"],
    ["0000-01-01 00:00:00", "0000-01-01T00:00:00.000Z"],
    ["2023-02-29 00:00:00", undefined],
    ["2026-00-21 20:08:02", undefined],
    ["2026-13-21 20:08:02", undefined],
    ["2026-11-00 20:08:02", undefined],
    ["2026-11-31 20:08:02", undefined],
    ["2026-11-21 24:08:02", undefined],
    ["2026-11-21 20:60:02", undefined],
    ["2026-11-21 20:08:61", undefined],
    ["2026-11-21 20:08", undefined],
    ["2026-11-21", undefined],
    ["2026-11-21x20:08:02", undefined],
    ["2026/11/21 20:08:02", undefined],
    ["2026-11-21 20.08.02", undefined],
    ["2026-11-21 2x:08:02", undefined],
    ["2026-11-21 1::08:02", undefined],
    ["2026-11-21 :1:08:02", undefined],
    ["2026-11-21 20:08:02.", undefined],
    ["2026-11-21 20:08:02.x", undefined],
    ["2026-11-21 20:08:02.1x", undefined],
    ["2026-11-21 20:08:02.1:", undefined],
    ["2026-11-21 20:08:02 UTC", undefined],
    ["2026-11-21 20:08:02+24:00", undefined],
    ["now", undefined],
    ["", undefined],
  ];
  for (const [text, expected] of TABLE) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.equal(parseIsoTime(text)?.toISOString(), expected);
    });
  }

  it("reads times in any order, since it remembers the last day", () => {
    fc.assert(fc.property(fc.array(time), (times) => {
      assert.deepEqual(times.map((value) => parseIsoTime(encodeTime(value)!)), times);
    }));
  });
});

describe("parseHostPort", () => {
  it("gives back what was written", () => {
    fc.assert(fc.property(hostPort, (value) => {
      assert.deepEqual(parseHostPort(encodeHostPort(value)), value);
    }));
  });

  it("takes off brackets where there are two", () => {
    assert.deepEqual(parseHostPort("[::1]:1"), { address: "::1", port: 1 });
    assert.deepEqual(parseHostPort("[::1:1"), { address: "[::1", port: 1 });
    assert.deepEqual(parseHostPort("::1]:1"), { address: "::1]", port: 1 });
  });

  it("gives nothing where there is no port", () => {
    for (const text of ["", ":", "80", "a", "a:", "a:b", "a:-1", "a:65536", "a:1234567", "a:1 "]) {
      assert.equal(parseHostPort(text), undefined, text);
    }
  });
});

describe("parseLongName, parseServerSpec", () => {
  it("give back what was written", () => {
    fc.assert(fc.property(longName, (name) => {
      const text = encodeServer(name);
      assert.deepEqual(parseLongName(text), name);
      assert.deepEqual(parseServerSpec(text), name);
      assert.deepEqual(parseLongName(text.slice(1)), name);
      assert.deepEqual(parseLongName(text.replace("~", "=")), name);
    }));
  });

  it("give nothing for what is no name", () => {
    const fingerprint = "$66972AEBAE3817FCB98E86F1299384730775AB5A";
    for (
      const text of [
        "",
        "$",
        "$abc",
        fingerprint.replace("A", "G"),
        fingerprint.replace("A", "g"),
        fingerprint.replace("A", "`"),
        fingerprint.replace("A", "@"),
        `${fingerprint}0`,
        `${fingerprint}~`,
        `${fingerprint}~a-b`,
        `${fingerprint}~a:b`,
        `${fingerprint}-moria1`,
        `$${fingerprint}`,
      ]
    ) {
      assert.equal(parseLongName(text), undefined, text);
    }
    assert.equal(parseServerSpec(""), undefined);
    assert.equal(parseServerSpec("a b"), undefined);
    assert.deepEqual(parseServerSpec("moria1"), { fingerprint: undefined, nickname: "moria1" });
  });
});

describe("parseCount, parseNumber", () => {
  it("read every number that is exact", () => {
    fc.assert(fc.property(fc.maxSafeNat(), (count) => assert.equal(parseCount(`${count}`), count)));
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      assert.equal(parseNumber(`${number}`), number === 0 ? 0 : number);
    }));
  });

  it("read nothing else", () => {
    for (const text of ["", "-1", "+1", "1.0", " 1", "1 ", "x", "9007199254740992", "0x10"]) {
      assert.equal(parseCount(text), undefined, text);
    }
    for (const text of ["", "-", "1.", ".5", "0x10", "NaN", "Infinity", "1e", " 1"]) {
      assert.equal(parseNumber(text), undefined, text);
    }
    assert.equal(parseNumber("+3600"), 3600);
  });
});

describe("InternTable", () => {
  it("gives each word its value, however few places there are", () => {
    const word = fc.stringMatching(/^[ab]{0,8}$/);
    fc.assert(fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const table = new InternTable((word) => ({ word }), 4);
      const text = words.join("");
      for (let i = 0, start = 0; i < words.length; start += words[i++]!.length) {
        assert.deepEqual(table.get(text, start, start + words[i]!.length), { word: words[i] });
      }
    }));
  });

  it("makes a value once, and keeps the newer two of the words that have one place", () => {
    const made: string[] = [];
    const table = new InternTable((word) => made.push(word), 2);
    const get = (word: string) => table.get(word, 0, word.length);
    for (const word of ["one", "two", "one", "two", "three", "two", "three", "one"]) get(word);
    assert.deepEqual(made, ["", "one", "two", "three", "one"]);
  });
});
