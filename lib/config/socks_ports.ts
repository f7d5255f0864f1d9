import { portValue } from "../codec/port_value.ts";
import type { ControlConnection } from "../control/connection.ts";
import type { AbortOptions, Address, SocketAddress } from "../runtime/types.ts";
import type { ConfigOptions } from "./config_options.ts";
import type { LiveConfig } from "./live_config.ts";
import type { OptionLine } from "./live_option.ts";
import { findSocksAddress, isAuto, socksLine, socksLinesWith } from "./socks_addresses.ts";

/** The SOCKS ports that a Tor has by its options `SocksPort` and `__SocksPort`. */
export class SocksPorts {
  readonly #options: ConfigOptions;
  readonly #control: ControlConnection;
  readonly #live: LiveConfig;

  /** Reads nothing yet. */
  constructor(
    options: ConfigOptions,
    { control, live }: { control: ControlConnection; live: LiveConfig },
  ) {
    this.#options = options;
    this.#control = control;
    this.#live = live;
  }

  /** Where a port is: the first, or the one that is `wanted`. */
  async find(
    wanted: number | Address | undefined,
    { signal }: AbortOptions,
  ): Promise<SocketAddress> {
    return await findSocksAddress(this.#control, { lines: this.#texts(), wanted, signal });
  }

  /** Where the port is, which is added where it is not there. */
  async create(spec: number | Address, { signal }: AbortOptions): Promise<SocketAddress> {
    const own = this.#options.named("SocksPort");
    if (own.torLines === undefined) await this.#live.refresh([own], { signal });
    const { address, line } = socksLine(this.#texts(), spec);
    if (line !== undefined) {
      const others = this.#options.groupOf(own).filter((option) => option !== own);
      // Tor would drop the ports that are not said with it.
      const lines = socksLinesWith(line, {
        own: own.torLines ?? [],
        others: others.flatMap(({ torLines = [] }) => torLines),
      });
      await this.#control.setConf(lines, { signal });
      await this.#live.refresh([own], { signal });
    }
    if (!isAuto(address)) return await this.find(address, { signal });
    return await findSocksAddress(this.#control, { lines: [portValue(address)], signal });
  }

  /** The lines of all of them. */
  #texts(): string[] {
    const own = this.#options.named("SocksPort");
    const lines = this.#options.groupOf(own).flatMap(({ torLines = [] }): readonly OptionLine[] =>
      torLines
    );
    return lines.map(([, text]) => text);
  }
}
