// deno-lint-ignore-file no-console -- the test reads what it prints
import { controlReplyError, TorError, UnrecognizedEntityError } from "@torcon/torcon";
import * as testing from "@torcon/torcon/testing";

const error: TorError = controlReplyError("GETINFO nope", { code: 552, lines: ["Unrecognized"] });

// @ts-expect-error The declarations are found: a code is no string, and nothing is `any`.
controlReplyError("GETINFO nope", { code: "552", lines: [] });

console.log(JSON.stringify({
  message: error.message,
  isTorError: error instanceof TorError,
  isItsClass: error instanceof UnrecognizedEntityError,
  testing: Object.keys(testing).length > 0,
}));
