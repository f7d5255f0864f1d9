import type { TorConfig } from "../../lib/config/tor_config.ts";
import { type LoneTor, type LoneTorOptions, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { connect, type ConnectOptions } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { abortable } from "../../lib/util/abort.ts";

/** A lone tor, its configuration, and another controller. */
export class ConfiguredTor implements AsyncDisposable {
  readonly lone: LoneTor;
  readonly tor: Tor;
  readonly other: Tor;
  readonly config: TorConfig;

  private constructor(lone: LoneTor, [tor, other]: readonly [Tor, Tor], config: TorConfig) {
    this.lone = lone;
    this.tor = tor;
    this.other = other;
    this.config = config;
  }

  /** Starts a tor, and connects to it twice. */
  static async start(
    options: LoneTorOptions = {},
    connection: Omit<ConnectOptions, "control"> = {},
  ): Promise<ConfiguredTor> {
    const lone = await startLoneTor(options);
    const tor = await connect({ ...connection, control: lone.control });
    const other = await connect({ control: lone.control });
    return new ConfiguredTor(lone, [tor, other], await tor.getConfig());
  }

  /** What the other controller reads of an option. */
  async told(name: string): Promise<(string | undefined)[]> {
    return (await this.other.control.getConf(name)).map(({ value }) => value);
  }

  /** Resolves with what is told when the option changes, and rejects where it does not. */
  async next(name: string): Promise<unknown> {
    const stop = new AbortController();
    const told = new Promise((resolve) => {
      const { signal } = stop;
      this.config.addOptionListener(name, ({ value }) => resolve(value), { signal });
    });
    return await abortable(told, AbortSignal.timeout(20_000)).finally(() => stop.abort());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.other[Symbol.asyncDispose]();
    await this.tor[Symbol.asyncDispose]();
    await this.lone[Symbol.asyncDispose]();
  }
}
