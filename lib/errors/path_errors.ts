import { CircuitFailedError } from "./circuit_errors.ts";
import { TorError } from "./tor_error.ts";

/** A place in a path: the first relay, those between, the last. */
export type PathPosition = "guard" | "middle" | "exit";

/** What a {@linkcode PathSelectionError} tells. */
export interface PathSelectionFailure {
  /** The place that no relay fits in. */
  position: PathPosition;
  /** What none of the relays that were left does, such as `"accepts port 25"`. */
  constraint: string;
  /** How many relays were left before that. */
  left: number;
}

/**
 * No path can be chosen: no relay fits in one of its places. `constraint` tells what left none.
 *
 * @example See what left no relay
 * ```ts
 * import { PathSelectionError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = new PathSelectionError({ position: "exit", constraint: "accepts port 25", left: 3 });
 * assert.equal(error.message, "Cannot choose an exit: of 3 relays left none accepts port 25");
 * ```
 */
export class PathSelectionError extends TorError {
  /** The class's own name. */
  override name: string = "PathSelectionError";
  /** The place that no relay fits in. */
  readonly position: PathPosition;
  /** What none of the relays that were left does, such as `"accepts port 25"`. */
  readonly constraint: string;

  /**
   * Makes an error.
   *
   * @param found What was looked for and not found.
   */
  constructor({ position, constraint, left }: PathSelectionFailure) {
    const place = position === "exit" ? "an exit" : `a ${position}`;
    super(`Cannot choose ${place}: of ${left} relays left none ${constraint}`);
    this.position = position;
    this.constraint = constraint;
  }
}

/** An attempt at a circuit that came to nothing. */
export interface CircuitAttempt {
  /** The relays, as Tor writes them. */
  readonly path: readonly string[];
  /** Why it failed. */
  readonly error: TorError;
}

/**
 * No circuit was built, in as many attempts as were allowed. `circuitId`, `reason` and `remoteReason` are
 * those of the last circuit that was begun; the number is 0 where Tor began none.
 *
 * @example See why each attempt failed
 * ```ts
 * import { CircuitAttemptsError, CircuitFailedError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const failed = new CircuitFailedError("Circuit 7 failed", { circuitId: 7, reason: "TIMEOUT" });
 * const error = new CircuitAttemptsError([{ path: ["$A", "$B"], error: failed }]);
 * assert.equal(error.message, "Cannot build a circuit, in 1 attempt: Circuit 7 failed: TIMEOUT");
 * assert.equal(error.reason, "TIMEOUT");
 * ```
 */
export class CircuitAttemptsError extends CircuitFailedError {
  /** The class's own name. */
  override name: string = "CircuitAttemptsError";
  /** Why the last circuit that was begun failed; the message has the reasons of all. */
  override readonly reason: string | undefined;
  /** Why the relay at the other end closed it. */
  override readonly remoteReason: string | undefined;
  /** The attempts, in order. */
  readonly attempts: readonly CircuitAttempt[];

  /**
   * Makes an error.
   *
   * @param attempts The attempts, in order.
   */
  constructor(attempts: readonly CircuitAttempt[]) {
    const errors = attempts.map(({ error }) => error);
    const count = attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`;
    const reasons = errors.map(({ message }) => message).join("; ");
    const begun = errors.filter((error) => error instanceof CircuitFailedError).at(-1);
    super(`Cannot build a circuit, in ${count}: ${reasons}`, {
      circuitId: begun?.circuitId ?? 0,
      cause: new AggregateError(errors, "Every attempt failed"),
    });
    this.reason = begun?.reason;
    this.remoteReason = begun?.remoteReason;
    this.attempts = attempts;
  }
}
