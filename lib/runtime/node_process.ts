import { type ChildProcessByStdio, spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";
import { stat } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { onAbort } from "../util/on_abort.ts";
import { NodeReadSide } from "./node_read_side.ts";
import { errorCode, platformError } from "./platform_error.ts";
import type { Process, ProcessStatus, SpawnOptions } from "./types.ts";

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** A {@linkcode Process} over a child of `node:child_process`. */
export class NodeProcess implements Process {
  readonly pid: number;
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly status: Promise<ProcessStatus>;
  readonly #child: Child;

  /** Takes over `child`, which runs. */
  constructor(child: Child, pid: number) {
    this.#child = child;
    this.pid = pid;
    this.stdout = output(child.stdout);
    this.stderr = output(child.stderr);
    this.status = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        const number = signal === null ? 0 : constants.signals[signal];
        resolve({ success: code === 0, code: code ?? 128 + number, signal });
      });
    });
  }

  kill(signal: NodeJS.Signals = "SIGTERM"): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await this.status;
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }
}

function output(source: Readable): ReadableStream<Uint8Array> {
  const side = new NodeReadSide(source, { onCancel: () => source.destroy() });
  source.on("end", () => side.end());
  source.on("error", (error) => side.fail(platformError("read a process's output", error)));
  source.on("close", () => side.end());
  return side.stream;
}

/** Starts a program by `node:child_process`. No process is left when this rejects. */
export async function spawnByNode(command: string, options: SpawnOptions): Promise<Process> {
  const { args = [], env, cwd, stdin, signal } = options;
  signal?.throwIfAborted();
  let child: Child;
  try {
    child = spawn(command, args, {
      cwd,
      env: env === undefined ? process.env : { ...process.env, ...env },
      stdio: [stdin === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      windowsHide: true,
    }) as Child;
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
  } catch (error) {
    throw await spawnError(command, cwd, error);
  }
  const started = new NodeProcess(child, child.pid!);
  // A failed kill is all that can raise an error now, and the process has ended then.
  child.on("error", () => {});
  if (stdin !== undefined && child.stdin !== null) {
    // A program that does not read its input breaks the pipe, which harms no one.
    child.stdin.on("error", () => {});
    child.stdin.end(stdin);
  }
  if (signal !== undefined) {
    if (signal.aborted) {
      await started[Symbol.asyncDispose]();
      throw signal.reason;
    }
    const stop = onAbort(signal, () => started.kill("SIGKILL"));
    void started.status.then(stop);
  }
  return started;
}

async function spawnError(
  command: string,
  cwd: string | undefined,
  cause: unknown,
): Promise<Error> {
  const action = `run ${command}`;
  // The platform blames the program where the working directory is missing.
  if (errorCode(cause) === "ENOENT" && cwd !== undefined) {
    const missing = await stat(cwd).then(() => false, () => true);
    if (missing) return platformError(`${action} in ${cwd}`, cause, { path: cwd });
  }
  return platformError(action, cause, { command });
}
