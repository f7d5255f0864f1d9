import type { InfoTree } from "../config/info_tree.ts";
import { readInfoTree } from "../config/read_info_tree.ts";
import { TorConfig } from "../config/tor_config.ts";
import type { ControlConnection } from "../control/connection.ts";
import { DisconnectedError, TorError } from "../errors/mod.ts";
import {
  type BootstrapOptions,
  type BootstrapPhase,
  getBootstrapPhase,
  whenBootstrapped,
} from "../launch/bootstrap.ts";
import { LaunchedTor, type QuitOptions } from "../launch/launched_tor.ts";
import type { TorProcess } from "../launch/tor_process.ts";
import type { AbortOptions } from "../runtime/types.ts";
import type { CircuitConnections, StreamBinder } from "../state/circuit_connections.ts";
import type { StateOptions } from "../state/state_options.ts";
import { TorState } from "../state/tor_state.ts";
import { abortable } from "../util/abort.ts";
import { TorConnections, type TorConnectionsOptions } from "./connections.ts";
import { TorServers } from "./onion_servers.ts";
import { TorVersion } from "./tor_version.ts";

/** A configuration that is read, or being read. */
interface KnownConfig {
  readonly reading: Promise<TorConfig>;
  value?: TorConfig;
}

/** What a {@linkcode Tor} is made with. */
export interface TorSetupOptions extends Omit<TorConnectionsOptions, "control" | "binder"> {
  /**
   * Opens another control connection to the same Tor, to give it its streams back where the first one is
   * lost; a Tor that ends with its connection needs none.
   */
  reopen?: ((options: AbortOptions) => Promise<ControlConnection>) | undefined;
}

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
export class Tor extends TorServers {
  /** The process, where this program has launched it; else `undefined`. */
  readonly process: TorProcess | undefined;
  readonly #control: ControlConnection | undefined;
  readonly #launched: LaunchedTor | undefined;
  readonly #options: TorSetupOptions;
  readonly #end = new AbortController();
  #state: Promise<TorState> | undefined;
  #version: TorVersion | undefined;
  #config: KnownConfig | undefined;

  /**
   * Wraps a control connection, or a Tor that was launched, which belongs to this object from now on.
   */
  constructor(
    source: ControlConnection | LaunchedTor,
    options: TorSetupOptions,
  ) {
    const control = source instanceof LaunchedTor ? source.control : source;
    super({ ...options, control });
    this.#control = control;
    this.#options = options;
    this.#launched = source instanceof LaunchedTor ? source : undefined;
    this.process = this.#launched?.process;
  }

  /**
   * The control connection: every command and every event.
   *
   * @throws {TorError} Where Tor was launched with `control: 0`.
   */
  override get control(): ControlConnection {
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
   * Tor's configuration: read once, and kept current. It is the same object each time, unless it was
   * disposed.
   *
   * @param options A `signal` to give up the wait with.
   * @throws {TorError} Where there is no control port.
   * @throws {DisconnectedError} Where the connection is lost before that.
   *
   * @example Change an option
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   * const config = await tor.getConfig();
   * config.SafeSocks = true;
   * await config.save();
   * assert.equal((await tor.control.getConf("SafeSocks"))[0]?.value, "1");
   * ```
   */
  async getConfig({ signal }: AbortOptions = {}): Promise<TorConfig> {
    signal?.throwIfAborted();
    if (this.#config === undefined || this.#config.value?.isDisposed) {
      const config: KnownConfig = { reading: TorConfig.read(this.control) };
      this.#config = config;
      config.reading.then((value) => config.value = value, () => {
        // What could not be read is asked for again.
        if (this.#config === config) this.#config = undefined;
      });
    }
    return await abortable(this.#config.reading, signal);
  }

  /**
   * What Tor can tell, as a tree of functions with Tor's own names and documentation (GETINFO
   * info/names, control-spec, section 3.9). Tor is asked for the names each time.
   *
   * @param options A `signal` to give up the wait for the reply with.
   * @throws {ControlReplyError} Where a filter in front of Tor refuses to tell the names.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   * @throws {TorError} Where there is no control port.
   *
   * @example Ask for values by their names
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   * const info = await tor.getInfoTree();
   *
   * assert.equal(await info.process.pid(), String(lone.pid));
   * assert.equal(await info["ip-to-country"]("1.2.3.4"), "au");
   * assert.equal(info.uptime.documentation, "Uptime of the Tor daemon in seconds.");
   * ```
   */
  async getInfoTree(options: AbortOptions = {}): Promise<InfoTree> {
    return await readInfoTree(this.control, options);
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
   * Reads what Tor does, and follows it from now on: its circuits, streams, relays and guards.
   *
   * There is one state for a Tor: whoever asks again gets the same object, whatever the options, until it
   * is disposed.
   *
   * @param options Who is told of errors and warnings, and a `signal` to give up the wait with.
   * @returns The state.
   * @throws {ControlReplyError} Where Tor, or a filter in front of it, refuses to tell.
   * @throws {DisconnectedError} Where the connection is lost before that.
   * @throws {TorError} Where there is no control port.
   *
   * @example Count the circuits
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { ScriptedControlPort } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using port = await ScriptedControlPort.start();
   * port.always(/^SETEVENTS/).reply("250 OK");
   * port.always(/^GETINFO/).replyWith(({ args }) => [
   *   ...args.split(" ").map((key) => `250-${key}=`),
   *   "250 OK",
   * ]);
   * await using tor = await connect({ control: port.address });
   *
   * const state = await tor.getState();
   * assert.equal(state.circuits.size, 0);
   * assert.equal(await tor.getState(), state);
   * ```
   */
  async getState({ signal, ...options }: StateOptions & AbortOptions = {}): Promise<TorState> {
    signal?.throwIfAborted();
    // Several may wait for it: none of them may give up for the others.
    const state = this.#state ??= this.#openState(options);
    return await abortable(state, signal);
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
    await this.#endState();
    await super[Symbol.asyncDispose]();
    if (this.#launched !== undefined) await this.#launched.quit(options);
    else if (this.control.connected) await this.control.quit();
    else await this.control.close();
  }

  /** Ends a Tor that was launched; closes the connection to one that was joined, which runs on. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#endState();
    await super[Symbol.asyncDispose]();
    if (this.#launched !== undefined) await this.#launched.quit();
    else await this.control.close();
  }

  /** The configuration, where it was read and is followed. */
  protected override get knownConfig(): TorConfig | undefined {
    return this.#config?.value;
  }

  #openState(options: StateOptions): Promise<TorState> {
    const forget = () => {
      if (this.#state === opening) this.#state = undefined;
    };
    const { control } = this;
    const opening = TorState.open({
      ...options,
      control,
      runtime: this.#options.runtime,
      fetch: this.fetch,
      connectBy: (binder) => this.#connectBy(binder),
      reopen: this.#options.reopen,
      onEnd: forget,
      signal: this.#end.signal,
    });
    opening.catch(forget);
    return opening;
  }

  /** Older ones do not tell by what credentials a stream was asked for, by which it is known. */
  #connectBy(binder: StreamBinder): CircuitConnections {
    if (this.version?.isAtLeast("0.4.5.1-alpha") === false) {
      throw new TorError(`Cannot connect by a circuit of one's choice with Tor ${this.version}`);
    }
    return new TorConnections({ ...this.#options, control: this.control, binder });
  }

  async #endState(): Promise<void> {
    this.#end.abort(new DisconnectedError("Cannot read the state: the Tor object was closed"));
    const state = await this.#state?.catch(() => {});
    await state?.[Symbol.asyncDispose]();
  }
}
