import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { parseWords } from "../../lib/codec/keywords.ts";
import { encodeQuoted } from "../../lib/codec/quoted.ts";

const parse = (line: string) => {
  const { positional, keywords } = parseWords(line);
  return [positional, Object.fromEntries(keywords)];
};

describe("parseWords", () => {
  const TABLE: [string, string[], Record<string, string>][] = [
    ["", [], {}],
    ["  a   b ", ["a", "b"], {}],
    ['AUTH METHODS=COOKIE,SAFECOOKIE COOKIEFILE="/a b/c"', ["AUTH"], {
      METHODS: "COOKIE,SAFECOOKIE",
      COOKIEFILE: "/a b/c",
    }],
    ['VERSION Tor="0.4.9.11"', ["VERSION"], { Tor: "0.4.9.11" }],
    ["IPVersions=v4=16,v6=40", [], { IPVersions: "v4=16,v6=40" }],
    ["A= B=", [], { A: "", B: "" }],
    ["A=1 A=2", [], { A: "2" }],
    ['"two words" x', ["two words", "x"], {}],
    ['"broken x', ['"broken', "x"], {}],
    ['K="broken x', ["x"], { K: '"broken' }],
    ['K="a"b c', ["c"], { K: '"a"b' }],
    ["=x", ["=x"], {}],
    [String.raw`K="\303\251 \"x\""`, [], { K: 'é "x"' }],
  ];
  for (const [line, positional, keywords] of TABLE) {
    it(`reads ${line}`, () => assert.deepEqual(parse(line), [positional, keywords]));
  }

  it("gives back values that were quoted, whatever is in them", () => {
    const value = fc.string({ unit: "binary" }).map((s) => s.replaceAll("\0", ""));
    fc.assert(fc.property(value, value, (a, b) => {
      const line = `WORD A=${encodeQuoted(a)} B=${encodeQuoted(b)}`;
      assert.deepEqual(parse(line), [["WORD"], { A: a, B: b }]);
    }));
  });

  it("throws nothing and ends, whatever comes", () => {
    const word = fc.constantFrom('"', "\\", "=", " ", "K", "a", "\t", "é");
    fc.assert(fc.property(fc.array(word), (words) => void parseWords(words.join(""))));
  });
});
