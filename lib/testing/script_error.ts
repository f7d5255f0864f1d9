import { TorError } from "../errors/mod.ts";
import type { ControlCommand } from "./command_reader.ts";

/** How a script and what came differ. */
export interface ScriptDeviations {
  /** The commands that came though nothing in the script fits them. */
  readonly unexpected: readonly ControlCommand[];
  /** The commands that are expected and have not come. */
  readonly unmet: readonly string[];
  /** What the script's own functions threw. */
  readonly failures: readonly unknown[];
}

/**
 * What came to a scripted control port is not what its script says.
 *
 * @example See what did not come
 * ```ts
 * import { ScriptedControlPort, ScriptError } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * const port = await ScriptedControlPort.start();
 * port.expect("SIGNAL NEWNYM").reply("250 OK");
 * await port.close();
 * assert.throws(() => port.assertDone(), (error) => {
 *   assert.ok(error instanceof ScriptError);
 *   assert.deepEqual(error.unmet, ["SIGNAL NEWNYM"]);
 *   return true;
 * });
 * ```
 */
export class ScriptError extends TorError implements ScriptDeviations {
  /** The class's own name. */
  override name: string = "ScriptError";
  /** The commands that came though nothing in the script fits them. */
  readonly unexpected: readonly ControlCommand[];
  /** The commands that are expected and have not come, in order. */
  readonly unmet: readonly string[];
  /** What the script's own functions threw. */
  readonly failures: readonly unknown[];

  /** Builds the error from what differs; the first failure is the `cause`. */
  constructor({ unexpected, unmet, failures }: ScriptDeviations) {
    const told = [
      ...unexpected.map(({ line }) => `unexpected: ${line}`),
      ...unmet.map((matcher) => `did not come: ${matcher}`),
      ...failures.map((error) => `failed: ${error instanceof Error ? error.message : error}`),
    ];
    super(`The script was not followed: ${told.join("; ")}`, { cause: failures[0] });
    this.unexpected = [...unexpected];
    this.unmet = unmet;
    this.failures = [...failures];
  }
}
