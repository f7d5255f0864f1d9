import { TorConfig } from "../config/tor_config.ts";
import { launchTor } from "../launch/launch_tor.ts";
import type { LaunchOptions } from "../launch/launch_options.ts";
import type { Torrc } from "../launch/torrc.ts";
import { detectRuntime } from "../runtime/mod.ts";
import type { Runtime, SocketAddress } from "../runtime/types.ts";
import { parseAddress } from "../util/address.ts";
import type { ConnectionDefaults } from "./connections.ts";
import { Tor } from "./tor.ts";

/** How a Tor is launched, and what holds for the connections through it. */
export interface TorLaunchOptions extends Omit<LaunchOptions, "torrc">, ConnectionDefaults {
  /**
   * Further options of Tor's: a {@linkcode TorConfig}, options by name, with values that mean
   * themselves, or the text of a torrc. They go with the program's arguments, which the machine's other
   * users can see.
   */
  torrc?: Torrc | TorConfig | undefined;
}

/**
 * Starts a Tor of this program's own, and resolves when it can build circuits. It ends when it is
 * told to quit, and when this program ends, however that happens.
 *
 * The program tor is looked for on PATH and in the usual places; no torrc is read or written. With
 * `DisableNetwork 1` the launch resolves when Tor can be controlled, and with `control: 0` when its
 * ports are open.
 *
 * @param options What to launch; every option has a default.
 * @returns The Tor, to be disposed or told to {@linkcode Tor.quit}.
 * @throws {TorNotFoundError} Where there is no tor; it tells how to install it.
 * @throws {LaunchError} Where Tor cannot be run, ends, takes too long, or the signal aborts. It has
 * the last lines of Tor's log, and nothing of Tor is left; its `cause` is the signal's reason where
 * that aborts.
 * @throws {TypeError | RangeError} Where the options make no sense.
 *
 * @example Launch a Tor that stays off the network
 * ```ts
 * import { launch } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * await using tor = await launch({ torrc: { DisableNetwork: 1 } });
 * assert.equal(await tor.control.getInfo("process/pid"), String(tor.process?.pid));
 * ```
 */
export async function launch({ torrc, ...others }: TorLaunchOptions = {}): Promise<Tor> {
  const options: LaunchOptions & ConnectionDefaults = {
    ...others,
    torrc: torrc instanceof TorConfig ? torrc.toTorrc() : torrc,
  };
  const runtime = options.runtime ?? await detectRuntime();
  const launched = await launchTor(runtime, options);
  const { allowPrivate, caCertificates } = options;
  const socks = launched.control === undefined
    ? await knownSocksPort(runtime, { options, dataDirectory: launched.process.dataDirectory })
    : undefined;
  return new Tor(launched, { runtime, socks, allowPrivate, caCertificates });
}

/** The SOCKS port of a Tor that cannot be asked for it; `undefined` where Tor has chosen it. */
async function knownSocksPort(
  runtime: Runtime,
  { options, dataDirectory }: { options: LaunchOptions; dataDirectory: string },
): Promise<SocketAddress | undefined> {
  const chosen = options.socks?.map(parseAddress)
    .filter((address) => "path" in address || address.port !== 0);
  if (chosen !== undefined) {
    return chosen.find((address) => "path" in address) ?? chosen[0];
  }
  const path = `${dataDirectory}/socks`;
  return await runtime.stat(path) === undefined ? undefined : { path };
}
