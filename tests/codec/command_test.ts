import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  type Command,
  type CommandArgument,
  describeCommand,
  encodeCommand,
} from "../../lib/codec/command.ts";
import { parseWords } from "../../lib/codec/keywords.ts";

const anything = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("x\r\nSIGNAL HALT", 'a" b="c', "a b", "\n", "\0", "", "a=b", "\r", "\x85", '"'),
);

describe("encodeCommand", () => {
  it("lets no argument add a line or a field", () => {
    const arg: fc.Arbitrary<CommandArgument> = fc.oneof(
      anything,
      fc.record({ secretWord: anything }),
      fc.record({ key: anything, value: anything }),
      fc.record({ key: anything, quoted: anything }),
    );
    fc.assert(
      fc.property(fc.array(arg), (args) => {
        let line: string;
        try {
          line = encodeCommand({ keyword: "SETCONF", args });
        } catch (error) {
          assert.ok(error instanceof TypeError, String(error));
          return;
        }
        // deno-lint-ignore no-control-regex
        assert.match(line, /^[^\x00-\x1f\x7f]*\r\n$/);
        const { positional, keywords } = parseWords(line.slice(0, -2));
        const keys = args.filter((arg) => typeof arg === "object" && "key" in arg);
        // A word such as `a=b` is one keyword; the same key given twice is one entry of the map.
        assert.ok(positional.length + keywords.size <= args.length + 1);
        for (const { key, quoted } of keys as { key: string; quoted?: string }[]) {
          if (quoted !== undefined && /^[A-Za-z0-9_]+$/.test(key)) assert.ok(keywords.has(key));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it("gives quoted values to Tor as they are", () => {
    const text = fc.string({ unit: "binary" }).map((s) => s.replaceAll("\0", ""));
    fc.assert(fc.property(text, text, (a, b) => {
      const args = [{ key: "A", quoted: a }, { key: "B", quoted: b }];
      const { keywords } = parseWords(encodeCommand({ keyword: "SETCONF", args }).slice(0, -2));
      assert.deepEqual(Object.fromEntries(keywords), { A: a, B: b });
    }));
  });

  it("lets no data end its block, and keeps its lines", () => {
    const line = fc.oneof(
      fc.constantFrom(".", "..", "", ".x", "250 OK"),
      fc.string().map((s) => s.replaceAll(/[\0\r\n]/g, "")),
    );
    fc.assert(fc.property(fc.array(line, { minLength: 1 }), (lines) => {
      const text = encodeCommand({ keyword: "LOADCONF", data: `${lines.join("\n")}\n` });
      const sent = text.split("\r\n");
      assert.equal(sent.shift(), "+LOADCONF");
      assert.equal(sent.pop(), "");
      assert.equal(sent.pop(), ".");
      assert.ok(!sent.includes("."));
      assert.deepEqual(sent.map((line) => line.replace(/^\./, "")), lines);
    }));
  });

  const TABLE: [Command, string][] = [
    [{ keyword: "QUIT" }, "QUIT\r\n"],
    [{ keyword: "GETINFO", args: ["version", "ns/all"] }, "GETINFO version ns/all\r\n"],
    [
      { keyword: "ADD_ONION", args: [{ secretWord: "K:b" }, { key: "Port", value: "80,1" }] },
      "ADD_ONION K:b Port=80,1\r\n",
    ],
    [{ keyword: "SETCONF", args: [{ key: "A", quoted: 'x "y"' }] }, 'SETCONF A="x \\"y\\""\r\n'],
    [
      { keyword: "POSTDESCRIPTOR", args: ["cache=no"], data: "a\n.b" },
      "+POSTDESCRIPTOR cache=no\r\na\r\n..b\r\n.\r\n",
    ],
    [{ keyword: "LOADCONF", data: "" }, "+LOADCONF\r\n.\r\n"],
  ];
  for (const [command, text] of TABLE) {
    it(`writes ${describeCommand(command)}`, () => assert.equal(encodeCommand(command), text));
  }

  const BAD: Command[] = [
    { keyword: "" },
    { keyword: "GET INFO" },
    { keyword: "+LOADCONF" },
    { keyword: "QUIT\r\nQUIT" },
    { keyword: "X", args: [""] },
    { keyword: "X", args: ["a b"] },
    { keyword: "X", args: ['"'] },
    { keyword: "X", args: ["a\tb"] },
    { keyword: "X", args: ["\ud800"] },
    { keyword: "X", args: [{ key: "a b", value: "c" }] },
    { keyword: "X", args: [{ key: "a=b", quoted: "c" }] },
    { keyword: "X", args: [{ key: "a", quoted: "\0" }] },
    { keyword: "X", data: "a\0b" },
  ];
  for (const command of BAD) {
    it(`refuses ${JSON.stringify(command)}`, () => {
      assert.throws(() => encodeCommand(command), { name: "TypeError", message: /^Cannot / });
    });
  }
});

describe("secrets", () => {
  const command: Command = {
    keyword: "ADD_ONION",
    args: [
      { secretWord: "hunter2" },
      { key: "K", value: "hunter2", secret: true },
      { key: "Q", quoted: "hunter2", secret: true },
      "Flags=Detach",
    ],
  };

  it("are sent", () => assert.equal(encodeCommand(command).split("hunter2").length, 4));

  it("are not shown", () => {
    assert.equal(describeCommand(command), "ADD_ONION [secret] K=[secret] Q=[secret] Flags=Detach");
  });

  it("are not in the error that refuses them", () => {
    for (
      const args of [[{ secretWord: "hunter2 x" }], [{
        key: "K",
        value: "hunter2 x",
        secret: true,
      }]]
    ) {
      assert.throws(() => encodeCommand({ keyword: "X", args }), (error) => {
        assert.ok(error instanceof TypeError);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    }
  });
});
