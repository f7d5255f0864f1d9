/**
 * Stands for an option that is not set: Tor uses its default, which
 * {@linkcode TorConfig.defaultOf} tells. Assign it to give an option back its default.
 *
 * @example Give an option back its default
 * ```ts
 * import { connect, DEFAULT_VALUE } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * const config = await tor.getConfig();
 * config.ContactInfo = "me@mail.example";
 * await config.save();
 * config.ContactInfo = DEFAULT_VALUE;
 * await config.save();
 * assert.equal(config.ContactInfo, DEFAULT_VALUE);
 * ```
 */
export const DEFAULT_VALUE: unique symbol = Symbol("DEFAULT_VALUE");

/** The type of {@linkcode DEFAULT_VALUE}. */
export type DefaultValue = typeof DEFAULT_VALUE;
