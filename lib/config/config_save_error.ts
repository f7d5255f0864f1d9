import { ControlReplyError } from "../errors/mod.ts";

/**
 * Tor refused to save changes of its configuration; none of those that it was told together is in
 * effect. They wait in {@linkcode TorConfig.unsaved}, to be mended, saved again or dropped.
 *
 * @example Learn which option Tor refused
 * ```ts
 * import { ConfigSaveError, connect } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * const config = await tor.getConfig();
 * config.Nickname = "not a nickname";
 * await assert.rejects(config.save(), (error) => {
 *   assert.ok(error instanceof ConfigSaveError);
 *   assert.deepEqual(error.options, ["Nickname"]);
 *   assert.equal(error.code, 513);
 *   return true;
 * });
 * config.discard();
 * ```
 */
export class ConfigSaveError extends ControlReplyError {
  /** The class's own name. */
  override name: string = "ConfigSaveError";
  /**
   * The options that Tor refuses. Where it does not say which they are, all of those that were saved
   * together.
   */
  readonly options: readonly string[];

  /**
   * Builds the error from Tor's refusal.
   *
   * @param refusal What Tor said.
   * @param saved The options that were saved together.
   */
  constructor(refusal: ControlReplyError, saved: readonly string[]) {
    super(refusal.command, refusal, { cause: refusal });
    // What it quotes comes from values.
    const reason = refusal.reason.replace(/'[^']*'|"[^"]*"/g, "");
    const words = new Set(reason.toLowerCase().match(/\w+/g) ?? []);
    const named = saved.filter((name) => words.has(name.toLowerCase()));
    this.options = named.length > 0 ? named : saved;
    this.message = `Tor refused to set ${
      this.options.join(", ")
    }: ${refusal.code} ${refusal.reason}`;
  }
}
