import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Torrc, torrcOptions } from "../../lib/launch/torrc.ts";

describe("torrcOptions", () => {
  const table: [Torrc, (readonly [string, string])[]][] = [
    [{}, []],
    ["", []],
    [{ SocksPort: [0, "unix:/run/x"], Sandbox: true, ClientOnly: false }, [
      ["SocksPort", "0"],
      ["SocksPort", "unix:/run/x"],
      ["Sandbox", "1"],
      ["ClientOnly", "0"],
    ]],
    [{ ContactInfo: '"a" # b', "+Log": "info stdout" }, [
      ["ContactInfo", '"a" # b'],
      ["Log", "info stdout"],
    ]],
    ["SocksPort 0\r\n  Nickname\tfoo  # comment\n\n# all comment\n__DisablePredictedCircuits 1", [
      ["SocksPort", "0"],
      ["Nickname", "foo"],
      ["__DisablePredictedCircuits", "1"],
    ]],
    ['ContactInfo "a \\"b\\" # c\\n" # d'.replace("\\n", ""), [["ContactInfo", 'a "b" # c']]],
    ["ExitPolicy accept *:80, \\\n  accept *:443\nNickname x", [
      ["ExitPolicy", "accept *:80,   accept *:443"],
      ["Nickname", "x"],
    ]],
    ["ExitPolicy accept *:80,\\\n# why\n  reject *:*\nNickname x", [
      ["ExitPolicy", "accept *:80,  reject *:*"],
      ["Nickname", "x"],
    ]],
    ["Bridge", [["Bridge", ""]]],
    ["+Log notice stdout", [["Log", "notice stdout"]]],
  ];
  for (const [torrc, expected] of table) {
    it(`reads ${JSON.stringify(torrc)}`, () => assert.deepEqual(torrcOptions(torrc), expected));
  }

  for (
    const torrc of [
      { "Socks Port": 1 },
      { "--SocksPort": 1 },
      { "verify-config": 1 },
      { version: "" },
      { f: "/etc/passwd" },
      { "": 1 },
      { Nickname: "a\nExitRelay 1" },
      { Nickname: "a\0" },
      "%include /etc/tor/more",
      "/Nickname",
      'ContactInfo "open',
      'ContactInfo "a" b',
      'ContactInfo "a\\nb"',
    ] as Torrc[]
  ) {
    it(`refuses ${JSON.stringify(torrc)}`, () => {
      assert.throws(() => torrcOptions(torrc), TypeError);
    });
  }
});
