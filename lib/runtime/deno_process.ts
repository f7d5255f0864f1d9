import { onAbort } from "../util/on_abort.ts";
import { platformError } from "./platform_error.ts";
import type { Process, ProcessStatus, SpawnOptions } from "./types.ts";

/** A {@linkcode Process} over a `Deno.ChildProcess`. */
export class DenoProcess implements Process {
  readonly pid: number;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly status: Promise<ProcessStatus>;
  readonly #child: Deno.ChildProcess;
  readonly #outputs: readonly Output[];
  #ended = false;

  /** Takes over `child`, which runs. */
  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.pid = child.pid;
    const stdout = new Output(child.stdout);
    const stderr = new Output(child.stderr);
    this.#outputs = [stdout, stderr];
    this.stdout = stdout.stream;
    this.stderr = stderr.stream;
    this.status = child.status.then(({ success, code, signal }) => {
      this.#ended = true;
      return { success, code, signal };
    });
  }

  kill(signal: Deno.Signal = "SIGTERM"): void {
    if (this.#ended) return;
    try {
      this.#child.kill(signal);
    } catch (error) {
      // It has ended, which `status` tells in a moment.
      const ended = error instanceof TypeError || error instanceof Deno.errors.NotFound;
      if (!ended) throw platformError(`send ${signal} to the process ${this.pid}`, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.status;
    await Promise.all(this.#outputs.map((output) => output.end()));
  }
}

/** A process's output, which its owner can end though a reader holds the stream. */
class Output {
  readonly stream: ReadableStream<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(source: ReadableStream<Uint8Array>) {
    this.#reader = source.getReader();
    this.stream = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await this.#reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => this.end(),
    }, { highWaterMark: 0 });
  }

  /** Closes the pipe; a read that waits ends. */
  async end(): Promise<void> {
    await this.#reader.cancel().catch(() => {});
  }
}

/** Starts a program by `Deno.Command`. No process is left when this rejects. */
export async function spawnByDeno(command: string, options: SpawnOptions): Promise<Process> {
  const { args = [], env, cwd, stdin, signal } = options;
  signal?.throwIfAborted();
  let child: Deno.ChildProcess;
  try {
    child = new Deno.Command(command, {
      args: [...args],
      ...(env === undefined ? {} : { env: { ...env } }),
      ...(cwd === undefined ? {} : { cwd }),
      stdin: stdin === undefined ? "null" : "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (error) {
    throw await spawnError(command, cwd, error);
  }
  const started = new DenoProcess(child);
  if (stdin !== undefined) void feed(child.stdin, stdin);
  if (signal !== undefined) {
    const stop = onAbort(signal, () => started.kill("SIGKILL"));
    void started.status.then(stop);
  }
  return started;
}

/** A program that does not read its input breaks the pipe, which harms no one. */
async function feed(pipe: WritableStream<Uint8Array>, data: Uint8Array): Promise<void> {
  const writer = pipe.getWriter();
  try {
    await writer.write(data);
    await writer.close();
  } catch {
    await writer.abort().catch(() => {});
  }
}

async function spawnError(
  command: string,
  cwd: string | undefined,
  cause: unknown,
): Promise<Error> {
  const action = `run ${command}`;
  // The platform blames the program where the working directory is missing.
  if (cause instanceof Deno.errors.NotFound && cwd !== undefined) {
    const missing = await Deno.stat(cwd).then(() => false, (error) => {
      return error instanceof Deno.errors.NotFound;
    });
    if (missing) return platformError(`${action} in ${cwd}`, cause, { path: cwd });
  }
  // With LD_PRELOAD or the like in the environment, Deno wants more than this flag, and says so.
  const flags = /environment variable/.test(String(cause)) ? undefined : `--allow-run=${command}`;
  return platformError(action, cause, { command, flags });
}
