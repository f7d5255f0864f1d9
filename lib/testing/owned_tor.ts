import { parseBootstrapPhase } from "../codec/events/status_event.ts";
import { ControlConnection } from "../control/connection.ts";
import type { AbortOptions, Runtime } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { deferred } from "../util/deferred.ts";
import type { NetworkNode } from "./network_nodes.ts";
import { TorProcess, type TorProcessOptions } from "./tor_process.ts";

/** What an {@linkcode OwnedTor} is started with. */
export interface OwnedTorOptions extends TorProcessOptions {
  /** The password for its control port, where it takes one. */
  password?: string | undefined;
}

/** How the way of a tor into its network is followed. */
export interface BootstrapOptions extends AbortOptions {
  /** Do not wait for the tor's own next try to fetch the consensus: it is there now. */
  isConsensusThere?: boolean | undefined;
  /** Is told how far the tor is, in percent, and what it does next. */
  onProgress?: ((percent: number, summary: string) => void) | undefined;
}

/** After how long a tor that is not ready is told to try again, in milliseconds. */
const PATIENCE = 6000;

/**
 * A tor process of a network, with a control connection that owns it: it ends at once when this
 * program does, however that ends.
 */
export class OwnedTor implements AsyncDisposable {
  /** The process. */
  readonly process: TorProcess;
  /** The control connection. */
  readonly control: ControlConnection;
  #percent = 0;

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

  /** How far it is on its way into the network, in percent. */
  get percent(): number {
    return this.#percent;
  }

  /** What others may know of it. */
  get node(): NetworkNode {
    const { nickname, pid, controlPort, controlSocket, directory } = this.process;
    const control = controlSocket ?? controlPort;
    return { nickname, pid, control, controlPort, controlSocket, dataDirectory: directory };
  }

  /**
   * Resolves when the tor can build circuits. Tor waits longer and longer between its tries to fetch
   * the consensus; RELOAD makes it try at once.
   *
   * @throws {TorStartError} Where it ends before that, or the signal aborts with a `TimeoutError`.
   */
  async whenBootstrapped(options: BootstrapOptions = {}): Promise<void> {
    await this.process.guard("it had bootstrapped", this.#bootstrap(options));
  }

  /** Kills the process and closes the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.control.close();
  }

  async #bootstrap({ isConsensusThere, onProgress, signal }: BootstrapOptions): Promise<void> {
    const done = deferred<"done">();
    const report = (percent = 0, summary = "") => {
      this.#percent = percent;
      onProgress?.(percent, summary);
      if (percent === 100) done.resolve("done");
    };
    const stop = new AbortController();
    const until = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);
    try {
      await this.control.addEventListener("STATUS_CLIENT", (event) => {
        if (event.action === "BOOTSTRAP") report(event.progress, event.summary);
      }, { signal: stop.signal });
      const status = await this.control.getInfo("status/bootstrap-phase", { signal: until });
      const phase = parseBootstrapPhase(status);
      report(phase?.progress, phase?.summary);
      for (let isLate = isConsensusThere; this.#percent < 100; isLate = true) {
        if (isLate) await this.control.signal("RELOAD", { signal: until });
        await Promise.race([done.promise, delay(PATIENCE, until)]);
      }
    } finally {
      stop.abort();
    }
  }
}
