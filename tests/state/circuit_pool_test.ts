import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DisconnectedError } from "../../lib/errors/mod.ts";
import type { Circuit } from "../../lib/state/circuit.ts";
import { CircuitPool, type CircuitPoolOptions } from "../../lib/state/circuit_pool.ts";
import { type Deferred, deferred } from "../../lib/util/deferred.ts";
import { nextTurn } from "../../lib/util/next_turn.ts";

/** A circuit that does what a pool asks of one. */
class FakeCircuit {
  readonly id: number;
  isClosed = false;
  closeError: Error | undefined;
  closes = 0;
  readonly #closed = deferred<void>();

  constructor(id: number) {
    this.id = id;
  }

  whenClosed(): Promise<void> {
    return this.#closed.promise;
  }

  close(): Promise<boolean> {
    this.closes++;
    if (this.closeError !== undefined) return Promise.reject(this.closeError);
    this.end();
    return Promise.resolve(true);
  }

  end(): void {
    this.isClosed = true;
    this.#closed.resolve();
  }
}

/** A pool, and what its circuits are built by. */
class Bench implements AsyncDisposable {
  readonly circuits: FakeCircuit[] = [];
  /** The builds that are under way, where they wait. */
  readonly builds: Deferred<void>[] = [];
  readonly errors: unknown[] = [];
  isWaiting = false;
  failure: Error | undefined;
  aborted = 0;
  readonly pool: CircuitPool;

  constructor(options: Partial<CircuitPoolOptions> & { isWaiting?: boolean } = {}) {
    this.isWaiting = options.isWaiting ?? false;
    this.pool = new CircuitPool({ build: ({ signal }) => this.#build(signal!) }, {
      ready: 2,
      onError: (error) => this.errors.push(error),
      ...options,
    });
  }

  async take(signal?: AbortSignal): Promise<FakeCircuit> {
    return await this.pool.take({ signal }) as unknown as FakeCircuit;
  }

  async #build(signal: AbortSignal): Promise<Circuit> {
    if (this.isWaiting) {
      const build = deferred<void>();
      this.builds.push(build);
      signal.addEventListener("abort", () => {
        this.aborted++;
        build.reject(signal.reason);
      });
      await build.promise;
    } else await nextTurn();
    if (this.failure !== undefined) throw this.failure;
    const circuit = new FakeCircuit(this.circuits.length + 1);
    this.circuits.push(circuit);
    return circuit as unknown as Circuit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.pool[Symbol.asyncDispose]();
  }
}

/** Lets all that is under way come to rest. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await nextTurn();
}

describe("a CircuitPool", () => {
  it("keeps as many circuits ready as it was told to", async () => {
    await using bench = new Bench({ ready: 3 });
    assert.equal(bench.pool.size, 0);
    await settle();
    assert.deepEqual([bench.pool.size, bench.circuits.length], [3, 3]);
    assert.equal((await bench.take()).id, 1);
    assert.equal((await bench.take()).id, 2);
    await settle();
    assert.deepEqual([bench.pool.size, bench.circuits.length], [3, 5]);
    assert.deepEqual(bench.errors, []);
  });

  it("gives one that is built next where none is ready, to the first who asked", async () => {
    await using bench = new Bench({ isWaiting: true });
    const taken = [bench.take(), bench.take(), bench.take()];
    assert.equal(bench.builds.length, 5);
    bench.isWaiting = false;
    for (const build of bench.builds) build.resolve();
    assert.deepEqual((await Promise.all(taken)).map(({ id }) => id), [1, 2, 3]);
    await settle();
    assert.deepEqual([bench.pool.size, bench.circuits.length], [2, 5]);
  });

  it("replaces one that is taken in the very turn that it is built in", async () => {
    await using bench = new Bench({ ready: 1, isWaiting: true });
    bench.isWaiting = false;
    bench.builds[0]!.resolve();
    while (bench.pool.size === 0) await Promise.resolve();
    assert.equal((await bench.take()).id, 1);
    await settle();
    assert.equal(bench.pool.size, 1);
  });

  it("never gives one that has ended, and replaces it", async () => {
    await using bench = new Bench();
    await settle();
    bench.circuits[0]!.end();
    assert.equal((await bench.take()).id, 2);
    await settle();
    bench.circuits[2]!.end();
    await settle();
    assert.equal(bench.pool.size, 2);
    assert.ok(!(await bench.take()).isClosed);
  });

  it("does not replace what ends at once for ever, but goes on when one is taken", async () => {
    await using bench = new Bench({ ready: 1 });
    for (let i = 0; i < 40; i++) {
      await settle();
      bench.circuits.at(-1)!.end();
    }
    await settle();
    assert.equal(bench.circuits.length, 17);
    assert.equal((await bench.take()).id, 18);
    await settle();
    bench.circuits.at(-1)!.end();
    await settle();
    assert.equal(bench.pool.size, 1);
  });

  it("tells who waits why none is built, else whoever hears of errors", async () => {
    await using bench = new Bench({ isWaiting: true });
    const taken = bench.take();
    bench.failure = new Error("No circuit");
    for (const build of bench.builds) build.resolve();
    await assert.rejects(taken, /No circuit/);
    await settle();
    assert.deepEqual(bench.errors, [bench.failure, bench.failure]);
    assert.equal(bench.builds.length, 3, "it is not tried again by itself");
    bench.failure = undefined;
    bench.isWaiting = false;
    assert.equal((await bench.take()).id, 1);
    await settle();
    assert.equal(bench.pool.size, 2);
  });

  it("keeps what comes for one who has given up", async () => {
    await using bench = new Bench({ ready: 1, isWaiting: true });
    const abort = new AbortController();
    const given = bench.take(abort.signal);
    abort.abort(new Error("enough"));
    await assert.rejects(given, /enough/);
    await assert.rejects(bench.take(abort.signal), /enough/);
    bench.builds[0]!.resolve();
    await settle();
    assert.equal((await bench.take()).id, 1);
  });

  it("loses none that comes in the turn in which who waits for it gives up", async () => {
    let [taken, kept] = [0, 0];
    for (let turns = 0; turns < 20; turns++) {
      await using bench = new Bench({ ready: 1, isWaiting: true });
      const abort = new AbortController();
      const taking = bench.take(abort.signal).then(() => 1, () => 0);
      for (const build of bench.builds) build.resolve();
      for (let i = 0; i < turns; i++) await Promise.resolve();
      abort.abort(new Error("enough"));
      const count = await taking;
      await settle();
      assert.equal(bench.pool.size + count, bench.circuits.length, `after ${turns} turns`);
      taken += count;
      kept += 1 - count;
    }
    assert.ok(taken > 0 && kept > 0, `${taken} taken, ${kept} kept`);
  });

  it("closes what nobody took when it is disposed, and gives none then", async () => {
    const bench = new Bench();
    await settle();
    const taken = await bench.take();
    await settle();
    const [lost] = bench.circuits.slice(-1);
    lost!.closeError = new DisconnectedError("The connection is lost");
    await bench.pool[Symbol.asyncDispose]();
    assert.deepEqual(bench.circuits.map(({ closes }) => closes), [0, 1, 1]);
    assert.equal(taken.isClosed, false);
    assert.equal(bench.pool.size, 0);
    await assert.rejects(bench.take(), { name: "TorError", message: /disposed/ });
    await bench.pool[Symbol.asyncDispose]();
    assert.equal(lost!.closes, 1);
  });

  it("gives up what is not built when it is disposed, and whoever waits for it", async () => {
    const bench = new Bench({ isWaiting: true });
    const taken = bench.take();
    taken.catch(() => {});
    await bench.pool[Symbol.asyncDispose]();
    await assert.rejects(taken, /disposed/);
    assert.deepEqual([bench.aborted, bench.circuits.length, bench.errors], [3, 0, []]);
  });

  it("waits, when it is disposed, for what comes all the same, and closes it", async () => {
    const circuit = new FakeCircuit(1);
    const build = deferred<Circuit>();
    const pool = new CircuitPool({ build: () => build.promise }, { ready: 1 });
    let isDisposed = false;
    const disposal = pool[Symbol.asyncDispose]().then(() => isDisposed = true);
    await settle();
    assert.equal(isDisposed, false);
    build.resolve(circuit as unknown as Circuit);
    await disposal;
    assert.deepEqual([circuit.closes, pool.size], [1, 0]);
  });

  it("refuses to keep none", () => {
    const source = { build: () => Promise.reject(new Error("Built")) };
    for (const ready of [0, -1, 1.5]) {
      assert.throws(() => new CircuitPool(source, { ready }), RangeError);
    }
  });
});
