import type { ControlConnection } from "../control/connection.ts";
import { LaunchError } from "../errors/mod.ts";
import type { Process, ProcessStatus } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";

/** How many lines of the log an error shows. */
const SHOWN_LINES = 20;
/** How long the last output may take to arrive when the process has ended, in milliseconds. */
const OUTPUT_PATIENCE = 500;

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

/** The process of a Tor that this program has launched. It ends when this program does. */
export class TorProcess {
  /** Its process id. */
  readonly pid: number;
  /** Its data directory. */
  readonly dataDirectory: string;
  /** Resolves when it has ended, and its temporary directory is removed; never rejects. */
  readonly ended: Promise<ProcessStatus>;
  readonly #process: Process;
  readonly #log: { readonly lines: readonly string[] };
  readonly #outputs: Promise<void>;

  /** Takes over a process whose output is read into `log` until `outputs` resolves. */
  constructor(process: Process, { log, outputs, dataDirectory, cleanUp }: {
    log: { readonly lines: readonly string[] };
    outputs: Promise<void>;
    dataDirectory: string;
    cleanUp: () => Promise<void>;
  }) {
    this.#process = process;
    this.#log = log;
    this.#outputs = outputs;
    this.pid = process.pid;
    this.dataDirectory = dataDirectory;
    this.ended = this.#whenEnded(cleanUp);
  }

  /** The last lines that it printed, oldest first; of the passwords among its options there is none in it. */
  get log(): readonly string[] {
    return this.#log.lines;
  }

  /** Sends a signal to the process, by default SIGTERM. Harmless when it has ended. */
  kill(signal?: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP"): void {
    this.#process.kill(signal);
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

  /** The error that tells what became of the process, with the end of its log. */
  failure(what: string, cause: unknown, status?: ProcessStatus): LaunchError {
    return new LaunchError(`Cannot launch Tor: ${what}`, {
      log: this.log.slice(-SHOWN_LINES),
      cause,
      ...(status === undefined
        ? {}
        : status.signal === null
        ? { exitCode: status.code }
        : { signal: status.signal }),
    });
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    const waiting = new AbortController();
    const late = delay(milliseconds, waiting.signal).then(() => false, () => false);
    const isOver = await Promise.race([this.#process.status.then(() => true), late]);
    waiting.abort();
    return isOver;
  }

  async #whenEnded(cleanUp: () => Promise<void>): Promise<ProcessStatus> {
    const status = await this.#process.status;
    // What Tor has started may hold its output open.
    const waiting = new AbortController();
    const late = delay(OUTPUT_PATIENCE, waiting.signal).catch(() => {});
    await Promise.race([this.#outputs, late]);
    waiting.abort();
    await this.#process[Symbol.asyncDispose]();
    await cleanUp();
    return status;
  }
}
