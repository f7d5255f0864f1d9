import { ControlConnection } from "../control/connection.ts";
import type { Runtime } from "../runtime/types.ts";
import type { NetworkNode } from "./network_nodes.ts";
import { TorProcess, type TorProcessOptions } from "./tor_process.ts";
import { type BootstrapOptions, whenBootstrapped } from "./when_bootstrapped.ts";

/** What an {@linkcode OwnedTor} is started with. */
export interface OwnedTorOptions extends TorProcessOptions {
  /** The password for its control port, where it takes one. */
  password?: string | undefined;
}

/**
 * A tor process of a network, with a control connection that owns it: it ends at once when this
 * program does, however that ends.
 */
export class OwnedTor implements AsyncDisposable {
  /** The process. */
  readonly process: TorProcess;
  /** The control connection. */
  readonly control: ControlConnection;

  private constructor(process: TorProcess, control: ControlConnection) {
    this.process = process;
    this.control = control;
  }

  /** Starts a tor and takes ownership of it. */
  static async start(runtime: Runtime, options: OwnedTorOptions): Promise<OwnedTor> {
    const process = await TorProcess.start(runtime, options);
    try {
      const { password, signal } = options;
      const address = process.controlSocket ?? process.controlPort;
      const connecting = ControlConnection.connect({ control: address, runtime, password, signal });
      const control = await process.guard("it let us in", connecting);
      const tor = new OwnedTor(process, control);
      await process.guard("it was owned", control.takeOwnership({ signal }));
      return tor;
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What others may know of it. */
  get node(): NetworkNode {
    const { nickname, pid, controlPort, controlSocket, directory } = this.process;
    const control = controlSocket ?? controlPort;
    return { nickname, pid, control, controlPort, controlSocket, dataDirectory: directory };
  }

  /**
   * Resolves when the tor can build circuits.
   *
   * @throws {TorStartError} Where it ends before that, or the signal aborts with a `TimeoutError`.
   */
  async whenBootstrapped(options: BootstrapOptions = {}): Promise<void> {
    await this.process.guard("it had bootstrapped", whenBootstrapped(this.control, options));
  }

  /** Kills the process and closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.control.close();
  }
}
