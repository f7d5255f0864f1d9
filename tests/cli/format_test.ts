import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatBytes, formatDuration, formatTable } from "../../lib/cli/format.ts";
import { formatJson } from "../../lib/cli/format_json.ts";
import { harmless, harmlessLines } from "../../lib/cli/harmless.ts";

describe("harmless()", () => {
  const cases: [string, string][] = [
    ["plain – ü 語 🧅", "plain – ü 語 🧅"],
    ["\x1b[31mred", "\\x1b[31mred"],
    ["a\nb\tc\r\0\x7f", "a\\x0ab\\x09c\\x0d\\x00\\x7f"],
    ["\x9b2J", "\\x9b2J"],
    ["user\u202egnp.exe\u2066", "user\\u202egnp.exe\\u2066"],
    ["a\u2028b", "a\\u2028b"],
    ["\udc80", "\\udc80"],
  ];
  for (const [text, expected] of cases) {
    it(`gives ${expected}`, () => assert.equal(harmless(text), expected));
  }

  it("leaves lines and tabs where they are meant", () => {
    assert.equal(harmlessLines("a\r\n\tb\x1bc\rd\n"), "a\n\tb\\x1bc\\x0dd\n");
  });
});

describe("formatTable()", () => {
  it("sets columns below each other, and marks what is not known", () => {
    assert.deepEqual(formatTable([["ID", "NAME", "X"], [12, undefined, "y"], [3, "ünï", ""]]), [
      "ID  NAME  X",
      "12  -     y",
      "3   ünï   -",
    ]);
  });

  it("lets no cell steer the terminal", () => {
    assert.deepEqual(formatTable([["a\x1bb", "c\nd"]]), ["a\\x1bb  c\\x0ad"]);
  });

  it("is empty where there is nothing", () => assert.deepEqual(formatTable([]), []));
});

describe("formatJson()", () => {
  it("is JSON of lists, maps and big numbers, without what would steer a terminal", () => {
    const value = { set: new Set([1]), map: new Map([["k", 2n]]), text: "\x1b\x9b\u202e\x7f" };
    const text = formatJson(value, 0);
    assert.equal(
      text,
      '{"set":[1],"map":{"k":"2"},"text":"\\u001b\\u009b\\u202e\\u007f"}',
    );
    assert.equal(JSON.parse(text).text, value.text);
  });
});

describe("numbers for people", () => {
  it("tells bytes", () => {
    const cases: [number, string][] = [
      [0, "0 B"],
      [1023, "1023 B"],
      [1536, "1.5 KiB"],
      [5 * 1024 ** 3, "5.0 GiB"],
      [3000 * 1024 ** 4, "3000.0 TiB"],
    ];
    for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
  });

  it("tells lengths of time by their two largest units", () => {
    const cases: [number, string][] = [
      [-1, "0 s"],
      [0.9, "0 s"],
      [59, "59 s"],
      [60, "1 min"],
      [3661, "1 h 1 min"],
      [86_400 + 59, "1 d"],
      [90_000, "1 d 1 h"],
    ];
    for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text);
  });
});
