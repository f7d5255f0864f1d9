/** How many are remembered. */
const LIMIT = 1024;

/** The numbers of what has ended not long ago: what is told of these is late, and no news. */
export class EndedIds {
  readonly #ids = new Set<number>();

  /** Remembers a number, and forgets the oldest of too many. */
  add(id: number): void {
    this.#ids.add(id);
    if (this.#ids.size <= LIMIT) return;
    const [oldest] = this.#ids;
    this.#ids.delete(oldest!);
  }

  /** Whether a number is remembered. */
  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** Forgets a number that is given anew. */
  delete(id: number): void {
    this.#ids.delete(id);
  }

  /** Forgets all: another Tor counts from one again. */
  clear(): void {
    this.#ids.clear();
  }
}
