import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CommandError } from "../../lib/cli/command_error.ts";
import { explain, explainConnect } from "../../lib/cli/explain.ts";
import {
  AuthenticationError,
  ConnectError,
  ConnectionRefusedError,
  controlReplyError,
  LaunchError,
  PermissionError,
  TimeoutError,
  TorError,
  TorNotFoundError,
} from "../../lib/errors/mod.ts";

const refused = new ConnectionRefusedError("Cannot connect to 127.0.0.1:9051: refused");
const denied = new PermissionError("Cannot connect to unix:/run/tor/control: permission denied");
const unread = new AuthenticationError("Cannot authenticate to Tor", [
  { method: "SAFECOOKIE", error: new PermissionError("Cannot read /run/cookie") },
]);
const noPassword = new AuthenticationError("Cannot authenticate to Tor", [
  { method: "HASHEDPASSWORD", error: new AuthenticationError("No password was given", []) },
]);
const wrongPassword = new AuthenticationError("Cannot authenticate to Tor", [
  {
    method: "HASHEDPASSWORD",
    error: controlReplyError("AUTHENTICATE", { code: 515, lines: ["wrong"] }),
  },
]);

/** Several addresses were tried. */
function all(...errors: Error[]): ConnectError {
  return new ConnectError("All", errors.map((error, i) => ({ address: `address${i}`, error })));
}

describe("explainConnect()", () => {
  const cases: [name: string, error: unknown, code: number, advice: RegExp][] = [
    ["no Tor at an address", refused, 3, /No Tor answers: start one with `torcon launch`.*refused/],
    ["no Tor anywhere", all(refused, refused), 3, /torcon launch.*tried address0, address1\)/],
    ["a silent server", new TimeoutError("Did not answer", 1), 3, /Did not answer/],
    ["a socket that we may not use", denied, 4, /join the group .*debian-tor/],
    ["such a socket among others", all(denied, refused), 4, /control: permission denied: join/],
    ["a cookie that we may not read", unread, 4, /to use its cookie, join the group/],
    ["such a cookie among others", all(refused, unread), 4, /join the group/],
    ["a password that was not given", noPassword, 4, /--password-file or TOR_CONTROL_PASSWD/],
    ["a wrong password", wrongPassword, 4, /check the password/],
  ];
  for (const [name, error, code, advice] of cases) {
    it(`says what to do about ${name}`, () => {
      const told = explainConnect(error);
      assert.ok(told instanceof CommandError);
      assert.equal(told.exitCode, code);
      assert.match(told.message, advice);
      assert.equal(told.cause, error);
    });
  }

  it("leaves what is not about Tor alone", () => {
    const error = new TypeError("x");
    assert.equal(explainConnect(error), error);
  });
});

describe("explain()", () => {
  const cases: [name: string, error: unknown, message: string | RegExp, code: number][] = [
    ["its own", new CommandError("Cannot", 4), "Cannot", 4],
    ["a failure", new TorError("Failed"), "Failed", 1],
    ["wrong use", new RangeError("Port 0"), "Port 0", 2],
    [
      "a fetch that failed",
      new TypeError("Cannot fetch x", { cause: refused }),
      `Cannot fetch x: ${refused.message}`,
      1,
    ],
    ["what is no error", "odd", "odd", 1],
    ["a Tor that is not installed", new TorNotFoundError(["tor"], "linux"), /apt install tor/, 3],
    [
      "a launch, by the last complaints",
      new LaunchError("Tor ended", {
        log: [
          ...["one", "two", "Port in use", "Failed"].map((text) => `a [warn] ${text}`),
          "b [notice] Bye",
          "c [err] Reading config failed--see warnings above.",
        ],
        cause: refused,
      }),
      "Tor ended: two: Port in use: Failed",
      1,
    ],
    ["a launch without a log", new LaunchError("Tor ended"), "Tor ended", 1],
  ];
  for (const [name, error, message, exitCode] of cases) {
    it(`tells ${name}`, () => {
      const told = explain(error);
      assert.equal(told.exitCode, exitCode);
      if (typeof message === "string") assert.equal(told.message, message);
      else assert.match(told.message, message);
    });
  }
});
