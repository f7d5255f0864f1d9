import { LaunchError, type LaunchErrorOptions } from "../errors/mod.ts";

/** What a {@linkcode TorStartError} knows besides its message. */
export interface TorStartErrorOptions extends LaunchErrorOptions {
  /** Which of the processes it is, such as `"relay2"`. */
  nickname: string;
}

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
export class TorStartError extends LaunchError {
  /** The class's own name. */
  override name: string = "TorStartError";
  /** Which of the processes it is, such as `"relay2"`. */
  readonly nickname: string;

  /** Builds the error; the message ends with the last lines of the log. */
  constructor(message: string, { nickname, ...options }: TorStartErrorOptions) {
    super(message, options);
    this.nickname = nickname;
  }
}
