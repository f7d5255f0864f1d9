import { TorError } from "./tor_error.ts";

/** What a {@linkcode CircuitFailedError} tells of its circuit. */
export interface CircuitFailure extends ErrorOptions {
  /** The circuit's number. */
  circuitId: number;
  /** Why it failed or was closed (control-spec, section 4.1.1: `Reason`); `undefined` where Tor did not tell. */
  reason?: string | undefined;
  /** Why the relay at the other end closed it, where it did. */
  remoteReason?: string | undefined;
}

/**
 * A circuit was not built, or is closed and can carry nothing any more. `reason` tells why, where Tor
 * did.
 *
 * @example See why a circuit was not built
 * ```ts
 * import { CircuitFailedError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = new CircuitFailedError("Circuit 7 failed", { circuitId: 7, reason: "TIMEOUT" });
 * assert.equal(error.message, "Circuit 7 failed: TIMEOUT");
 * assert.equal(error.circuitId, 7);
 * ```
 */
export class CircuitFailedError extends TorError {
  /** The class's own name. */
  override name: string = "CircuitFailedError";
  /** The circuit's number. */
  readonly circuitId: number;
  /** Why it failed or was closed, such as `"TIMEOUT"`; `undefined` where Tor did not tell. */
  readonly reason: string | undefined;
  /** Why the relay at the other end closed it, such as `"DESTROYED"`. */
  readonly remoteReason: string | undefined;

  /**
   * Builds the error for a circuit; the reasons are put behind the message.
   *
   * @param message What was attempted and what came of it.
   * @param failure The circuit and the reasons.
   */
  constructor(message: string, { circuitId, reason, remoteReason, ...options }: CircuitFailure) {
    const reasons = [reason, remoteReason].filter((text) => text !== undefined).join(", ");
    super(reasons === "" ? message : `${message}: ${reasons}`, options);
    this.circuitId = circuitId;
    this.reason = reason;
    this.remoteReason = remoteReason;
  }
}
