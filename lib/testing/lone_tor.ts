import { detectRuntime } from "../runtime/mod.ts";
import type { AbortOptions, ProcessStatus, Runtime } from "../runtime/types.ts";
import { encodeHex } from "../util/hex.ts";
import { endOnInterrupt } from "../launch/end_on_interrupt.ts";
import type { TorProcess } from "../launch/tor_process.ts";
import type { Torrc } from "../launch/torrc.ts";
import { checkTime } from "../util/check_number.ts";
import { hashedControlPassword } from "./hashed_control_password.ts";
import { makeTestDirectory } from "./owner_service.ts";
import { Scope } from "./scope.ts";
import { startWithin } from "./start_within.ts";
import { StartedTor } from "./started_tor.ts";
import { formatTorrc } from "./torrc.ts";

/** What a {@linkcode LoneTor} is started with. */
export interface LoneTorOptions extends AbortOptions {
  /** Further lines of its torrc. */
  torrc?: Torrc | undefined;
  /**
   * How its control ports let controllers in; default both. `COOKIE` stands for SAFECOOKIE too, and
   * an empty list for NULL.
   */
  authentication?: readonly ("COOKIE" | "HASHEDPASSWORD")[] | undefined;
  /** The password for HASHEDPASSWORD; default a random one. */
  password?: string | undefined;
  /** The program; default `tor`, looked for on PATH and in the usual places. */
  torBinary?: string | undefined;
  /** The time that the start may take, in milliseconds; default 10,000. */
  timeout?: number | undefined;
  /** The adapter to the platform; default that of the runtime that this runs on. */
  runtime?: Runtime | undefined;
}

/**
 * A real tor without a network, for tests of what needs nothing but its control port. Get one from
 * {@linkcode startLoneTor}. It ends when it is disposed, and when this program ends.
 *
 * @example Kill a tor under a program's feet
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor();
 * await using tor = await connect({ control: lone.control });
 * lone.kill("SIGKILL");
 * await assert.rejects(tor.control.closed, { name: "DisconnectedError" });
 * assert.equal((await lone.ended).signal, "SIGKILL");
 * ```
 */
export class LoneTor implements AsyncDisposable {
  /** The best address of the control port: the Unix socket where there is one, else TCP. */
  readonly control: string;
  /** The control port on TCP, such as `"127.0.0.1:40123"`. */
  readonly controlPort: string;
  /** The control port on a Unix socket, such as `"unix:/tmp/x/control"`; `undefined` on Windows. */
  readonly controlSocket: string | undefined;
  /** The `DataDirectory`; the torrc is in it, and the file `control_auth_cookie`. */
  readonly dataDirectory: string;
  /** The password for HASHEDPASSWORD. */
  readonly password: string;
  /** The process id. */
  readonly pid: number;
  readonly #process: TorProcess;
  readonly #scope: Scope;

  /** Use {@linkcode startLoneTor}. */
  constructor(tor: StartedTor, { scope, password }: { scope: Scope; password: string }) {
    this.control = tor.node.control;
    this.controlPort = tor.node.controlPort;
    this.controlSocket = tor.node.controlSocket;
    this.dataDirectory = tor.node.dataDirectory;
    this.password = password;
    this.pid = tor.node.pid;
    this.#process = tor.process;
    this.#scope = scope;
  }

  /** The last lines that it logged, oldest first. */
  get log(): readonly string[] {
    return this.#process.log;
  }

  /** Resolves when the process has ended; never rejects. */
  get ended(): Promise<ProcessStatus> {
    return this.#process.ended;
  }

  /** Sends a signal to the process, by default SIGTERM. */
  kill(signal?: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP"): void {
    this.#process.kill(signal);
  }

  /** Kills the process and removes its files. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.end();
  }
}

/**
 * Starts a tor with `DisableNetwork 1` and no SOCKS port, and resolves when its control ports are
 * open: in well under a second.
 *
 * @param options Further lines of its torrc, and how it lets controllers in; every option has a default.
 * @returns The tor, to be disposed.
 * @throws {TorStartError} Where it ends before that, on a bad torrc for example; it tells the log.
 * @throws {TorNotFoundError} Where there is no tor.
 * @throws {TimeoutError} Where it takes too long.
 *
 * @example Authenticate with a password
 * ```ts
 * import { connect } from "@torcon/torcon";
 * import { startLoneTor } from "@torcon/torcon/testing";
 * import assert from "node:assert/strict";
 *
 * await using lone = await startLoneTor({ authentication: ["HASHEDPASSWORD"] });
 * await using tor = await connect({ control: lone.controlPort, password: lone.password });
 * assert.equal(await tor.control.getInfo("config-file"), `${lone.dataDirectory}/torrc`);
 * ```
 */
export async function startLoneTor(options: LoneTorOptions = {}): Promise<LoneTor> {
  const { authentication = ["COOKIE", "HASHEDPASSWORD"], timeout = 10_000, torBinary } = options;
  checkTime("timeout", timeout);
  const runtime = options.runtime ?? await detectRuntime();
  const { password = encodeHex(crypto.getRandomValues(new Uint8Array(16))) } = options;
  const scope = new Scope();
  const watch = endOnInterrupt(runtime, (reason) => scope.end(reason));
  scope.defer(watch.stop);
  const torrc = formatTorrc({
    DisableNetwork: 1,
    SocksPort: 0,
    ShutdownWaitLength: 0,
    CookieAuthentication: authentication.includes("COOKIE") ? 1 : 0,
    ...(authentication.includes("HASHEDPASSWORD")
      ? { HashedControlPassword: await hashedControlPassword(password) }
      : {}),
  }, options.torrc ?? "");
  try {
    return await startWithin(async (signal) => {
      const { path: parent } = await scope.own(makeTestDirectory(runtime));
      const tor = await scope.own(
        StartedTor.start(runtime, { nickname: "tor", parent, torrc, torBinary, signal }),
      );
      return new LoneTor(tor, { scope, password });
    }, {
      signals: [options.signal, scope.signal],
      timeout,
      message: () => "The lone tor did not open its control port",
    });
  } catch (error) {
    await scope.end(error);
    await watch.whenOver();
    throw error;
  }
}
