import type { CommandArgument } from "../../codec/command.ts";
import type { Reply } from "../../codec/message.ts";
import type { AbortOptions } from "../../runtime/types.ts";

/** What goes with a command's keyword. */
export interface RequestOptions extends AbortOptions {
  /** The arguments in order: words, `{ key, value }`, `{ key, quoted }` or `{ secretWord }`. */
  args?: readonly CommandArgument[] | undefined;
  /** The body of a multi-line command. */
  data?: string | undefined;
  /** Resolve where any line of the reply is a success, rather than the last one; default `false`. */
  mixed?: boolean | undefined;
}

/** What the commands stand on: one request and its reply. */
export abstract class CommandBase {
  /** Sends a command and resolves with its reply, or rejects with a `ControlReplyError`. */
  abstract request(keyword: string, options?: RequestOptions): Promise<Reply>;
}

/**
 * Checks that a number may stand for a circuit, a stream, a hop or a port.
 *
 * @throws {RangeError} Where it is not a whole number from `min` to `max`.
 */
export function checkNumber(name: string, value: number, min: number, max: number): string {
  if (Number.isInteger(value) && value >= min && value <= max) return String(value);
  throw new RangeError(
    `Cannot use ${value} as ${name}: expected a whole number from ${min} to ${max}`,
  );
}

/** The largest identifier of a circuit or a stream. */
export const MAX_ID: number = 2 ** 32 - 1;
