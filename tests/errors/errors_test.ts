import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as errors from "../../lib/errors/mod.ts";

describe("every error class", () => {
  const classes = Object.entries(errors)
    .filter(([name]) => /^[A-Z].*Error$/.test(name)) as [string, { prototype: Error }][];

  it("is found", () => assert.ok(classes.length >= 48, String(classes.length)));

  // Whatever the constructor takes: a message or a list, and a reply, a list or an option.
  const first = Object.assign([{ error: new Error("m") }], { toString: () => "m" });
  const second = Object.assign([], { code: 1, lines: [] });
  for (const [name, Class] of classes) {
    it(`${name} is a TorError with its own name`, () => {
      assert.ok(Class === errors.TorError || Class.prototype instanceof errors.TorError);
      const made = Reflect.construct(Class as never, [first, second, {}]) as Error;
      assert.equal(made.name, name);
    });
  }
});

describe("controlReplyError", () => {
  const TABLE: [number, string][] = [
    [451, "ResourceExhaustedError"],
    [500, "ProtocolSyntaxError"],
    [510, "UnrecognizedCommandError"],
    [511, "UnimplementedCommandError"],
    [512, "ArgumentSyntaxError"],
    [513, "UnrecognizedArgumentError"],
    [514, "AuthenticationRequiredError"],
    [515, "BadAuthenticationError"],
    [550, "UnspecifiedTorError"],
    [551, "InternalTorError"],
    [552, "UnrecognizedEntityError"],
    [553, "InvalidConfigurationValueError"],
    [554, "InvalidDescriptorError"],
    [555, "UnmanagedEntityError"],
    [450, "ControlReplyError"],
    [599, "ControlReplyError"],
  ];
  for (const [code, name] of TABLE) {
    it(`makes a ${name} of ${code}`, () => {
      const error = errors.controlReplyError("X y", { code, lines: ["first", "last"] });
      assert.equal(error.name, name);
      assert.equal(error.code, code);
      assert.equal(error.command, "X y");
      assert.equal(error.reason, "last");
      assert.deepEqual(error.lines, ["first", "last"]);
      assert.equal(error.message, `Tor refused X y: ${code} first; last`);
    });
  }
});
