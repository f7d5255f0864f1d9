import type { ControlConnection } from "../control/connection.ts";
import type { TorProcess } from "./tor_process.ts";

/** How a launched Tor is ended. */
export interface QuitOptions {
  /**
   * The time in milliseconds that Tor has to end after it was asked to, and again after SIGTERM,
   * before it is killed; default 5,000.
   */
  patience?: number | undefined;
}

/**
 * A Tor that this program has launched, and that ends with it. What `launch` gives is more than that, a
 * `Tor`.
 *
 * @example Launch a Tor, and wait for its end
 * ```ts
 * import { launch } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * await using tor = await launch({ torrc: { DisableNetwork: 1 } });
 * await tor.quit({ patience: 10_000 });
 * assert.equal((await tor.process?.ended)?.code, 0);
 * ```
 */
export class LaunchedTor implements AsyncDisposable {
  /** The control connection, which owns Tor; `undefined` where it was launched with `control: 0`. */
  readonly control: ControlConnection | undefined;
  /** The process. */
  readonly process: TorProcess;

  /** Use `launchTor`. */
  constructor(process: TorProcess, control: ControlConnection | undefined) {
    this.process = process;
    this.control = control;
  }

  /**
   * Ends Tor: by QUIT, then by SIGTERM, then by SIGKILL. Resolves when the process and its
   * temporary files are gone. Harmless when repeated.
   */
  async quit({ patience = 5000 }: QuitOptions = {}): Promise<void> {
    await this.process.end({ patience, control: this.control });
  }

  /** Ends Tor. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.quit();
  }
}
