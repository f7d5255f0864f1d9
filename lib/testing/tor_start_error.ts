import { TorError } from "../errors/mod.ts";

/**
 * A tor process of a test did not start, or ended on the way.
 *
 * @example Read why
 * ```ts
 * import { startLoneTor, TorStartError } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(startLoneTor({ torrc: "NoSuchOption 1" }), (error) => {
 *   assert.ok(error instanceof TorStartError);
 *   assert.match(error.log.join(), /Unknown option 'NoSuchOption'/);
 *   return true;
 * });
 * ```
 */
export class TorStartError extends TorError {
  /** The class's own name. */
  override name: string = "TorStartError";
  /** Which of the processes it is, such as `"relay2"`. */
  readonly nickname: string;
  /** The last lines that it logged. */
  readonly log: readonly string[];

  /** Builds the error; the message ends with the last lines of the log. */
  constructor(message: string, nickname: string, log: readonly string[], options?: ErrorOptions) {
    const lines = log.length === 0 ? "; it logged nothing" : `; its log ends:\n${log.join("\n")}`;
    super(message + lines, options);
    this.nickname = nickname;
    this.log = log;
  }
}
