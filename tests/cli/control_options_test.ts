import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommandError } from "../../lib/cli/command_error.ts";
import { controlChoice, type ControlFlags } from "../../lib/cli/control_options.ts";

const FILES: Record<string, string> = { "/secret": "word with space\r\nmore" };

function choose(flags: ControlFlags, env: Record<string, string> = {}) {
  return controlChoice(flags, {
    env: (name) => env[name],
    readFile: (path) => Promise.resolve(new TextEncoder().encode(FILES[path])),
  });
}

describe("controlChoice()", () => {
  it("leaves the usual places where nothing is said", () => {
    assert.deepEqual(choose({}), {
      control: undefined,
      password: undefined,
      cookieFile: undefined,
      socks: undefined,
    });
    assert.equal(choose({}, { TOR_CONTROL_PORT: "" }).control, undefined);
  });

  const tcp = (hostname: string, port: number) => ({ hostname, port });
  const addresses: [name: string, ControlFlags, Record<string, string>, unknown][] = [
    ["an address", { control: "[::1]:9051" }, {}, tcp("::1", 9051)],
    ["a port", { control: "9151" }, {}, tcp("127.0.0.1", 9151)],
    ["a path", { control: "/run/c" }, {}, { path: "/run/c" }],
    ["a Unix socket", { control: "unix:/run/c" }, {}, { path: "/run/c" }],
    ["the variable of a port", {}, { TOR_CONTROL_PORT: "9151" }, tcp("127.0.0.1", 9151)],
    ["the variable of a host", {}, { TOR_CONTROL_HOST: "10.0.0.1" }, tcp("10.0.0.1", 9051)],
    [
      "both variables",
      {},
      { TOR_CONTROL_HOST: "[::1]", TOR_CONTROL_PORT: "1" },
      tcp("::1", 1),
    ],
    [
      "an address in the variable of the port",
      {},
      { TOR_CONTROL_PORT: "unix:/run/c" },
      { path: "/run/c" },
    ],
    [
      "the variable of a Unix socket before TCP",
      {},
      { TOR_CONTROL_IPC_PATH: "/run/c", TOR_CONTROL_PORT: "1" },
      { path: "/run/c" },
    ],
    [
      "the command line before all variables",
      { control: "9051" },
      { TOR_CONTROL_IPC_PATH: "/run/c" },
      tcp("127.0.0.1", 9051),
    ],
  ];
  for (const [name, flags, env, expected] of addresses) {
    it(`takes ${name}`, () => assert.deepEqual(choose(flags, env).control, expected));
  }

  const wrong: [ControlFlags, Record<string, string>, RegExp][] = [
    [{ control: "nowhere" }, {}, /--control/],
    [{ socks: "70000" }, {}, /--socks/],
    [{}, { TOR_CONTROL_PORT: "99999" }, /TOR_CONTROL_PORT/],
  ];
  for (const [flags, env, named] of wrong) {
    it(`refuses ${JSON.stringify({ ...flags, ...env })} as wrong use`, () => {
      assert.throws(() => choose(flags, env), (error) => {
        assert.ok(error instanceof CommandError);
        assert.equal(error.exitCode, 2);
        assert.match(error.message, named);
        return true;
      });
    });
  }

  it("reads the password's file only when it is asked for, and of that the first line", async () => {
    const { password } = choose({ passwordFile: "/secret" }, { TOR_CONTROL_PASSWD: "other" });
    assert.equal(await password?.(), "word with space");
  });

  it("takes the password's variable as it is, and in the quotes of the Tor Browser", async () => {
    const cases: [string, string][] = [["plain", "plain"], ['"a \\"b"', 'a "b'], [
      '"open',
      '"open',
    ]];
    for (const [TOR_CONTROL_PASSWD, expected] of cases) {
      assert.equal(await choose({}, { TOR_CONTROL_PASSWD }).password?.(), expected);
    }
  });

  it("takes the cookie's file from the command line, else from its variable", () => {
    const env = { TOR_CONTROL_COOKIE_AUTH_FILE: "/b" };
    assert.equal(choose({ cookieFile: "/a" }, env).cookieFile, "/a");
    assert.equal(choose({}, env).cookieFile, "/b");
  });
});
