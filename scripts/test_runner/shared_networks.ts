import type { PrivateNetwork } from "../../lib/testing/mod.ts";

/** The environment variable by which tests find the network: its description as JSON. */
const VARIABLE = "TORCON_TEST_NETWORK";
/** A start takes some ten seconds, and longer where checks run beside it. */
const START_TIMEOUT_MS = 120_000;

/** The private Tor networks that serve a whole test run, each for one step at a time. */
export class SharedNetworks implements AsyncDisposable {
  readonly #starting: readonly Promise<PrivateNetwork>[];
  readonly #free: PrivateNetwork[] = [];

  private constructor(starting: readonly Promise<PrivateNetwork>[]) {
    this.#starting = starting;
    for (const network of starting) {
      // Where one fails, whenReady() tells, as soon as somebody asks.
      network.then((network) => this.#free.push(network), () => {});
    }
  }

  /** Begins to start so many networks, and does not wait for them. */
  static start(count: number, signal: AbortSignal): SharedNetworks {
    const starting: Promise<PrivateNetwork>[] = [];
    // One after the other: side by side they miss their first vote, and take longer together.
    for (let i = 0; i < count; i++) starting.push(startAfter(starting.at(-1), signal));
    return new SharedNetworks(starting);
  }

  /** Waits for all networks. */
  async whenReady(): Promise<void> {
    await Promise.all(this.#starting);
  }

  /**
   * Lends a network that nobody else uses.
   *
   * @param use Is given the variables that tell tests of the network.
   */
  async lend<T>(use: (env: Record<string, string>) => Promise<T>): Promise<T> {
    const network = this.#free.shift();
    if (network === undefined) throw new RangeError("Cannot lend a network: none is free");
    try {
      return await use({ [VARIABLE]: JSON.stringify(network) });
    } finally {
      this.#free.push(network);
    }
  }

  /** Ends the networks. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all((await Promise.allSettled(this.#starting)).map(async (start) => {
      if (start.status === "fulfilled") await start.value[Symbol.asyncDispose]();
    }));
  }
}

async function startAfter(
  other: Promise<PrivateNetwork> | undefined,
  signal: AbortSignal,
): Promise<PrivateNetwork> {
  await other;
  // Loaded on demand, so that a library that does not load fails one step and not the run.
  const { PrivateNetwork } = await import("../../lib/testing/mod.ts");
  return await PrivateNetwork.start({ signal, timeout: START_TIMEOUT_MS });
}
