import process from "node:process";

/** How to run a command. */
export interface RunOptions {
  /** The working directory; by default this process's own. */
  cwd?: string | undefined;
  /** Variables added to the environment. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Ends the command, with all that it started. */
  signal?: AbortSignal | undefined;
  /**
   * Let it print where this process prints, terminal or not, so that nothing is collected; default
   * `false`.
   */
  show?: boolean | undefined;
}

/** What a command did. */
export interface RunResult {
  /** The exit code; 128 + the signal's number where a signal ended it. */
  readonly code: number;
  /** What it printed on standard output. */
  readonly stdout: string;
  /** What it printed on standard output and on standard error, in the order of arrival. */
  readonly output: string;
  /** Whether anything that it started has not ended with it. */
  readonly leftProcesses: boolean;
}

const KILL_AFTER_MS = 5_000;

/**
 * Runs a command to its end. It gets a process group of its own, so that an abort reaches what it
 * started, too: SIGTERM first, SIGKILL five seconds later.
 */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  const { cwd, env, signal, show = false } = options;
  signal?.throwIfAborted();
  const child = new Deno.Command(command, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...env } }),
    stdin: "null",
    stdout: show ? "inherit" : "piped",
    stderr: show ? "inherit" : "piped",
    detached: true,
  }).spawn();

  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => {
    killGroup(child.pid, "SIGTERM");
    timer = setTimeout(() => killGroup(child.pid, "SIGKILL"), KILL_AFTER_MS);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    let output = "";
    const collect = async (stream: ReadableStream<Uint8Array<ArrayBuffer>>) => {
      let own = "";
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        own += text;
        output += text;
      }
      return own;
    };
    const [{ code }, stdout] = await Promise.all([
      child.status,
      show ? "" : collect(child.stdout),
      show ? "" : collect(child.stderr),
    ]);
    return { code, stdout, output, leftProcesses: hasGroup(child.pid) };
  } finally {
    signal?.removeEventListener("abort", stop);
    clearTimeout(timer);
  }
}

/** Runs a command that must succeed, and gives what it printed on standard output. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, output } = await run(command, args, options);
  if (code !== 0) {
    throw new Error(`${[command, ...args].join(" ")} ended with code ${code}\n${output}`);
  }
  return stdout;
}

function killGroup(leader: number, signal: Deno.Signal): void {
  try {
    Deno.kill(-leader, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Whether a process group has any process. */
function hasGroup(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}
