import type { AbortOptions } from "../runtime/types.ts";
import { onAbort } from "../util/on_abort.ts";
import { type ErrorHandler, reportUnhandled } from "../util/report_error.ts";
import type { AttachDecision, Attacher } from "./attacher.ts";
import type { Circuit } from "./circuit.ts";
import type { Stream } from "./stream.ts";

/** When an attacher is asked. */
export interface PriorityOptions extends AbortOptions {
  /** Higher ones are asked first, and of equals the one that was added first; default 0. */
  priority?: number | undefined;
}

/**
 * Asks several attachers one after the other, until one chooses: a circuit, or `DO_NOT_ATTACH`. What all
 * leave to Tor (`null`) goes to Tor. One that fails is reported, and the next one asked.
 *
 * @example Let one attacher go before another
 * ```ts
 * import { type Attacher, DO_NOT_ATTACH, PriorityAttacher, type Stream } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const asked: string[] = [];
 * const named = (name: string): Attacher => ({
 *   attachStream() {
 *     asked.push(name);
 *     return name === "first" ? null : DO_NOT_ATTACH;
 *   },
 * });
 * const attacher = new PriorityAttacher();
 * attacher.add(named("never"));
 * attacher.add(named("second"), { priority: 5 });
 * attacher.add(named("first"), { priority: 10 });
 *
 * const decision = await attacher.attachStream({} as Stream, new Map());
 * assert.equal(decision, DO_NOT_ATTACH);
 * assert.deepEqual(asked, ["first", "second"]);
 * ```
 */
export class PriorityAttacher implements Attacher {
  readonly #onError: ErrorHandler;
  #attachers: readonly { readonly attacher: Attacher; readonly priority: number }[] = [];

  /**
   * Makes one that asks nobody yet.
   *
   * @param options Who gets what an attacher throws; default `reportError`, where there is none a warning.
   */
  constructor({ onError = reportUnhandled }: { onError?: ErrorHandler | undefined } = {}) {
    this.#onError = onError;
  }

  /**
   * Adds an attacher.
   *
   * @param attacher The attacher.
   * @param options Its priority, and a `signal` that removes it.
   * @returns A function that removes it.
   */
  add(attacher: Attacher, { priority = 0, signal }: PriorityOptions = {}): () => void {
    const entry = { attacher, priority };
    const remove = () => {
      this.#attachers = this.#attachers.filter((other) => other !== entry);
      stop();
    };
    const stop = onAbort(signal, remove);
    if (signal?.aborted) return remove;
    this.#attachers = [...this.#attachers, entry].sort((a, b) => b.priority - a.priority);
    return remove;
  }

  /** Asks the attachers. */
  async attachStream(
    stream: Stream,
    circuits: ReadonlyMap<number, Circuit>,
  ): Promise<AttachDecision> {
    for (const { attacher } of this.#attachers) {
      try {
        const decision = await attacher.attachStream(stream, circuits);
        if (decision !== null) return decision;
      } catch (error) {
        this.#onError(error);
      }
    }
    return null;
  }
}
