import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeCommand } from "../../lib/codec/command.ts";
import { CommandError } from "../../lib/cli/command_error.ts";
import { completeLine } from "../../lib/cli/control/complete_line.ts";
import { CONTROL_COMMANDS } from "../../lib/cli/control/control_commands.ts";
import {
  describeControlLine,
  lineMemory,
  parseControlLine,
} from "../../lib/cli/control/control_line.ts";

/** What is sent for a line. */
function sent(line: string): string {
  const { keyword, args } = parseControlLine(line);
  return encodeCommand({ keyword, args });
}

describe("parseControlLine()", () => {
  const lines: [line: string, sent: string][] = [
    ["getinfo  version ", "GETINFO version\r\n"],
    ["SETCONF A=1 B", "SETCONF A=1 B\r\n"],
    ['SETCONF A="x \\"y\\" z" B=2', 'SETCONF A="x \\"y\\" z" B=2\r\n'],
    ["SETCONF Socks5ProxyPassword=s", "SETCONF Socks5ProxyPassword=s\r\n"],
    ['AUTHENTICATE "a b"', "AUTHENTICATE 612062\r\n"],
    ["AUTHENTICATE 612062", "AUTHENTICATE 612062\r\n"],
    ["ADD_ONION ED25519-V3:KEY= Port=80", "ADD_ONION ED25519-V3:KEY= Port=80\r\n"],
    ["EXTENDCIRCUIT 0 $AB=a,b", "EXTENDCIRCUIT 0 $AB=a,b\r\n"],
  ];
  for (const [line, expected] of lines) {
    it(`reads \`${line}\``, () => assert.equal(sent(line), expected));
  }

  it("tells lines that data follows", () => {
    assert.ok(parseControlLine("+LOADCONF").hasData);
    assert.ok(!parseControlLine("LOADCONF").hasData);
  });

  it("refuses what is no command, and repeats nothing of it", () => {
    for (
      const line of ["", "hunter2 x", 'SETCONF A="hunter', 'SETCONF A="x"hunter', 'X "hunter"']
    ) {
      assert.throws(() => parseControlLine(line), (error) => {
        assert.ok(error instanceof CommandError);
        assert.doesNotMatch(error.message, /hunter/);
        return true;
      });
    }
  });

  it("makes one line of any text, or none", () => {
    const text = fc.stringMatching(/^[a-zA-Z=" \\\t\r\n+0,$]*$/);
    fc.assert(fc.property(text, (rest) => {
      try {
        assert.match(sent(`GETINFO ${rest}`), /^GETINFO[^\r\n]*\r\n$/);
      } catch (error) {
        assert.ok(error instanceof CommandError || error instanceof TypeError, String(error));
      }
    }));
  });
});

describe("describeControlLine()", () => {
  it("shows no secret, and of unknown commands no word", () => {
    const shown = (line: string) => describeControlLine(parseControlLine(line));
    assert.equal(shown("authenticate 00"), "AUTHENTICATE [secret]");
    assert.equal(shown("ADD_ONION ED25519-V3:KEY Port=80"), "ADD_ONION [secret] Port=80");
    assert.equal(shown("ADD_ONION NEW:BEST Port=80"), "ADD_ONION NEW:BEST Port=80");
    assert.equal(shown("ONION_CLIENT_AUTH_ADD a x25519:b"), "ONION_CLIENT_AUTH_ADD a [secret]");
    assert.equal(shown('SETCONF Bridge="a" SafeSocks=1'), "SETCONF Bridge=[secret] SafeSocks=1");
    assert.equal(shown("AUTHENTICAT 00"), "AUTHENTICAT");
    assert.equal(shown("ADD_ONION Port=80 ED25519-V3:KEY"), "ADD_ONION [secret] [secret]");
    assert.equal(
      shown("RESETCONF Socks5ProxyPassword=a b c SafeSocks=1 TestSocks"),
      "RESETCONF Socks5ProxyPassword=[secret] [secret] [secret] SafeSocks=1 TestSocks",
    );
    assert.equal(
      shown('SETCONF HTTPSProxyAuthenticator="a b" SafeSocks'),
      "SETCONF HTTPSProxyAuthenticator=[secret] SafeSocks",
    );
  });
});

describe("lineMemory()", () => {
  it("keeps what has no secret, and no line of data", () => {
    const remembers = lineMemory();
    const lines: [line: string, kept: boolean][] = [
      ["GETINFO version", true],
      ["/help AUTHENTICATE", true],
      ["? AUTHENTICATE", true],
      ["help AUTHENTICATE", true],
      ["AUTHENTICAT hunter2", false],
      ["/authenticate hunter2", false],
      ["AUTHENTICATE 00", false],
      ["RESETCONF Socks5ProxyPassword=x", false],
      ['AUTHENTICAT "open', false],
      ["+LOADCONF", true],
      ["SocksPort 0", false],
      [". ", false],
      ["SocksPort 0", false],
      [".", false],
      ["GETINFO version", true],
      ['+LOADCONF "no line of data follows', false],
      ["GETINFO version", true],
    ];
    assert.deepEqual(lines.map(([line]) => [line, remembers(line)]), lines);
  });
});

describe("CONTROL_COMMANDS", () => {
  it("has each section of control-spec, 3.1 to 3.34, once", () => {
    const sections = Object.values(CONTROL_COMMANDS).map(({ section }) => Number(section.slice(2)));
    assert.deepEqual(
      sections.sort((a, b) => a - b),
      Array.from({ length: 34 }, (_, i) => i + 1),
    );
  });

  it("has an example of each, which can be sent", () => {
    for (const [name, { example, hasData }] of Object.entries(CONTROL_COMMANDS)) {
      const line = parseControlLine(example);
      assert.deepEqual([line.keyword, line.hasData], [name, hasData ?? false]);
      assert.match(sent(example), /\r\n$/);
    }
  });
});

describe("completeLine()", () => {
  it("suggests what is open only where there is a Tor to ask", async () => {
    const ask = (key: string) => Promise.resolve(key === "stream-status" ? "12 NEW 0 a:80\n" : "");
    const { suggestions } = await completeLine("CLOSESTREAM ", ask);
    assert.deepEqual(suggestions, [{ value: "12", description: "NEW 0 a:80" }]);
    assert.deepEqual((await completeLine("CLOSESTREAM ")).suggestions, []);
    const steering = () => Promise.resolve("4\x1b[2J BUILT\n\u202e5\n6 \x1b[2J");
    assert.deepEqual((await completeLine("CLOSECIRCUIT ", steering)).suggestions, [
      { value: "6", description: "\x1b[2J" },
    ]);
    const failing = () => Promise.reject(new Error("gone"));
    assert.deepEqual((await completeLine("CLOSECIRCUIT ", failing)).suggestions, []);
  });
});
