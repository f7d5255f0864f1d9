import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import {
  type BootstrapOptions,
  type BootstrapPhase,
  getBootstrapPhase,
  whenBootstrapped,
} from "../launch/bootstrap.ts";
import { LaunchedTor, type QuitOptions } from "../launch/launched_tor.ts";
import type { TorProcess } from "../launch/tor_process.ts";
import type { AbortOptions } from "../runtime/types.ts";
import { TorConnections, type TorConnectionsOptions } from "./connections.ts";
import { TorVersion } from "./tor_version.ts";

/**
 * A running Tor that this program is connected to. Get one from {@linkcode connect} or
 * {@linkcode launch}.
 *
 * @example Ask a Tor what it is
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { ScriptedControlPort } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using port = await ScriptedControlPort.start();
 * await using tor = await connect({ control: port.address });
 * assert.ok(tor.version?.isAtLeast("0.4.7.1-alpha"));
 * ```
 */
export class Tor extends TorConnections {
  /** The process, where this program has launched it; else `undefined`. */
  readonly process: TorProcess | undefined;
  readonly #control: ControlConnection | undefined;
  readonly #launched: LaunchedTor | undefined;
  #version: TorVersion | undefined;

  /**
   * Wraps a control connection, or a Tor that was launched, which belongs to this object from now on.
   */
  constructor(
    source: ControlConnection | LaunchedTor,
    options: Omit<TorConnectionsOptions, "control">,
  ) {
    const control = source instanceof LaunchedTor ? source.control : source;
    super({ ...options, control });
    this.#control = control;
    this.#launched = source instanceof LaunchedTor ? source : undefined;
    this.process = this.#launched?.process;
  }

  /**
   * The control connection: every command and every event.
   *
   * @throws {TorError} Where Tor was launched with `control: 0`.
   */
  get control(): ControlConnection {
    if (this.#control === undefined) {
      throw new TorError("Cannot control a Tor that was launched without a control port");
    }
    return this.#control;
  }

  /**
   * Tor's version, which can be compared; `undefined` where a filter hides it, without a control port,
   * and where it is none. The text alone is `control.torVersion`.
   */
  get version(): TorVersion | undefined {
    const text = this.#control?.torVersion;
    // After a lost connection it may be another Tor that answers.
    if (text !== this.#version?.text) this.#version = TorVersion.parse(text ?? "");
    return this.#version;
  }

  /**
   * How far Tor is on its way into the network (GETINFO status/bootstrap-phase, control-spec, section
   * 3.9).
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @returns The phase that Tor is in, with the problem that it has, where it has one.
   * @throws {TorError} Where there is no control port, or the answer cannot be read.
   *
   * @example See how far a Tor is
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("GETINFO status/bootstrap-phase").reply(
   *   '250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
   *   "250 OK",
   * );
   * await using tor = await connect({ control: port.address });
   * const { percent, tag } = await tor.bootstrapPhase();
   * assert.deepEqual({ percent, tag }, { percent: 100, tag: "done" });
   * ```
   */
  async bootstrapPhase(options: AbortOptions = {}): Promise<BootstrapPhase> {
    return await getBootstrapPhase(this.control, options);
  }

  /**
   * Resolves when Tor can build circuits: at once where it can already.
   *
   * @param options Who is told of the progress, and a `signal` to give up with.
   * @throws {DisconnectedError} Where the connection is lost before that.
   * @throws {TorError} Where there is no control port, or the connection is closed.
   *
   * @example Wait for a Tor that was just started
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.expect("SETEVENTS STATUS_CLIENT").reply("250 OK");
   * port.expect("GETINFO status/bootstrap-phase").reply(
   *   '250-status/bootstrap-phase=NOTICE BOOTSTRAP PROGRESS=95 TAG=circuit_create SUMMARY="Last"',
   *   "250 OK",
   *   '650 STATUS_CLIENT NOTICE BOOTSTRAP PROGRESS=100 TAG=done SUMMARY="Done"',
   * );
   * port.expect("SETEVENTS").reply("250 OK");
   * await using tor = await connect({ control: port.address });
   *
   * const percents: number[] = [];
   * await tor.whenReady({ onProgress: ({ percent }) => percents.push(percent) });
   * assert.equal(percents.at(-1), 100);
   * ```
   */
  async whenReady(options: BootstrapOptions = {}): Promise<void> {
    await whenBootstrapped(this.control, options);
  }

  /**
   * Ends a Tor that this program has launched: by QUIT, then by SIGTERM, then by SIGKILL;
   * resolves when the process and its temporary files are gone. Of a Tor that was joined it takes
   * leave (QUIT), which runs on. Harmless when repeated.
   *
   * @param options How long a launched Tor has to end by itself.
   *
   * @example End a Tor
   * ```ts
   * import { launch } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const tor = await launch({ torrc: { DisableNetwork: 1 } });
   * await tor.quit();
   * assert.equal((await tor.process?.ended)?.code, 0);
   * ```
   */
  async quit(options: QuitOptions = {}): Promise<void> {
    await super[Symbol.asyncDispose]();
    if (this.#launched !== undefined) await this.#launched.quit(options);
    else if (this.control.connected) await this.control.quit();
    else await this.control.close();
  }

  /** Ends a Tor that was launched; closes the connection to one that was joined, which runs on. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    if (this.#launched !== undefined) await this.#launched.quit();
    else await this.control.close();
  }
}
