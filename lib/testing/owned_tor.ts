import type { ControlConnection } from "../control/connection.ts";
import { ownTor } from "../launch/own_tor.ts";
import type { TorProcess } from "../launch/tor_process.ts";
import type { Runtime } from "../runtime/types.ts";
import type { NetworkNode } from "./network_nodes.ts";
import { StartedTor, type StartedTorOptions } from "./started_tor.ts";
import { urgeBootstrap, type UrgeOptions } from "./urge_bootstrap.ts";

/** What an {@linkcode OwnedTor} is started with. */
export interface OwnedTorOptions extends StartedTorOptions {
  /** The password for its control port, where it takes one. */
  password?: string | undefined;
}

/**
 * A tor process of a network, with a control connection that owns it: it ends at once when this
 * program does, however that ends.
 */
export class OwnedTor implements AsyncDisposable {
  /** What others may know of it. */
  readonly node: NetworkNode;
  /** The process. */
  readonly process: TorProcess;
  /** The control connection. */
  readonly control: ControlConnection;

  private constructor({ node, process }: StartedTor, control: ControlConnection) {
    this.node = node;
    this.process = process;
    this.control = control;
  }

  /** Starts a tor and takes ownership of it. */
  static async start(runtime: Runtime, options: OwnedTorOptions): Promise<OwnedTor> {
    const started = await StartedTor.start(runtime, options);
    const { process, ports } = started;
    try {
      const { password, signal } = options;
      return new OwnedTor(started, await ownTor(process, { runtime, ports, password, signal }));
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Resolves when the tor can build circuits.
   *
   * @throws {TorStartError} Where it ends before that, or the signal aborts with a `TimeoutError`.
   */
  async whenBootstrapped(options: UrgeOptions = {}): Promise<void> {
    await this.process.guard((signal) => urgeBootstrap(this.control, { ...options, signal }), {
      before: "it had bootstrapped",
      signal: options.signal,
    });
  }

  /** Kills the process and closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.control.close();
  }
}
