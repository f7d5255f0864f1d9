import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeCommand } from "../../lib/codec/command.ts";
import { concatBytes, encodeText } from "../../lib/codec/text.ts";
import { CommandReader, type ControlCommand } from "../../lib/testing/command_reader.ts";

/** What a reader makes of a text that comes in pieces of `size` bytes. */
function read(text: string, size: number): ControlCommand[] {
  const bytes = encodeText(text);
  const reader = new CommandReader();
  const commands: ControlCommand[] = [];
  for (let start = 0; start < bytes.length; start += size) {
    commands.push(...reader.push(bytes.subarray(start, start + size)));
  }
  return commands;
}

describe("CommandReader", () => {
  for (
    const [text, expected] of [
      ["GETINFO version\r\n", [["GETINFO version", "GETINFO", "version", undefined]]],
      ["getinfo  a b\n", [["getinfo  a b", "GETINFO", " a b", undefined]]],
      ["\r\n", [["", "", "", undefined]]],
      ["QUIT\r\nQUIT\r\nQUI", [["QUIT", "QUIT", "", undefined], ["QUIT", "QUIT", "", undefined]]],
      ["+LOADCONF\r\n.\r\n", [["LOADCONF", "LOADCONF", "", ""]]],
      [
        "+HSPOST SERVER=x\r\na\r\n..b\r\n\r\n.\r\nQUIT\r\n",
        [["HSPOST SERVER=x", "HSPOST", "SERVER=x", "a\n.b\n"], ["QUIT", "QUIT", "", undefined]],
      ],
      ["+LOADCONF\r\nno end\r\n", []],
    ] as const
  ) {
    it(`reads ${JSON.stringify(text)}, whole and byte by byte`, () => {
      const commands = expected.map(([line, keyword, args, data]) => ({
        line,
        keyword,
        args,
        data,
      }));
      assert.deepEqual(read(text, 1000), commands);
      assert.deepEqual(read(text, 1), commands);
    });
  }

  it("reads back the data of any command that the encoder writes", () => {
    fc.assert(fc.property(
      fc.array(fc.stringMatching(/^[^\n\r\0]*$/), { minLength: 1 }),
      fc.integer({ min: 1, max: 7 }),
      (lines, size) => {
        const data = lines.join("\n");
        fc.pre(!data.endsWith("\n") && data !== "" && !/[\uD800-\uDFFF]/u.test(data));
        const text = encodeCommand({ keyword: "LOADCONF", data });
        assert.deepEqual(read(text, size).map((command) => command.data), [data]);
      },
    ));
  });

  it("keeps bytes that are not UTF-8", () => {
    const reader = new CommandReader();
    const line = concatBytes([encodeText("X "), Uint8Array.of(0xff, 0x0a)]);
    assert.deepEqual(reader.push(line).map(({ args }) => encodeText(args)), [Uint8Array.of(0xff)]);
  });
});
