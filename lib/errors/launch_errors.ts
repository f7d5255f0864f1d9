import { TorError } from "./tor_error.ts";

/** What a {@linkcode LaunchError} knows besides its message. */
export interface LaunchErrorOptions extends ErrorOptions {
  /** The last lines that Tor logged, oldest first; default none. */
  log?: readonly string[] | undefined;
  /** The exit code, where Tor ended by itself. */
  exitCode?: number | undefined;
  /** The signal that ended Tor, such as `"SIGSEGV"`, where one did. */
  signal?: string | undefined;
}

/**
 * A Tor that was launched did not become ready: it could not be run, it ended, it took too long, or
 * the launch was aborted. Nothing of it is left running. `cause` is the signal's reason of a launch
 * that was aborted, a `TimeoutError` of one that took too long, or the platform's error.
 *
 * @example Read why Tor did not start
 * ```ts
 * import { launch, LaunchError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * await assert.rejects(launch({ torrc: { NoSuchOption: 1 } }), (error) => {
 *   assert.ok(error instanceof LaunchError);
 *   assert.equal(error.exitCode, 1);
 *   assert.match(error.log.join("\n"), /Unknown option 'NoSuchOption'/);
 *   return true;
 * });
 * ```
 */
export class LaunchError extends TorError {
  /** The class's own name. */
  override name: string = "LaunchError";
  /**
   * The last lines that Tor logged, oldest first. The values of the options that hold passwords are
   * replaced by `[secret]`.
   */
  readonly log: readonly string[];
  /** The exit code, where Tor ended by itself; else `undefined`. */
  readonly exitCode: number | undefined;
  /** The signal that ended Tor, where one did; else `undefined`. */
  readonly signal: string | undefined;

  /**
   * Builds the error; the message ends with the last lines of the log.
   *
   * @param message What was attempted and what came of it.
   * @param options The log, how Tor ended, and the `cause`.
   */
  constructor(message: string, options: LaunchErrorOptions = {}) {
    const { log = [], exitCode, signal, cause } = options;
    const told = log.length === 0 ? "" : `; its log ends:\n${log.join("\n")}`;
    super(message + told, cause === undefined ? undefined : { cause });
    this.log = log;
    this.exitCode = exitCode;
    this.signal = signal;
  }
}

/** How Tor is installed, by the platform's name. */
const INSTALLATION: Readonly<Record<string, string>> = {
  linux: "install it with the system's package manager, such as `apt install tor` (Debian, " +
    "Ubuntu), `dnf install tor` (Fedora), `pacman -S tor` (Arch) or `apk add tor` (Alpine)",
  darwin: "install it with `brew install tor` (Homebrew) or `port install tor` (MacPorts)",
  win32: "install it with `scoop install tor`, or unpack the Tor Expert Bundle of " +
    "https://www.torproject.org/download/tor/",
  freebsd: "install it with `pkg install tor`",
};

const ANY_INSTALLATION = "get it from https://www.torproject.org/download/tor/";

/**
 * There is no program `tor` to launch, neither on PATH nor in the usual places. The message tells how
 * it is installed on this platform.
 *
 * @example Tell the user what to do
 * ```ts
 * import { launch, TorNotFoundError } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * const error = await launch({ torBinary: "/nonexistent/tor" }).catch((error) => error);
 * assert.ok(error instanceof TorNotFoundError);
 * assert.deepEqual(error.searched, ["/nonexistent/tor"]);
 * assert.match(error.message, /install|torproject/);
 * ```
 */
export class TorNotFoundError extends TorError {
  /** The class's own name. */
  override name: string = "TorNotFoundError";
  /** What was looked for, in order: a name without a separator was looked for on PATH. */
  readonly searched: readonly string[];

  /**
   * Builds the error.
   *
   * @param searched What was looked for, in order.
   * @param platform The operating system, by Node's names.
   * @param options The `cause`, where there is one.
   */
  constructor(searched: readonly string[], platform: string, options?: ErrorOptions) {
    const how = INSTALLATION[platform] ?? ANY_INSTALLATION;
    super(`Cannot find tor (looked for ${searched.join(", ")}): ${how}`, options);
    this.searched = searched;
  }
}
