import process from "node:process";

/** One of the streams that a program writes to. */
export interface Output {
  /** Whether a person reads it at a terminal. */
  readonly isTerminal: boolean;
  /** How wide the terminal is; `undefined` where there is none, 0 where it does not tell. */
  readonly columns: number | undefined;
  /**
   * Writes, and waits until it is written.
   *
   * @throws {OutputClosedError} Where nobody reads any more.
   */
  write(data: string | Uint8Array): Promise<void>;
}

/** What a program has from the one who started it. */
export interface Stdio {
  /** The arguments behind the program's own name. */
  readonly args: readonly string[];
  /** What comes in. It is read only when it is asked for. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Whether a person types what comes in. */
  readonly isInteractive: boolean;
  /** Where results go. */
  readonly stdout: Output;
  /** Where all the rest is told. */
  readonly stderr: Output;
  /**
   * Calls `handler`, which cannot wait, when the program ends by itself, be it by an error that nobody has
   * caught. It may be called more than once.
   *
   * @returns A function that ends it.
   */
  onExit(handler: () => void): () => void;
  /** Ends the program at once, whatever it waits for. */
  exit(code: number): never;
}

/** The reader of an output has gone: a closed pipe. */
export class OutputClosedError extends Error {
  override name: string = "OutputClosedError";
}

/** The standard streams of this program, on Deno, Bun and Node alike. */
export function openStdio(): Stdio {
  return {
    args: process.argv.slice(2),
    get stdin() {
      return process.stdin;
    },
    isInteractive: process.stdin.isTTY === true,
    stdout: new StandardOutput(process.stdout),
    stderr: new StandardOutput(process.stderr),
    onExit,
    exit: (code) => process.exit(code),
  };
}

/** What `process` tells of the end; the second comes before an error is printed. */
const ENDS = ["exit", "uncaughtExceptionMonitor"] as const;

/** Errors that nobody has caught end Deno without either. Node has no such events, and needs none. */
const UNCAUGHT = ["error", "unhandledrejection"] as const;

function onExit(handler: () => void): () => void {
  const platform: Partial<Pick<EventTarget, "addEventListener" | "removeEventListener">> =
    globalThis;
  for (const type of ENDS) process.once(type, handler);
  for (const type of UNCAUGHT) platform.addEventListener?.(type, handler);
  return () => {
    for (const type of ENDS) process.off(type, handler);
    for (const type of UNCAUGHT) platform.removeEventListener?.(type, handler);
  };
}

class StandardOutput implements Output {
  readonly #stream: NodeJS.WriteStream;
  #fault: Error | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    // Whoever writes hears of it: by the write that has failed, or by the next one.
    stream.on("error", (error) => this.#fault = error);
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number | undefined {
    return this.isTerminal ? this.#stream.columns ?? 0 : undefined;
  }

  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stream.write(data, (error) => {
        const cause = error ?? this.#fault;
        if (cause === undefined) resolve();
        else reject(new OutputClosedError("Cannot write: nobody reads", { cause }));
      });
    });
  }
}
