import { DisconnectedError } from "../errors/mod.ts";
import { deferred } from "../util/deferred.ts";
import { type CommandMatcher, describeMatcher } from "./command_matcher.ts";
import type { ControlCommand } from "./command_reader.ts";
import type { ScriptedPeer } from "./scripted_peer.ts";

/**
 * What a scripted control port does when a certain command comes: the steps that are chained to it,
 * in order. Steps that are added after the command has come are done at once. Without any the port
 * says nothing.
 *
 * @example Hang up in the midst of a reply
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 *
 * const expectation = port.expect("GETINFO address");
 * const answer = tor.control.getInfo("address");
 * assert.equal((await expectation.received).args, "address");
 * expectation.send("250-address=192.0.2.1\r\n250 O").close();
 * await assert.rejects(answer, { name: "DisconnectedError" });
 * ```
 */
export interface Expectation {
  /** Resolves with the first such command when it comes; rejects where the port is closed before. Never needs handling. */
  readonly received: Promise<ControlCommand>;
  /** Sends whole lines, code included, each followed by CRLF: `reply("250-version=1", "250 OK")`. */
  reply(...lines: readonly string[]): this;
  /** Sends one line or several that are made from the command, each followed by CRLF. */
  replyWith(answer: (command: ControlCommand) => string | readonly string[]): this;
  /** Sends text as it is: half a line, or what is no control protocol at all. */
  send(text: string): this;
  /** Holds what follows until a promise has settled; other commands of the connection wait too. */
  wait(promise: PromiseLike<unknown>): this;
  /** Closes the connection. */
  close(): this;
}

type Step = (peer: ScriptedPeer, command: ControlCommand) => Promise<void>;

/** An {@linkcode Expectation} as its port sees it. */
export class ScriptStep implements Expectation {
  readonly received: Promise<ControlCommand>;
  readonly matcher: CommandMatcher;
  readonly #received = deferred<ControlCommand>();
  readonly #steps: Step[] = [];
  readonly #standing: boolean;
  #match: { readonly peer: ScriptedPeer; readonly command: ControlCommand } | undefined;

  /** Expects what `matcher` means, once or, where it is `standing`, any number of times. */
  constructor(matcher: CommandMatcher, { standing = false }: { standing?: boolean } = {}) {
    this.matcher = matcher;
    this.#standing = standing;
    this.received = this.#received.promise;
    this.received.catch(() => {});
  }

  reply(...lines: readonly string[]): this {
    return this.send(joinLines(lines));
  }

  replyWith(answer: (command: ControlCommand) => string | readonly string[]): this {
    return this.#then((peer, command) => peer.send(joinLines([answer(command)].flat())));
  }

  send(text: string): this {
    return this.#then((peer) => peer.send(text));
  }

  wait(promise: PromiseLike<unknown>): this {
    return this.#then(async () => {
      await Promise.resolve(promise).catch(() => {});
    });
  }

  close(): this {
    return this.#then((peer) => peer.close());
  }

  /** The command has come: does the steps that there are, while the peer's other commands wait. */
  async meet(peer: ScriptedPeer, command: ControlCommand): Promise<void> {
    const steps = [...this.#steps];
    if (!this.#standing) this.#match = { peer, command };
    this.#received.resolve(command);
    for (const step of steps) await step(peer, command);
  }

  /** The command will not come any more. */
  giveUp(): void {
    const what = describeMatcher(this.matcher);
    this.#received.reject(new DisconnectedError(`The port was closed before ${what} came`));
  }

  #then(step: Step): this {
    this.#steps.push(step);
    if (this.#match !== undefined) {
      const { peer, command } = this.#match;
      peer.enqueue(() => step(peer, command));
    }
    return this;
  }
}

/** Lines as they go over the wire. */
export function joinLines(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join("");
}
