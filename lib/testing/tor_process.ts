import { PathNotFoundError, TimeoutError } from "../errors/mod.ts";
import type { AbortOptions, Process, ProcessStatus, Runtime } from "../runtime/types.ts";
import { delay } from "../util/abort.ts";
import { readLines } from "../launch/read_lines.ts";
import { formatTorrc, type Torrc, torrcPath } from "./torrc.ts";
import { TorStartError } from "./tor_start_error.ts";

/** What a tor process is started with. */
export interface TorProcessOptions extends AbortOptions {
  /** What the process is called in errors, and the name of its directory. */
  nickname: string;
  /** An existing directory; the process gets one of its own in it. */
  parent: string;
  /** The torrc, less what concerns the directory, the control ports, the log and the owner. */
  torrc: Torrc;
  /** The program; default `tor`, found on PATH. */
  torBinary?: string | undefined;
}

/** How many lines of a log are kept. */
const KEPT_LINES = 1000;
/** How many lines of a log an error shows. */
const SHOWN_LINES = 20;
/** How often it is looked whether the control port is open, in milliseconds. */
const POLL_INTERVAL = 20;

/** A tor process that this program owns: it ends when it is disposed, and when this program ends. */
export class TorProcess implements AsyncDisposable {
  /** What it is called. */
  readonly nickname: string;
  /** Its process id. */
  readonly pid: number;
  /** Its `DataDirectory`, with its torrc and its sockets too. */
  readonly directory: string;
  /** Resolves when it has ended and its log is read; never rejects. */
  readonly ended: Promise<ProcessStatus>;
  readonly #process: Process;
  #log: string[] = [];
  #controlPort = "";
  #controlSocket: string | undefined;

  private constructor(process: Process, { nickname, parent }: TorProcessOptions) {
    this.#process = process;
    this.nickname = nickname;
    this.pid = process.pid;
    this.directory = `${parent}/${nickname}`;
    const keep = (line: string) => {
      this.#log.push(line);
      if (this.#log.length > 2 * KEPT_LINES) this.#log = this.#log.slice(-KEPT_LINES);
    };
    const outputs = [process.stdout, process.stderr].map((stream) => readLines(stream, keep));
    this.ended = Promise.allSettled(outputs).then(() => process.status);
  }

  /**
   * Starts a tor and resolves when its control port is open.
   *
   * @throws {TorStartError} Where it ends before that; it tells the log.
   * @throws {ExecutableNotFoundError} Where there is no tor.
   */
  static async start(runtime: Runtime, options: TorProcessOptions): Promise<TorProcess> {
    const { nickname, parent, torBinary = "tor", signal } = options;
    const directory = `${parent}/${nickname}`;
    await runtime.makeDirectory(directory, { recursive: true });
    const write = (name: string, text: string) =>
      runtime.writeFile(`${directory}/${name}`, new TextEncoder().encode(text));
    await write("torrc", formatTorrc(ownOptions(runtime, directory), options.torrc));
    // The defaults of the system's own tor are none of a test's.
    await write("torrc-defaults", "");
    const args = ["--defaults-torrc", `${directory}/torrc-defaults`, "-f", `${directory}/torrc`];
    const process = new TorProcess(await runtime.spawn(torBinary, { args }), options);
    const stop = new AbortController();
    const until = AbortSignal.any(signal === undefined ? [stop.signal] : [stop.signal, signal]);
    try {
      await process.guard("its control port was open", process.#whenOpen(runtime, until));
      return process;
    } catch (error) {
      await process[Symbol.asyncDispose]();
      throw error;
    } finally {
      stop.abort();
    }
  }

  /** The last lines that it logged, oldest first: a thousand at least, where there are so many. */
  get log(): readonly string[] {
    return this.#log;
  }

  /** Its control port on TCP, such as `"127.0.0.1:40123"`. */
  get controlPort(): string {
    return this.#controlPort;
  }

  /** Its control port on a Unix socket, such as `"unix:/tmp/x/control"`; `undefined` on Windows. */
  get controlSocket(): string | undefined {
    return this.#controlSocket;
  }

  /**
   * Is as `work`, but rejects with the end of the log where the process ends, or the time is over,
   * before that is done.
   */
  async guard<T>(what: string, work: Promise<T>): Promise<T> {
    const ended = this.ended.then(({ code, signal }): never => {
      throw this.failure(`ended (${signal ?? `code ${code}`}) before ${what}`);
    });
    try {
      return await Promise.race([work, ended]);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      throw this.failure(`was given up before ${what}`, error);
    }
  }

  /** The error that tells what became of the process, with the end of its log. */
  failure(what: string, cause?: unknown): TorStartError {
    const message = `The tor process ${this.nickname} ${what}`;
    return new TorStartError(message, this.nickname, this.#log.slice(-SHOWN_LINES), { cause });
  }

  /** Sends a signal. Harmless when the process has ended. */
  kill(signal?: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP"): void {
    this.#process.kill(signal);
  }

  /** Kills the process and waits for its end. Its directory stays. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }

  async #whenOpen(runtime: Runtime, signal: AbortSignal): Promise<void> {
    const path = `${this.directory}/control_port`;
    for (;;) {
      const text = await readIfThere(runtime, path);
      const port = /^PORT=(.+)$/m.exec(text)?.[1];
      if (port !== undefined) {
        this.#controlPort = port;
        const socket = /^UNIX_PORT=(.+)$/m.exec(text)?.[1];
        if (socket !== undefined) this.#controlSocket = `unix:${socket}`;
        return;
      }
      await delay(POLL_INTERVAL, signal);
    }
  }
}

/** What every process is told, so that it can be found, followed and ended. */
function ownOptions(runtime: Runtime, directory: string): Torrc {
  const control = ["127.0.0.1:auto"];
  if (runtime.platform !== "win32") control.push(`unix:${torrcPath(`${directory}/control`)}`);
  return {
    DataDirectory: torrcPath(directory),
    Log: ["notice stdout", `notice file ${directory}/notice.log`],
    ControlPort: control,
    ControlPortWriteToFile: torrcPath(`${directory}/control_port`),
    __OwningControllerProcess: runtime.pid,
  };
}

async function readIfThere(runtime: Runtime, path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await runtime.readFile(path));
  } catch (error) {
    if (error instanceof PathNotFoundError) return "";
    throw error;
  }
}
