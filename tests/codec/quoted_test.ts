import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { decodeQuoted, encodeQuoted } from "../../lib/codec/quoted.ts";

describe("encodeQuoted and decodeQuoted", () => {
  it("give every text back", () => {
    const text = fc.string({ unit: "binary" }).map((s) => s.replaceAll("\0", ""));
    fc.assert(fc.property(text, fc.string(), (given, after) => {
      const quoted = encodeQuoted(given);
      assert.deepEqual(decodeQuoted(quoted + after), { value: given, end: quoted.length });
    }));
  });

  it("leave nothing in the line that could end it or the string", () => {
    fc.assert(fc.property(fc.string({ unit: "binary-ascii" }), (given) => {
      const quoted = encodeQuoted(given.replaceAll("\0", ""));
      // deno-lint-ignore no-control-regex
      assert.match(quoted, /^"(?:[^"\\\x00-\x1f\x7f]|\\["\\nrt]|\\[0-3][0-7]{2})*"$/);
    }));
  });

  it("refuse a NUL", () => assert.throws(() => encodeQuoted("a\0"), TypeError));

  it("throw nothing, whatever comes", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), fc.nat(9), (text, start) => {
      decodeQuoted(text, start);
      decodeQuoted(`"${text}`);
    }));
  });

  const TABLE: [string, string | undefined][] = [
    ['""', ""],
    ['"a b"', "a b"],
    [String.raw`"s3 \"cret"`, 's3 "cret'],
    [String.raw`"a \"b\" \\ c\n"`, 'a "b" \\ c\n'],
    [String.raw`"\t\r\n"`, "\t\r\n"],
    [String.raw`"\x\y\z"`, "xyz"],
    [String.raw`"\1\12\101"`, "\x01\nA"],
    [String.raw`"\303\251"`, "é"],
    ['"é\\303\\251"', "éé"],
    [String.raw`"\377"`, "\udcff"],
    [String.raw`"\777"`, "?7"],
    ['"never ends', undefined],
    [String.raw`"never ends\"`, undefined],
    ["no quote", undefined],
    ["", undefined],
  ];
  for (const [quoted, value] of TABLE) {
    it(`read ${quoted}`, () => assert.equal(decodeQuoted(quoted)?.value, value));
  }
});
