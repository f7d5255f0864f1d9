/**
 * The root of every error that torcon throws for something that went wrong outside the program:
 * Tor refused, the network failed, a file could not be read. Wrong use by the caller is a built-in
 * `TypeError` or `RangeError` instead, and an abort rejects with the signal's own reason.
 *
 * @example Catch anything that torcon reports
 * ```ts
 * import { TorError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = new TorError("Cannot reach Tor", { cause: new Error("refused") });
 * assert.equal(error.name, "TorError");
 * assert.ok(error.cause instanceof Error);
 * ```
 */
export class TorError extends Error {
  /** The class's own name, as a literal that survives minification. */
  override name: string = "TorError";
}
