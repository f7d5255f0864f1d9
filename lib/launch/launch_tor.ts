import type { ControlConnection } from "../control/connection.ts";
import { LaunchError, TimeoutError, TorNotFoundError } from "../errors/mod.ts";
import type { Runtime } from "../runtime/types.ts";
import { withDeadline } from "../util/abort.ts";
import { checkTime } from "../util/check_number.ts";
import { reportUnhandled } from "../util/report_error.ts";
import { whenBootstrapped } from "./bootstrap.ts";
import { whenControlPortsOpen, whenWritten } from "./control_ports.ts";
import { endOnInterrupt, type InterruptWatch } from "./end_on_interrupt.ts";
import { callerOptions, secretsOf, torArguments } from "./launch_arguments.ts";
import { LaunchDirectory } from "./launch_directory.ts";
import { DEFAULT_LAUNCH_TIMEOUT, type LaunchOptions } from "./launch_options.ts";
import { LaunchedTor } from "./launched_tor.ts";
import { ownTor } from "./own_tor.ts";
import { TorProcess } from "./tor_process.ts";
import type { TorrcOption } from "./torrc.ts";

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
  checkTime("timeout", timeout);
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
  #starting: Promise<TorProcess> | undefined;
  #running: Promise<LaunchedTor> | undefined;
  #directory: LaunchDirectory | undefined;
  #watch: InterruptWatch | undefined;
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
    await this.#end();
    await this.#running?.catch(() => {});
    const process = this.#process;
    if (process === undefined) await this.#cleanUp();
    if (error instanceof LaunchError || error instanceof TorNotFoundError) return error;
    const why = error instanceof Error ? error.message : String(error);
    if (process === undefined) {
      return new LaunchError(`Cannot launch Tor: ${why}`, { cause: error });
    }
    if (this.#options.signal?.aborted) return process.failure("was aborted", { cause: error });
    const what = error instanceof TimeoutError
      ? `took more than ${error.milliseconds} ms, and was ended`
      : `failed (${why})`;
    return process.failure(what, { cause: error });
  }

  async #run(signal: AbortSignal): Promise<LaunchedTor> {
    this.#starting = this.#start(signal);
    const process = await this.#starting;
    const swept = this.#directory?.removeAbandoned();
    try {
      await this.#whenReady(process, signal);
      return new LaunchedTor(process, this.#control);
    } finally {
      await swept;
    }
  }

  async #start(signal: AbortSignal): Promise<TorProcess> {
    const { onError = reportUnhandled, torBinary, env, stdout, stderr } = this.#options;
    const runtime = this.#runtime;
    const directory = this.#directory = await LaunchDirectory.open(runtime, this.#options);
    signal.throwIfAborted();
    if (directory.isTemporary && (this.#options.endOnInterrupt ?? true)) {
      this.#watch = endOnInterrupt(runtime, () => this.#end());
    }
    return this.#process = await TorProcess.start(runtime, {
      torBinary,
      args: torArguments(this.#given, { options: this.#options, directory, runtime }),
      env,
      dataDirectory: directory.path,
      secrets: secretsOf(this.#given),
      stdout,
      stderr,
      onError,
      cleanUp: () => this.#cleanUp().catch(onError),
    });
  }

  async #whenReady(process: TorProcess, signal: AbortSignal): Promise<void> {
    const { onProgress, onError } = this.#options;
    const runtime = this.#runtime;
    const directory = this.#directory!;
    const opened = { before: "its ports were open", signal };
    if (this.#options.control === 0) {
      const line = new RegExp(`^${process.pid}\\s`);
      await process.guard(
        (signal) => whenWritten(runtime, directory.pidFile, { line, signal }),
        opened,
      );
      return;
    }
    const ports = await process.guard(
      (signal) => whenControlPortsOpen(runtime, directory.controlPortFile, { signal }),
      opened,
    );
    const control = this.#control = await ownTor(process, { runtime, ports, onError, signal });
    await process.guard(async (signal) => {
      const [[line]] = await Promise.all([
        control.getConf("DisableNetwork", { signal }),
        // Tor need no longer look whether this process lives: it ends with the connection.
        control.resetConf("__OwningControllerProcess", { signal }),
      ]);
      if (line?.value === "1") return;
      await whenBootstrapped(control, { onProgress, onError, signal });
    }, { before: "it had bootstrapped", signal });
  }

  /** Ends what was started by now. */
  async #end(): Promise<void> {
    await this.#starting?.catch(() => {});
    await this.#control?.close();
    await this.#process?.end({ patience: FAILURE_PATIENCE });
  }

  async #cleanUp(): Promise<void> {
    this.#watch?.stop();
    await this.#directory?.remove();
  }
}
