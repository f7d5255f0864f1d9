import { type Deferred, deferred } from "../util/deferred.ts";

interface Change extends Deferred<void> {
  readonly name: string;
}

/**
 * Which events Tor sends, kept by how many listeners each has: SETEVENTS replaces the whole set
 * (control-spec, section 3.4), so one place must know it. A name that Tor refuses costs only itself:
 * the old set stays.
 */
export class Subscriptions {
  /** The events that Tor knows by its own account (`GETINFO events/names`), where it told. */
  knownNames: ReadonlySet<string> | undefined;

  readonly #send: (names: readonly string[]) => Promise<void>;
  readonly #counts = new Map<string, number>();
  readonly #confirmations = new Map<string, Promise<void>>();
  #active = new Set<string>();
  #added: Change[] = [];
  #dropped = new Set<string>();
  #isUpdating = false;
  #updated: Promise<void> = Promise.resolve();

  /** Makes an empty set; `send` is SETEVENTS. */
  constructor(send: (names: readonly string[]) => Promise<void>) {
    this.#send = send;
  }

  /** The events that Tor has confirmed: what a new connection must be told. */
  get active(): readonly string[] {
    return [...this.#active];
  }

  /**
   * Counts one more listener of an event, and resolves when Tor sends it.
   *
   * @throws What SETEVENTS threw, where Tor does not send it; then the listener is not counted.
   */
  async add(name: string): Promise<void> {
    const count = this.#counts.get(name) ?? 0;
    this.#counts.set(name, count + 1);
    if (count === 0) {
      this.#dropped.delete(name);
      const change = { name, ...deferred<void>() };
      this.#confirmations.set(name, change.promise);
      this.#added.push(change);
      this.#run();
    }
    try {
      await this.#confirmations.get(name);
    } catch (error) {
      this.#discount(name);
      throw error;
    }
  }

  /** Counts one listener less, and resolves when Tor has stopped to send what nobody listens to. */
  async drop(name: string): Promise<void> {
    if (this.#discount(name) > 0) return;
    this.#dropped.add(name);
    await this.#run();
  }

  #discount(name: string): number {
    const count = (this.#counts.get(name) ?? 1) - 1;
    if (count > 0) {
      this.#counts.set(name, count);
    } else {
      this.#counts.delete(name);
      this.#confirmations.delete(name);
    }
    return count;
  }

  /** One SETEVENTS is under way at a time: each must know what the one before it came to. */
  #run(): Promise<void> {
    if (!this.#isUpdating) {
      this.#isUpdating = true;
      this.#updated = this.#update();
    }
    return this.#updated;
  }

  async #update(): Promise<void> {
    while (this.#added.length > 0 || this.#dropped.size > 0) {
      const added = this.#added.splice(0);
      const dropped = [...this.#dropped].filter((name) => this.#active.delete(name));
      this.#dropped.clear();
      const known = added.filter(({ name }) => this.knownNames?.has(name));
      const others = added.filter(({ name }) => !this.knownNames?.has(name));
      if (known.length > 0 || dropped.length > 0) await this.#addTogether(known);
      for (const change of others) await this.#addTogether([change]);
    }
    // In the same turn as the last look: what is added from now on begins another update.
    this.#isUpdating = false;
  }

  async #addTogether(changes: readonly Change[]): Promise<void> {
    try {
      const names = changes.map(({ name }) => name);
      await this.#send([...new Set([...this.#active, ...names])]);
      for (const name of names) this.#active.add(name);
      for (const { resolve } of changes) resolve();
    } catch (error) {
      if (changes.length === 1) changes[0]!.reject(error);
      else for (const change of changes) await this.#addTogether([change]);
    }
  }
}
