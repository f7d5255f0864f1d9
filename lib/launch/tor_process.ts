import type { ControlConnection } from "../control/connection.ts";
import { LaunchError, type LaunchErrorOptions, TimeoutError } from "../errors/mod.ts";
import type { AbortOptions, Process, ProcessStatus, Runtime } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { type ErrorHandler, reportUnhandled } from "../util/report_error.ts";
import { spawnTor } from "./find_tor.ts";
import { TorLog } from "./tor_log.ts";

/** How many lines of the log an error shows. */
const SHOWN_LINES = 20;
/** How long the last output may take to arrive when the process has ended, in milliseconds. */
const OUTPUT_PATIENCE = 500;
/** How long a process may take to end that something went wrong with, in milliseconds. */
const END_PATIENCE = 2000;

/** What a {@linkcode TorProcess} is started with. */
export interface TorProcessOptions {
  /** The program; default `tor`, looked for on PATH and in the usual places. */
  torBinary?: string | undefined;
  /** Its arguments. */
  args: readonly string[];
  /** Variables added to the inherited environment. */
  env?: Readonly<Record<string, string>> | undefined;
  /** The data directory that the arguments name. */
  dataDirectory: string;
  /** What must not be seen in the log; default nothing. */
  secrets?: readonly string[] | undefined;
  /** Gets each line of standard output. */
  stdout?: ((line: string) => unknown) | undefined;
  /** Gets each line of standard error. */
  stderr?: ((line: string) => unknown) | undefined;
  /** Gets what a callback throws; default `reportError`, where there is none a warning. */
  onError?: ErrorHandler | undefined;
  /** Removes what is left when the process has ended, and never rejects; default nothing. */
  cleanUp?: (() => Promise<void>) | undefined;
  /** Makes the error that tells `what` became of the process; default a `LaunchError`. */
  failure?: ((what: string, details: LaunchErrorOptions) => LaunchError) | undefined;
}

/** What {@linkcode TorProcess.guard} waits for. */
export interface GuardOptions extends AbortOptions {
  /** What is true when the work is done, such as `"its ports were open"`. */
  before: string;
}

/** How a Tor is ended. */
export interface EndOptions {
  /**
   * The time in milliseconds that Tor has to end after it was asked to, and again after SIGTERM,
   * before it is killed.
   */
  patience: number;
  /** Asks Tor to end before it is sent a signal. */
  control?: ControlConnection | undefined;
}

/**
 * The process of a Tor that this program has launched. It ends when this program does.
 *
 * @example Look at the process of a Tor, and at what it has printed
 * ```ts
 * import { launch } from "@torcon/torcon";
 * import assert from "node:assert/strict";
 *
 * await using tor = await launch({ torrc: { DisableNetwork: 1 } });
 * assert.ok(tor.process !== undefined && tor.process.pid > 0);
 * assert.match(tor.process.log.join("\n"), /Tor .* running on/);
 * ```
 */
export class TorProcess implements AsyncDisposable {
  /** Its process id. */
  readonly pid: number;
  /** Its data directory. */
  readonly dataDirectory: string;
  /** Resolves when it has ended, and its temporary directory is removed; never rejects. */
  readonly ended: Promise<ProcessStatus>;
  readonly #process: Process;
  readonly #log: TorLog;
  readonly #failure: (what: string, details: LaunchErrorOptions) => LaunchError;
  #stage = "it was started";

  private constructor(process: Process, options: TorProcessOptions) {
    const { secrets = [], onError = reportUnhandled, stdout, stderr } = options;
    this.#process = process;
    this.pid = process.pid;
    this.dataDirectory = options.dataDirectory;
    this.#failure = options.failure ??
      ((what, details) => new LaunchError(`Cannot launch Tor: it ${what}`, details));
    const log = this.#log = new TorLog({ secrets, onError });
    const outputs = Promise.all([
      log.read(process.stdout, stdout),
      log.read(process.stderr, stderr),
    ]);
    this.ended = this.#whenEnded(outputs, options.cleanUp);
  }

  /**
   * Starts a tor.
   *
   * @throws {TorNotFoundError} Where there is none.
   * @throws {PermissionError} Where it may not be run.
   * @throws {TorError} Where it cannot be run for another reason.
   */
  static async start(runtime: Runtime, options: TorProcessOptions): Promise<TorProcess> {
    const { torBinary, args, env } = options;
    return new TorProcess(await spawnTor(runtime, { torBinary, args, env }), options);
  }

  /** The last lines that it printed, oldest first; of the passwords among its options there is none in it. */
  get log(): readonly string[] {
    return this.#log.lines;
  }

  /** Sends a signal to the process, by default SIGTERM. Harmless when it has ended. */
  kill(signal?: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP"): void {
    this.#process.kill(signal);
  }

  /**
   * Does `work`, but rejects with the end of the log where the process ends, or the time is over,
   * before that is done; the work is given up then by the signal that it is given.
   *
   * @throws {LaunchError} Where it ends, or the time is over.
   */
  async guard<T>(
    work: (signal: AbortSignal) => Promise<T>,
    { before, signal }: GuardOptions,
  ): Promise<T> {
    this.#stage = before;
    const stop = new AbortController();
    const until = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);
    const ended = this.ended.then((status): never => {
      throw this.#endedBefore(before, status);
    });
    try {
      return await Promise.race([work(until), ended]);
    } catch (error) {
      if (error instanceof TimeoutError) {
        throw this.failure("was given up", { before, cause: error });
      }
      // A connection that is lost is lost because Tor ends, which says more.
      const isOther = !(error instanceof LaunchError);
      if (isOther && await this.#endsWithin(END_PATIENCE, signal)) await ended;
      throw error;
    } finally {
      stop.abort();
    }
  }

  /**
   * The error that tells what became of the process, with the end of its log.
   *
   * @param what Such as `"was aborted"`.
   * @param options Why, and `before` what; default what was waited for last.
   */
  failure(
    what: string,
    { before = this.#stage, cause }: { before?: string | undefined; cause?: unknown } = {},
  ): LaunchError {
    return this.#failure(`${what} before ${before}`, { log: this.#lastLines, cause });
  }

  /** Ends the process, by ever stronger means, and resolves when it and its files are gone. */
  async end({ patience, control }: EndOptions): Promise<void> {
    const isAsked = control?.connected === true;
    // Tor ends when the connection that owns it does; it may be lost before the answer.
    if (isAsked) control.quit().catch(() => {});
    if (!(isAsked && await this.#endsWithin(patience))) {
      this.kill("SIGTERM");
      if (!await this.#endsWithin(patience)) this.kill("SIGKILL");
    }
    await control?.close();
    await this.ended;
  }

  /** Kills the process, and resolves when it and its files are gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.ended;
  }

  get #lastLines(): readonly string[] {
    return this.log.slice(-SHOWN_LINES);
  }

  #endedBefore(before: string, { code, signal }: ProcessStatus): LaunchError {
    return this.#failure(`ended (${signal ?? `code ${code}`}) before ${before}`, {
      log: this.#lastLines,
      ...(signal === null ? { exitCode: code } : { signal }),
    });
  }

  async #endsWithin(milliseconds: number, signal?: AbortSignal): Promise<boolean> {
    const stop = new AbortController();
    const until = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);
    const late = delay(milliseconds, until).then(() => false, () => false);
    const isOver = await Promise.race([this.#process.status.then(() => true), late]);
    stop.abort();
    return isOver;
  }

  async #whenEnded(
    outputs: Promise<unknown>,
    cleanUp: TorProcessOptions["cleanUp"],
  ): Promise<ProcessStatus> {
    const status = await this.#process.status;
    // What Tor has started may hold its output open.
    const waiting = new AbortController();
    const late = delay(OUTPUT_PATIENCE, waiting.signal).catch(() => {});
    await Promise.race([outputs, late]);
    waiting.abort();
    await this.#process[Symbol.asyncDispose]();
    await cleanUp?.();
    return status;
  }
}
