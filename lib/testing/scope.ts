/**
 * What was started together and is ended together, in the reverse order. What is still being started
 * when the scope ends is ended as soon as it has been.
 */
export class Scope implements AsyncDisposable {
  readonly #controller = new AbortController();
  readonly #held = new Set<Promise<unknown>>();
  readonly #started: AsyncDisposable[] = [];
  #ending: Promise<void> | undefined;

  /** Aborts when the scope ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Waits for something to be started, and ends it with the scope. */
  own<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
    return this.hold(this.#keep(starting));
  }

  /** Waits for work that the scope must not end before. It should heed {@linkcode signal}. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#held.add(work);
    try {
      return await work;
    } finally {
      this.#held.delete(work);
    }
  }

  /** Calls `end` when the scope ends. */
  defer(end: () => unknown): void {
    this.#started.push({
      [Symbol.asyncDispose]: async () => {
        await end();
      },
    });
  }

  /**
   * Ends the scope. Harmless when repeated.
   *
   * @param reason What its signal aborts with.
   * @throws {unknown} What went wrong first, after all has been ended that could be.
   */
  end(reason?: unknown): Promise<void> {
    this.#controller.abort(reason);
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Ends the scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  async #keep<T extends AsyncDisposable>(starting: Promise<T>): Promise<T> {
    const resource = await starting;
    if (this.signal.aborted) {
      await resource[Symbol.asyncDispose]();
      throw this.signal.reason;
    }
    this.#started.push(resource);
    return resource;
  }

  async #end(): Promise<void> {
    await Promise.allSettled(this.#held);
    const errors: unknown[] = [];
    for (const resource of this.#started.reverse()) {
      try {
        await resource[Symbol.asyncDispose]();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  }
}
