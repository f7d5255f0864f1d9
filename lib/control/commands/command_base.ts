import type { CommandArgument } from "../../codec/command.ts";
import type { Reply } from "../../codec/message.ts";
import type { AbortOptions } from "../../runtime/types.ts";

/** How a reply is waited for. */
export interface ReplyOptions extends AbortOptions {
  /**
   * Is called when the reply has come, before any event that comes behind it is told: what a promise
   * tells may be later than that. Events told before it are older than the reply.
   */
  onReply?: (() => void) | undefined;
}

/** What goes with a command's keyword (control-spec, section 2.2). */
export interface RequestOptions extends ReplyOptions {
  /** The arguments in order: words, `{ key, value }`, `{ key, quoted }` or `{ secretWord }`; default none. */
  args?: readonly CommandArgument[] | undefined;
  /** The body of a multi-line command; by default the command has one line. */
  data?: string | undefined;
  /** Resolve where any line of the reply is a success, rather than the last one; default `false`. */
  mixed?: boolean | undefined;
}

/**
 * What the commands stand on: one request and its reply. A `ControlConnection` gives it; a test may
 * give another.
 *
 * @example Send a command that has no method of its own
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * port.expect("FUTURE now").reply("250 OK");
 * await using tor = await connect({ control: port.address });
 *
 * const reply = await tor.control.request("FUTURE", { args: ["now"] });
 * assert.equal(reply.code, 250);
 * ```
 */
export abstract class CommandBase {
  /**
   * Sends a command and resolves with its reply.
   *
   * @param keyword The command's keyword, such as `"GETINFO"`.
   * @param options The arguments and the body, and a `signal` to give up the wait for the reply with.
   * @returns The reply, whose code is below 400; with `mixed`, that of one line at least.
   * @throws {TypeError} Where an argument could break out of the command.
   * @throws {ControlReplyError} Where Tor, or a filter in front of it, refuses the command.
   * @throws {DisconnectedError} Where there is no connection, or it is lost before the reply.
   *
   * @example Send an argument whose value is quoted
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect('FUTURE Name="a \\"b\\""').reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const args = [{ key: "Name", quoted: 'a "b"' }];
   * assert.equal((await tor.control.request("FUTURE", { args })).lines[0]?.text, "OK");
   * ```
   */
  abstract request(keyword: string, options?: RequestOptions): Promise<Reply>;
}

/** The largest identifier of a circuit or a stream. */
export const MAX_ID: number = 2 ** 32 - 1;
