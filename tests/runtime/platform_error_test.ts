import { describe, it } from "node:test";
import assert from "node:assert/strict";
import {
  AddressInUseError,
  ConnectionRefusedError,
  ExecutableNotFoundError,
  PathNotFoundError,
  PermissionError,
  TorError,
} from "../../lib/errors/mod.ts";
import { platformError } from "../../lib/runtime/platform_error.ts";

function failure(code: string, message: string = `${code}: it failed`): Error {
  return Object.assign(new Error(message), { code });
}

describe("platformError()", () => {
  it("has a class for each kind of failure, and keeps the cause", () => {
    const kinds = [
      ["ECONNREFUSED", {}, ConnectionRefusedError, "the connection was refused"],
      ["ENOENT", { path: "/x" }, PathNotFoundError, "there is no such path"],
      ["ENOENT", { command: "x" }, ExecutableNotFoundError, "there is no such program"],
      ["ENOENT", {}, TorError, "ENOENT: it failed"],
      ["EACCES", { path: "/x" }, PermissionError, "permission denied"],
      ["EPERM", {}, PermissionError, "permission denied"],
      ["EADDRINUSE", {}, AddressInUseError, "the address is in use"],
      ["ENETUNREACH", {}, TorError, "ENETUNREACH: it failed"],
    ] as const;
    for (const [code, options, Class, reason] of kinds) {
      const cause = failure(code);
      const error = platformError("do it", cause, options);
      assert.equal(error.constructor, Class);
      assert.equal(error.message, `Cannot do it: ${reason}`);
      assert.equal(error.cause, cause);
    }
  });

  it("keeps the path and the command", () => {
    const path = platformError("read /x", failure("ENOENT"), { path: "/x" });
    assert.ok(path instanceof PathNotFoundError);
    assert.equal(path.path, "/x");
    const command = platformError("run x", failure("ENOENT"), { command: "x" });
    assert.ok(command instanceof ExecutableNotFoundError);
    assert.equal(command.command, "x");
  });

  it("names the flags that Deno was not given", () => {
    const cause = new Error('Requires net access to "x:1", run again with the --allow-net flag');
    cause.name = "NotCapable";
    const precise = platformError("connect to x:1", cause, { flags: "--allow-net=x:1" });
    assert.ok(precise instanceof PermissionError);
    assert.equal(precise.message, "Cannot connect to x:1: Deno was not granted --allow-net=x:1");
    const vague = platformError("connect to x:1", cause);
    assert.equal(vague.message, `Cannot connect to x:1: ${cause.message}`);
  });

  it("tells of causes that are no errors", () => {
    assert.equal(platformError("do it", "why not").message, "Cannot do it: why not");
    assert.equal(platformError("do it", null).message, "Cannot do it: null");
  });
});
