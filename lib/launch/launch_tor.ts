import { ControlConnection } from "../control/connection.ts";
import { LaunchError, PathNotFoundError, TimeoutError, TorNotFoundError } from "../errors/mod.ts";
import type { Runtime } from "../runtime/types.ts";
import { abortable, delay, withDeadline } from "../util/abort.ts";
import { reportUnhandled } from "../util/report_error.ts";
import { whenBootstrapped } from "./bootstrap.ts";
import { endOnInterrupt } from "./end_on_interrupt.ts";
import { spawnTor } from "./find_tor.ts";
import { callerOptions, secretsOf, torArguments } from "./launch_arguments.ts";
import { LaunchDirectory } from "./launch_directory.ts";
import { DEFAULT_LAUNCH_TIMEOUT, type LaunchOptions } from "./launch_options.ts";
import { LaunchedTor } from "./launched_tor.ts";
import { TorLog } from "./tor_log.ts";
import { TorProcess } from "./tor_process.ts";
import type { TorrcOption } from "./torrc.ts";

/** How often it is looked whether Tor's ports are open, in milliseconds. */
const POLL_INTERVAL = 20;
/** How long a Tor whose launch failed has to end by itself, in milliseconds. */
const FAILURE_PATIENCE = 2000;

/**
 * Starts a Tor of this program's own, takes ownership of it, and resolves when it can build circuits;
 * with `DisableNetwork` when it can be controlled, and with `control: 0` when its ports are open.
 *
 * @throws {TypeError | RangeError} Where the options make no sense.
 * @throws {TorNotFoundError} Where there is no tor.
 * @throws {LaunchError} Where Tor cannot be run, ends, takes too long, or the signal aborts. Nothing
 * of it is left.
 */
export async function launchTor(runtime: Runtime, options: LaunchOptions): Promise<LaunchedTor> {
  const given = callerOptions(options);
  const { control, onProgress, timeout = DEFAULT_LAUNCH_TIMEOUT } = options;
  if (control === 0 && onProgress !== undefined) {
    throw new TypeError("Cannot tell the progress (option onProgress) without a control port");
  }
  const launch = new Launch(runtime, { options, given });
  try {
    return await withDeadline((signal) => launch.run(signal), {
      signal: options.signal,
      timeout,
      message: () => "Tor was not ready",
    });
  } catch (error) {
    throw await launch.fail(error);
  }
}

/** One launch, as far as it has come. */
class Launch {
  readonly #runtime: Runtime;
  readonly #options: LaunchOptions;
  readonly #given: readonly TorrcOption[];
  #stage = "it was started";
  #starting: Promise<TorProcess> | undefined;
  #running: Promise<LaunchedTor> | undefined;
  #directory: LaunchDirectory | undefined;
  #process: TorProcess | undefined;
  #control: ControlConnection | undefined;

  constructor(
    runtime: Runtime,
    { options, given }: { options: LaunchOptions; given: readonly TorrcOption[] },
  ) {
    this.#runtime = runtime;
    this.#options = options;
    this.#given = given;
  }

  run(signal: AbortSignal): Promise<LaunchedTor> {
    this.#running = this.#run(signal);
    return this.#running;
  }

  /** Ends what was started, and gives the error that tells of it. */
  async fail(error: unknown): Promise<unknown> {
    // What is being started by now must be known.
    await this.#starting?.catch(() => {});
    const process = this.#process;
    if (process === undefined) {
      await this.#directory?.remove();
      if (error instanceof LaunchError || error instanceof TorNotFoundError) return error;
      const why = error instanceof Error ? error.message : String(error);
      return new LaunchError(`Cannot launch Tor: ${why}`, { cause: error });
    }
    await this.#control?.close();
    await process.end({ patience: FAILURE_PATIENCE });
    await this.#running?.catch(() => {});
    if (error instanceof EndedEarly) {
      const { code, signal } = error.status;
      const how = signal === null ? `code ${code}` : signal;
      return process.failure(`it ended (${how}) before ${this.#stage}`, undefined, error.status);
    }
    if (error instanceof TimeoutError) {
      return process.failure(
        `it took more than ${error.milliseconds} ms, and was ended before ${this.#stage}`,
        error,
      );
    }
    if (this.#options.signal?.aborted) {
      return process.failure(`it was aborted before ${this.#stage}`, error);
    }
    const why = error instanceof Error ? error.message : String(error);
    return process.failure(`it failed before ${this.#stage}: ${why}`, error);
  }

  async #run(signal: AbortSignal): Promise<LaunchedTor> {
    this.#starting = this.#start(signal);
    const process = await this.#starting;
    const swept = this.#directory?.removeAbandoned();
    const ended = process.ended.then((status): never => {
      throw new EndedEarly(status);
    });
    const stop = new AbortController();
    const until = AbortSignal.any([signal, stop.signal]);
    // A connection that is lost is lost because Tor ends, which says more.
    const ready = this.#whenReady(process, until).catch(async (error) => {
      await delay(FAILURE_PATIENCE, until).catch(() => {});
      throw error;
    });
    try {
      await Promise.race([ready, ended]);
    } finally {
      stop.abort();
      await swept;
    }
    return new LaunchedTor(process, this.#control);
  }

  async #start(signal: AbortSignal): Promise<TorProcess> {
    const { onError = reportUnhandled, torBinary, env, stdout, stderr } = this.#options;
    const runtime = this.#runtime;
    const directory = this.#directory = await LaunchDirectory.open(runtime, this.#options);
    signal.throwIfAborted();
    const args = torArguments(this.#given, { options: this.#options, directory, runtime });
    const spawned = await spawnTor(runtime, { torBinary, args, env });
    const log = new TorLog({ secrets: secretsOf(this.#given), onError });
    const outputs = Promise.all([
      log.read(spawned.stdout, stdout),
      log.read(spawned.stderr, stderr),
    ]).then(() => {});
    const isWatched = directory.isTemporary && (this.#options.endOnInterrupt ?? true);
    const watch = isWatched
      ? endOnInterrupt(runtime, async () => {
        await this.#control?.close();
        await this.#process?.end({ patience: FAILURE_PATIENCE });
      })
      : undefined;
    const cleanUp = async () => {
      watch?.stop();
      await directory.remove().catch(onError);
    };
    this.#process = new TorProcess(spawned, {
      log,
      outputs,
      dataDirectory: directory.path,
      cleanUp,
    });
    return this.#process;
  }

  async #whenReady(process: TorProcess, signal: AbortSignal): Promise<void> {
    const { onProgress, onError } = this.#options;
    const directory = this.#directory!;
    this.#stage = "its ports were open";
    if (this.#options.control === 0) {
      await this.#read(directory.pidFile, new RegExp(`^(${process.pid})\\s`), signal);
      return;
    }
    const line = /^(?:UNIX_)?PORT=(.+)\r?\n/m;
    const text = await this.#read(directory.controlPortFile, line, signal);
    const socket = /^UNIX_PORT=(.+?)\r?$/m.exec(text)?.[1];
    const port = /^PORT=(.+?)\r?$/m.exec(text)?.[1];
    this.#stage = "it let us in";
    const control = this.#control = await ControlConnection.connect({
      control: socket === undefined ? port! : { path: socket },
      runtime: this.#runtime,
      onError,
      signal,
    });
    this.#stage = "it was owned";
    const [, , lines] = await Promise.all([
      control.takeOwnership({ signal }),
      // Tor need no longer look whether this process lives: it ends with the connection.
      control.resetConf("__OwningControllerProcess", { signal }),
      control.getConf("DisableNetwork", { signal }),
    ]);
    if (lines[0]?.value === "1") return;
    this.#stage = "it had bootstrapped";
    await whenBootstrapped(control, { onProgress, onError, signal });
  }

  /** The text of a file, as soon as it is there and has a certain line. */
  async #read(path: string, line: RegExp, signal: AbortSignal): Promise<string> {
    for (;;) {
      try {
        const bytes = await abortable(this.#runtime.readFile(path, { signal }), signal);
        const text = new TextDecoder().decode(bytes);
        if (line.test(text)) return text;
      } catch (error) {
        if (!(error instanceof PathNotFoundError)) throw error;
      }
      await delay(POLL_INTERVAL, signal);
    }
  }
}

/** Tor has ended. */
class EndedEarly extends Error {
  readonly status: Awaited<TorProcess["ended"]>;

  constructor(status: Awaited<TorProcess["ended"]>) {
    super("Tor has ended");
    this.status = status;
  }
}
