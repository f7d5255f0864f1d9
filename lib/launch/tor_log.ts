import { callSafely, type ErrorHandler } from "../util/report_error.ts";
import { readLines } from "./read_lines.ts";

/** How many lines are kept. */
const KEPT_LINES = 1000;

/** Where the lines of a log go, besides. */
export interface TorLogOptions {
  /** What must not be seen in it. */
  secrets: readonly string[];
  /** Gets what a callback throws. */
  onError: ErrorHandler;
}

/** The last lines that a Tor has printed, without secrets. */
export class TorLog {
  readonly #options: TorLogOptions;
  #lines: string[] = [];

  /** Begins an empty log. */
  constructor(options: TorLogOptions) {
    this.#options = options;
  }

  /** The lines, oldest first: a thousand at least, where there are so many. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Reads a stream to its end, and gives each line of it to `callback` as it came. Never rejects. */
  async read(
    stream: ReadableStream<Uint8Array>,
    callback: ((line: string) => unknown) | undefined,
  ): Promise<void> {
    const { onError } = this.#options;
    try {
      await readLines(stream, (line) => {
        this.#keep(line);
        if (callback !== undefined) callSafely(callback, line, onError);
      });
    } catch (error) {
      onError(error);
    }
  }

  #keep(line: string): void {
    for (const secret of this.#options.secrets) line = line.replaceAll(secret, "[secret]");
    this.#lines.push(line);
    if (this.#lines.length > 2 * KEPT_LINES) this.#lines = this.#lines.slice(-KEPT_LINES);
  }
}
