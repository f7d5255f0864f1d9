import type { PrivateNetwork } from "../../lib/testing/mod.ts";

/** The environment variable by which tests find the network: its description as JSON. */
const VARIABLE = "TORCON_TEST_NETWORK";

/** The private Tor network that serves a whole test run. */
export class SharedNetwork implements AsyncDisposable {
  readonly #network: Promise<PrivateNetwork>;

  private constructor(network: Promise<PrivateNetwork>) {
    this.#network = network;
    network.catch(() => {}); // env() tells, as soon as somebody asks
  }

  /** Begins to start a network, and does not wait for it. */
  static start(signal: AbortSignal): SharedNetwork {
    // Loaded on demand, so that a library that does not load fails one step and not the run.
    const loaded = import("../../lib/testing/mod.ts");
    return new SharedNetwork(loaded.then((testing) => testing.PrivateNetwork.start({ signal })));
  }

  /** Waits for the network, and gives the variables that tell tests of it. */
  async env(): Promise<Record<string, string>> {
    return { [VARIABLE]: JSON.stringify(await this.#network) };
  }

  /** Ends the network. */
  async [Symbol.asyncDispose](): Promise<void> {
    const network = await this.#network.catch(() => undefined);
    await network?.[Symbol.asyncDispose]();
  }
}
