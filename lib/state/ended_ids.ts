/** How many are remembered at the least, and half of how many at the most. */
const LIMIT = 1024;

/** The numbers of what has ended not long ago: what is told of these is late, and no news. */
export class EndedIds {
  #newer = new Set<number>();
  #older = new Set<number>();

  /** Remembers a number, and forgets the oldest where there are too many. */
  add(id: number): void {
    this.#newer.add(id);
    if (this.#newer.size < LIMIT) return;
    this.#older = this.#newer;
    this.#newer = new Set();
  }

  /** Whether a number is remembered. */
  has(id: number): boolean {
    return this.#newer.has(id) || this.#older.has(id);
  }

  /** Forgets a number that is given anew. */
  delete(id: number): void {
    this.#newer.delete(id);
    this.#older.delete(id);
  }

  /** Forgets all: another Tor counts from one again. */
  clear(): void {
    this.#newer.clear();
    this.#older.clear();
  }
}
