import { TorError } from "./tor_error.ts";

/**
 * Some entries of a consensus could not be read and were skipped.
 *
 * @example Read a consensus with a torn line
 * ```ts
 * import { connect, Consensus, MalformedRelaysError } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * const errors: unknown[] = [];
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * const onError = (error: unknown) => errors.push(error);
 * const consensus = new Consensus({ control: tor.control, onError });
 * await consensus.update("r n02r Zpcq66\ns Running\n");
 * const [error] = errors;
 * assert.ok(error instanceof MalformedRelaysError);
 * assert.deepEqual(error.lines, ["r n02r Zpcq66"]);
 * ```
 */
export class MalformedRelaysError extends TorError {
  /** The class's own name. */
  override name: string = "MalformedRelaysError";
  /** The lines that could not be read. */
  readonly lines: readonly string[];

  /**
   * Makes an error.
   *
   * @param lines The lines that could not be read.
   */
  constructor(lines: readonly string[]) {
    super(`Cannot read ${lines.length} relays of the consensus, the first: ${lines[0]}`);
    this.lines = lines;
  }
}
