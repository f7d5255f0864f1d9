// deno-lint-ignore-file no-console -- the test reads what it prints
import torcon = require("@torcon/torcon");
import testing = require("@torcon/torcon/testing");

const error: torcon.TorError = torcon.controlReplyError("GETINFO nope", {
  code: 552,
  lines: ["Unrecognized"],
});

// @ts-expect-error The declarations are found: a code is no string, and nothing is `any`.
torcon.controlReplyError("GETINFO nope", { code: "552", lines: [] });

console.log(JSON.stringify({
  message: error.message,
  isTorError: error instanceof torcon.TorError,
  isItsClass: error instanceof torcon.UnrecognizedEntityError,
  testing: Object.keys(testing).length > 0,
}));
