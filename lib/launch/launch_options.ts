import type { AbortOptions, Address, Runtime } from "../runtime/types.ts";
import type { ErrorHandler } from "../util/report_error.ts";
import type { BootstrapPhase } from "./bootstrap.ts";
import type { BridgeOptions } from "./bridges.ts";
import type { Torrc } from "./torrc.ts";

/** How a Tor is launched. */
export interface LaunchOptions extends AbortOptions, BridgeOptions {
  /**
   * Where the control port is to be; default a Unix socket in the data directory, and where that has
   * too long a path, a TCP port that is free. Port 0 is any free one. `0` is no control port at all:
   * such a Tor cannot be followed nor asked for anything, and is ready when its ports are open.
   */
  control?: Address | 0 | undefined;
  /**
   * Where the SOCKS ports are to be, none for `[]`; port 0 is any free one. Default a Unix socket in
   * the data directory, where that has too long a path a TCP port that is free, and nothing where
   * `torrc` has a `SocksPort` of its own.
   */
  socks?: readonly Address[] | undefined;
  /**
   * Where Tor keeps its state, such as its guards and the consensus. It is made where it is missing,
   * of mode 0700, and kept. By default a temporary directory is, which is removed at the end.
   */
  dataDirectory?: string | undefined;
  /** The program: a path, or a name to look for on PATH; default `tor`, looked for in the usual places too. */
  torBinary?: string | undefined;
  /**
   * Further options of Tor's: by name, with values that mean themselves, or as the text of a torrc.
   * They go with the program's arguments, which the machine's other users can see.
   */
  torrc?: Torrc | undefined;
  /** The user that Tor becomes, where this program runs as root (tor's manual, option `User`). */
  user?: string | undefined;
  /**
   * Run onion services that are fast and **not anonymous** (tor's manual, options
   * `HiddenServiceNonAnonymousMode` and `HiddenServiceSingleHopMode`); default `false`. Such a Tor
   * has no SOCKS port.
   */
  nonAnonymousMode?: boolean | undefined;
  /** Gets each line that Tor prints on standard output, its log by default. */
  stdout?: ((line: string) => unknown) | undefined;
  /** Gets each line that Tor prints on standard error. */
  stderr?: ((line: string) => unknown) | undefined;
  /** Is told how far Tor is on its way into the network, and of what hinders it. */
  onProgress?: ((phase: BootstrapPhase) => unknown) | undefined;
  /** The time that the launch may take, in milliseconds; default 90,000, `Infinity` for no limit. */
  timeout?: number | undefined;
  /** Variables added to the environment, which Tor inherits. */
  env?: Readonly<Record<string, string>> | undefined;
  /**
   * Where the user interrupts this program (SIGINT, SIGTERM, SIGHUP), end Tor and remove the temporary
   * directory before the signal ends the program; default `true`. Tor itself ends with this program
   * in any case.
   */
  endOnInterrupt?: boolean | undefined;
  /** The adapter to the platform; default that of the runtime that this runs on. */
  runtime?: Runtime | undefined;
  /** Gets what a callback or a listener throws; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
}

/** The default of `timeout`. */
export const DEFAULT_LAUNCH_TIMEOUT = 90_000;
