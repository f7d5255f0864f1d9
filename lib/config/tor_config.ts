import type { ControlConnection } from "../control/connection.ts";
import { TorError } from "../errors/mod.ts";
import type { AbortOptions, Address, SocketAddress } from "../runtime/types.ts";
import { onAbort } from "../util/on_abort.ts";
import { type ErrorHandler, reportUnhandled } from "../util/report_error.ts";
import { KNOWN_DEFINITION } from "./config_definition.ts";
import { ConfigOptions } from "./config_options.ts";
import { ConfigValues } from "./config_values.ts";
import { DerivedOption } from "./derived_option.ts";
import type { HiddenServiceSettings } from "./hidden_service_settings.ts";
import { LiveConfig, type OptionListener } from "./live_config.ts";
import { SocksPorts } from "./socks_ports.ts";
import type { TorOptions } from "./tor_options.ts";

/** How a {@linkcode TorConfig} is read. */
export interface TorConfigOptions extends AbortOptions {
  /** Gets what a listener throws; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
}

/** What {@linkcode TorConfig.empty} begins with. */
export interface TorConfigValues extends Readonly<Partial<TorOptions>> {
  /** The onion services; default none. */
  readonly hiddenServices?: readonly HiddenServiceSettings[] | undefined;
}

/** The options of Tor's as attributes. */
export interface TorConfig extends TorOptions {}

/**
 * The configuration of a running Tor: every option as an attribute, by Tor's own name in any case,
 * with the value that Tor has now, whoever set it. Get it from {@linkcode Tor.getConfig}.
 *
 * What is assigned is checked at once, and in effect after {@linkcode save}. Until then it is
 * `unsaved`. Lists are arrays, to be changed by any of their methods; sizes are in bytes and times in
 * seconds (in milliseconds where an option's type says so), and words such as `"1 GByte"` can be
 * assigned. An option without a value is {@linkcode DEFAULT_VALUE}, and a list without one is empty; a
 * list gets its default back by `config.set(name, DEFAULT_VALUE)`.
 *
 * The attributes and methods of this class begin with a small letter, and win over options of the same
 * spelling; Tor's options begin with a capital letter or `_`. {@linkcode get} and {@linkcode set}
 * reach every option.
 *
 * @example Change options and save them
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * const config = await tor.getConfig();
 * config.MaxCircuitDirtiness = "20 minutes";
 * config.LongLivedPorts.push("8443");
 * assert.ok(config.needsSave);
 * await config.save();
 * assert.equal(config.MaxCircuitDirtiness, 1200);
 * ```
 *
 * @example Add an onion service whose keys are in a directory
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * const config = await tor.getConfig();
 * config.hiddenServices.push({ dir: `${lone.dataDirectory}/site`, ports: ["80 127.0.0.1:8080"] });
 * await config.save();
 * config.hiddenServices[0]!.HiddenServiceMaxStreams = 10;
 * await config.save();
 * assert.equal(config.hiddenServices.length, 1);
 * ```
 */
export class TorConfig extends ConfigValues implements AsyncDisposable {
  readonly #options: ConfigOptions;
  readonly #live: LiveConfig | undefined;
  readonly #control: ControlConnection | undefined;

  private constructor(
    options: ConfigOptions,
    of: { control: ControlConnection; live: LiveConfig } | undefined,
  ) {
    super(options);
    this.#options = options;
    this.#control = of?.control;
    this.#live = of?.live;
  }

  /**
   * Reads the configuration of the Tor at the other end of a control connection, in two round trips.
   * {@linkcode Tor.getConfig} does so once and keeps it.
   *
   * What a filter in front of Tor does not let through is left out: the types of the options are those
   * of tor 0.4.9 then, and an option that was not read can be assigned, and be asked for by
   * {@linkcode refresh}.
   *
   * @param control The control connection.
   * @param options Who is told of failing listeners, and a `signal` to give up with.
   * @throws {DisconnectedError} Where the connection is lost before that.
   *
   * @example Read the configuration over a connection
   * ```ts
   * import { connect, TorConfig } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   * await using config = await TorConfig.read(tor.control);
   * assert.equal(config.DisableNetwork, true);
   * ```
   */
  static async read(
    control: ControlConnection,
    { onError = reportUnhandled, signal }: TorConfigOptions = {},
  ): Promise<TorConfig> {
    const options = new ConfigOptions();
    const live = new LiveConfig(control, { options, onError });
    await live.start({ signal });
    return new TorConfig(options, { control, live });
  }

  /**
   * A configuration of no Tor, to be given to {@linkcode launch}, or written by {@linkcode toTorrc}. It
   * has the options of tor 0.4.9, none of which is set.
   *
   * @param values What to assign: options by Tor's names, and `hiddenServices`.
   * @returns The configuration, which cannot be saved.
   * @throws {TypeError} Where there is no such option, or a value is not of its type.
   *
   * @example Write a torrc
   * ```ts
   * import { TorConfig } from "@torcon/torcon";
   * import assert from "node:assert/strict";
   *
   * const config = TorConfig.empty({ SocksPort: [9050, "9060 IsolateDestAddr"] });
   * config.MaxCircuitDirtiness = "1 hour";
   * assert.equal(
   *   config.toTorrc(),
   *   "MaxCircuitDirtiness 3600\nSocksPort 9050\nSocksPort 9060 IsolateDestAddr\n",
   * );
   * ```
   */
  static empty({ hiddenServices = [], ...values }: TorConfigValues = {}): TorConfig {
    const known = new ConfigOptions();
    const { types, defaults } = KNOWN_DEFINITION;
    known.define(types, defaults);
    known.useDefaults();
    const config = new TorConfig(known, undefined);
    for (const [name, value] of Object.entries(values)) config.set(name, value);
    config.hiddenServices.push(...hiddenServices);
    return config;
  }

  /**
   * Whether Tor tells of changes, so that values are current; `false` where a filter forbids that, of an
   * empty configuration, and once disposed.
   */
  get isLive(): boolean {
    return this.#live?.isLive ?? false;
  }

  /** Whether it follows Tor no longer, since it was disposed. */
  get isDisposed(): boolean {
    return this.#live?.isStopped ?? false;
  }

  /**
   * The addresses of the onion services that Tor keeps up for this connection alone, as they were when
   * the configuration was read or {@linkcode refreshOnionServices} asked; `undefined` where Tor does not
   * tell.
   */
  get ephemeralOnionServices(): readonly string[] | undefined {
    return this.#live?.ephemeralOnionServices;
  }

  /** The same of those that stay up when connections end. */
  get detachedOnionServices(): readonly string[] | undefined {
    return this.#live?.detachedOnionServices;
  }

  /**
   * Saves every change, all together or not at all: by one SETCONF, or by one RESETCONF where an option
   * is to get its default back (control-spec, sections 3.1 and 3.2). While a lost connection is being
   * restored, it waits for that.
   *
   * Only where a filter hides Tor's defaults may it take both commands, SETCONF first: then the one may
   * be in effect when the other is refused. In any case the attributes show what Tor has afterwards.
   *
   * @param options A `signal` to give up the wait with; Tor may save what was sent before.
   * @throws {ConfigSaveError} Where Tor refuses. It tells the option; the attributes show what Tor has,
   * and the changes stay in {@linkcode unsaved}: assign an option again to mend it, or
   * {@linkcode discard} it.
   * @throws {DisconnectedError} Where the connection is lost before the reply. The changes stay, but for
   * those that Tor turns out to have.
   * @throws {TorError} Of an empty configuration.
   */
  async save({ signal }: AbortOptions = {}): Promise<void> {
    await this.#connected("save").live.save({ signal });
  }

  /**
   * Asks Tor again: for everything, or for some options. It is of use where a filter hides events, or
   * forbids to ask for all.
   *
   * @param names The options, in any case; by default all, and the onion services.
   * @param options A `signal` to give up the wait with.
   * @throws {TypeError} Where there is no such option.
   * @throws {ControlReplyError} Where an option was named, and Tor or a filter refuses to tell it.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   */
  async refresh(names?: string | readonly string[], { signal }: AbortOptions = {}): Promise<void> {
    const { live } = this.#connected("refresh");
    if (names === undefined) return await live.refreshAll({ signal });
    await live.refresh([names].flat().map((name) => this.#options.own(name)), { signal });
  }

  /**
   * Asks Tor again which onion services it keeps up: it does not tell by itself.
   *
   * @param options A `signal` to give up the wait with.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   */
  async refreshOnionServices({ signal }: AbortOptions = {}): Promise<void> {
    await this.#connected("refresh").live.refreshOnionServices({ signal });
  }

  /**
   * Calls a listener whenever Tor's value of an option changes, whoever changes it. What is assigned
   * here is told when it is saved.
   *
   * @param name The option, in any case, or `"hiddenServices"`.
   * @param listener May be asynchronous; what it throws goes to the option `onError`.
   * @param options A `signal` to remove it with.
   * @throws {TypeError} Where there is no such option, or it is made of others.
   *
   * @example Follow an option
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   * const config = await tor.getConfig();
   * const told = new Promise((resolve) => {
   *   config.addOptionListener("ContactInfo", ({ value }) => resolve(value));
   * });
   * await tor.control.setConf({ ContactInfo: "me" });
   * assert.equal(await told, "me");
   * ```
   */
  addOptionListener(name: string, listener: OptionListener, { signal }: AbortOptions = {}): void {
    const option = this.#options.own(name);
    if (option instanceof DerivedOption) {
      throw new TypeError(`Cannot listen to ${name}: it is made of other options`);
    }
    const { live } = this.#connected("listen to");
    if (signal?.aborted) return;
    live.addListener(option, listener);
    onAbort(signal, () => live.removeListener(option, listener));
  }

  /** Stops to call a listener. */
  removeOptionListener(name: string, listener: OptionListener): void {
    this.#live?.removeListener(this.#options.own(name), listener);
  }

  /**
   * Writes what Tor has to its own torrc (SAVECONF, control-spec, section 3.6). What is unsaved is not
   * in it.
   *
   * @param options Whether to `force` it, and a `signal` to give up the wait with.
   * @throws {InternalTorError} Where Tor cannot write it, or will not without `force`.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   */
  async saveToDisk(
    { force, signal }: AbortOptions & {
      /** Overwrite a torrc that includes other files; default `false`. */
      force?: boolean | undefined;
    } = {},
  ): Promise<void> {
    await this.#connected("save").control.saveConf({ force, signal });
  }

  /**
   * Replaces Tor's whole configuration, and reads it again (LOADCONF, control-spec, section 3.22). What
   * the text does not have gets its default, options that begin with `__` too: a Tor that was launched
   * no longer ends with its program, unless the text has its `__OwningControllerProcess`.
   *
   * @param torrc The text of a torrc.
   * @param options A `signal` to give up the wait with.
   * @throws {ControlReplyError} Where Tor refuses it; nothing is changed then.
   * @throws {DisconnectedError} Where the connection is lost before the reply.
   */
  async load(torrc: string, { signal }: AbortOptions = {}): Promise<void> {
    const { control, live } = this.#connected("load");
    await control.loadConf(torrc, { signal });
    await live.refreshAll({ signal });
  }

  /**
   * Where a SOCKS port of Tor's is, as the option `SocksPort` says; of one that Tor picked by itself
   * (`auto`) Tor is asked.
   *
   * @param port Which one: its port, or its address; by default the first.
   * @param options A `signal` to give up the wait with.
   * @throws {TorError} Where there is no such port.
   *
   * @example Find a SOCKS port
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   * const config = await tor.getConfig();
   * config.SocksPort = ["9050 IsolateDestAddr"];
   * await config.save();
   * assert.deepEqual(await config.socksAddress(9050), { hostname: "127.0.0.1", port: 9050 });
   * ```
   */
  async socksAddress(
    port?: number | Address,
    { signal }: AbortOptions = {},
  ): Promise<SocketAddress> {
    return await this.#socksPorts("find a SOCKS port by").find(port, { signal });
  }

  /**
   * The same, and where there is none it is added, at once: the others stay with all their flags, and
   * what is unsaved stays so.
   *
   * @param spec A port, 0 for any free one, an address, or a line as `SocksPort` takes it, such as
   * `"9060 IsolateDestAddr"` and `"unix:/path/to/socks WorldWritable"`. A path may have spaces.
   * @param options A `signal` to give up the wait with.
   * @throws {ControlReplyError} Where Tor refuses it.
   * @throws {TypeError | RangeError} Where it is no address.
   * @throws {TorError} Where Tor does not tell the port that it picked, as while `DisableNetwork` is set.
   *
   * @example Add a SOCKS port
   * ```ts
   * import { connect } from "@torcon/torcon";
   * import { startLoneTor } from "@torcon/torcon/testing";
   * import assert from "node:assert/strict";
   *
   * await using lone = await startLoneTor();
   * await using tor = await connect({ control: lone.control });
   * const config = await tor.getConfig();
   * config.SocksPort = ["9050 IsolateDestAddr"];
   * await config.save();
   * await config.createSocksAddress("9060 OnionTrafficOnly");
   * assert.deepEqual(config.SocksPort, ["9050 IsolateDestAddr", "9060 OnionTrafficOnly"]);
   * ```
   */
  async createSocksAddress(
    spec: number | Address,
    { signal }: AbortOptions = {},
  ): Promise<SocketAddress> {
    return await this.#socksPorts("add a SOCKS port by").create(spec, { signal });
  }

  /** Follows Tor no longer; it can be read, and be saved no longer. Tor itself stays as it is. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#live?.stop();
    return Promise.resolve();
  }

  #socksPorts(action: string): SocksPorts {
    return new SocksPorts(this.#options, this.#connected(action));
  }

  #connected(action: string): { control: ControlConnection; live: LiveConfig } {
    if (this.#control === undefined || this.#live === undefined) {
      throw new TorError(`Cannot ${action} a configuration that is of no Tor`);
    }
    if (this.#live.isStopped) {
      throw new TorError(`Cannot ${action} a configuration that is disposed`);
    }
    return { control: this.#control, live: this.#live };
  }
}
