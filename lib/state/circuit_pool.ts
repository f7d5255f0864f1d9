import { CircuitFailedError, DisconnectedError, TorError } from "../errors/mod.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { type Deferred, deferred } from "../util/deferred.ts";
import { abortable } from "../util/abort.ts";
import { checkLimit } from "../util/check_number.ts";
import { callSafely, type ErrorHandler, reportUnhandled } from "../util/report_error.ts";
import type { Circuit } from "./circuit.ts";

/** What builds the circuits of a {@linkcode CircuitPool}. A {@linkcode CircuitBuilder} does. */
export interface CircuitSource {
  /** Builds one. */
  build(options: AbortOptions): Promise<Circuit>;
}

/** How a {@linkcode CircuitPool} is kept. */
export interface CircuitPoolOptions {
  /** How many circuits are kept ready. */
  ready: number;
  /** Gets what goes wrong while nobody waits for a circuit; default `reportError`, else a warning. */
  onError?: ErrorHandler | undefined;
}

/** How many circuits that end unused are replaced before the next is taken. */
const MAX_REPLACED = 16;

/**
 * Keeps a number of circuits built, so that nobody waits for one. One that is taken is replaced, and so is one
 * that ends before. Where one cannot be built, it is not tried again until a circuit is asked for.
 *
 * Whoever takes a circuit decides what shares it: all that goes by one circuit can be told to be one
 * client's. Take one for each of those that shall not be linked.
 *
 * @example Take a circuit that is built already
 * ```ts
 * import { type Circuit, CircuitPool } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const built: Circuit[] = [];
 * const builder = {
 *   build: async () => {
 *     const circuit = {
 *       id: built.length + 1,
 *       isClosed: false,
 *       whenClosed: () => new Promise<void>(() => {}),
 *       close: () => Promise.resolve(true),
 *     } as unknown as Circuit;
 *     built.push(circuit);
 *     return await Promise.resolve(circuit);
 *   },
 * };
 * await using pool = new CircuitPool(builder, { ready: 2 });
 * assert.equal((await pool.take()).id, 1);
 * assert.equal((await pool.take()).id, 2);
 * assert.equal(built.length, 4);
 * ```
 */
export class CircuitPool implements AsyncDisposable {
  readonly #source: CircuitSource;
  readonly #count: number;
  readonly #onError: ErrorHandler;
  readonly #end = new AbortController();
  readonly #ready = new Set<Circuit>();
  readonly #builds = new Set<Promise<void>>();
  readonly #waiting: Deferred<Circuit>[] = [];
  #building = 0;
  #replaced = 0;
  #disposal: Promise<void> | undefined;

  /**
   * Begins to build circuits.
   *
   * @param source What builds them.
   * @param options How many are kept.
   * @throws {RangeError} Where the number is no positive integer.
   */
  constructor(source: CircuitSource, { ready, onError = reportUnhandled }: CircuitPoolOptions) {
    checkLimit("ready", ready, { infinite: false });
    this.#source = source;
    this.#count = ready;
    this.#onError = onError;
    this.#fill();
  }

  /** How many circuits are built, and not taken. */
  get size(): number {
    return this.#ready.size;
  }

  /**
   * Takes a circuit, the one that was built first, or the next that will be. It belongs to the caller, who
   * closes it; another one is begun.
   *
   * @param options A `signal` to give up the wait with.
   * @returns The circuit, which is built.
   * @throws {TorError} Where none can be built, as {@linkcode CircuitBuilder.build} tells; or where the pool is
   * disposed.
   */
  async take({ signal }: AbortOptions = {}): Promise<Circuit> {
    signal?.throwIfAborted();
    if (this.#end.signal.aborted) throw this.#end.signal.reason;
    this.#replaced = 0;
    for (const circuit of this.#ready) {
      this.#ready.delete(circuit);
      if (circuit.isClosed) continue;
      this.#fill();
      return circuit;
    }
    const waiting = deferred<Circuit>();
    this.#waiting.push(waiting);
    this.#fill();
    try {
      return await abortable(waiting.promise, signal);
    } catch (error) {
      const i = this.#waiting.indexOf(waiting);
      if (i >= 0) this.#waiting.splice(i, 1);
      // It came at the moment of the abort.
      else waiting.promise.then((circuit) => this.#keep(circuit), () => {});
      throw error;
    }
  }

  /** Closes the circuits that nobody took, and those that are not built yet. Harmless when repeated. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#disposal ??= this.#dispose());
  }

  async #dispose(): Promise<void> {
    const error = new TorError("Cannot take a circuit: the pool was disposed");
    this.#end.abort(error);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    await Promise.all(this.#builds);
    const unused = [...this.#ready];
    this.#ready.clear();
    await Promise.all(unused.map(closeUnused));
  }

  /** Begins as many as are missing. */
  #fill(): void {
    const wanted = this.#count + this.#waiting.length;
    while (this.#ready.size + this.#building < wanted && !this.#end.signal.aborted) {
      this.#building++;
      const build = this.#build().finally(() => this.#builds.delete(build));
      this.#builds.add(build);
    }
  }

  async #build(): Promise<void> {
    let circuit: Circuit;
    try {
      circuit = await this.#source.build({ signal: this.#end.signal });
    } catch (error) {
      if (!this.#end.signal.aborted) this.#failed(error);
      return;
    } finally {
      this.#building--;
    }
    await this.#keep(circuit);
  }

  async #keep(circuit: Circuit): Promise<void> {
    if (this.#end.signal.aborted) return await closeUnused(circuit);
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) return waiting.resolve(circuit);
    this.#ready.add(circuit);
    circuit.whenClosed().then(() => this.#lost(circuit), () => this.#ready.delete(circuit));
  }

  #failed(error: unknown): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) waiting.reject(error);
    else callSafely(this.#onError, error, reportUnhandled);
  }

  #lost(circuit: Circuit): void {
    if (!this.#ready.delete(circuit) || ++this.#replaced > MAX_REPLACED) return;
    this.#fill();
  }
}

/** Closes a circuit, where Tor can still be told to. */
async function closeUnused(circuit: Circuit): Promise<void> {
  try {
    await circuit.close();
  } catch (error) {
    if (!(error instanceof DisconnectedError || error instanceof CircuitFailedError)) throw error;
  }
}
