import process from "node:process";
import { createInterface, type Interface } from "node:readline";

/** What a {@linkcode LinePrompt} is made of. */
export interface LinePromptOptions {
  /** Gives what the last word of a line may be, and that word as far as it is typed. */
  readonly complete: (line: string) => Promise<{ words: string[]; typed: string }>;
  /** Whether a line may be shown again by the arrow keys; called for each, in order. */
  readonly remembers: (line: string) => boolean;
  /** Called at Ctrl-C where no line is typed. */
  readonly onInterrupt: () => void;
}

/** A terminal at which lines are typed and edited, while others are printed above them. */
export class LinePrompt {
  readonly #interface: Interface;
  readonly #lines: string[] = [];
  #waiting: ((line: string | undefined) => void) | undefined;
  #isClosed = false;
  readonly #onEnd = (): void => {
    this.#isClosed = true;
  };

  /** Takes the terminal, until {@linkcode close}. */
  constructor({ complete, remembers, onInterrupt }: LinePromptOptions) {
    // Before the interface hears of it: at the end of its input, a terminal that was closed, it would give out
    // the line that is typed as if Enter had been pressed.
    process.stdin.once("end", this.#onEnd);
    this.#interface = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
        complete(line).catch(() => ({ words: [], typed: "" })).then(({ words, typed }) => {
          if (!this.#isClosed) done(null, [words, typed]);
        });
      },
    });
    this.#interface.on("history", (history) => {
      if (history.length > 0 && !remembers(history[0]!)) history.shift();
    });
    this.#interface.on("line", (line) => {
      if (!this.#isClosed) this.#take(line);
    });
    this.#interface.on("close", () => {
      this.#isClosed = true;
      process.stdin.off("end", this.#onEnd);
      this.#take(undefined);
    });
    // Ctrl-Z, and `fg`: it comes back deaf.
    this.#interface.on("SIGCONT", () => this.#interface.resume());
    this.#interface.on("SIGINT", () => {
      if (this.#waiting === undefined || this.#interface.line === "") onInterrupt();
      else this.#clear();
    });
  }

  /** Waits for a line, which is typed behind `prompt`; `undefined` at the end, by Ctrl-D. */
  async read(prompt: string): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#isClosed) return line;
    this.#interface.setPrompt(prompt);
    this.#interface.prompt();
    return await new Promise((resolve) => this.#waiting = resolve);
  }

  /** Prints lines above the one that is typed. */
  print(text: string): Promise<void> {
    if (this.#waiting === undefined || this.#isClosed) return write(`${text}\n`);
    const { rows } = this.#interface.getCursorPos();
    // The cursor ends as many rows down as the prompt goes up before it writes itself anew.
    const up = rows > 0 ? `\x1b[${rows}A` : "";
    const written = write(`\r${up}\x1b[J${text}\n${"\n".repeat(rows)}`);
    this.#interface.prompt(true);
    return written;
  }

  /** Gives the terminal back as it was. */
  close(): void {
    if (this.#waiting !== undefined) process.stdout.write("\n");
    this.#waiting = undefined;
    this.#interface.close();
  }

  #take(line: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) {
      if (line !== undefined) this.#lines.push(line);
      return;
    }
    if (line === undefined) process.stdout.write("\n");
    waiting(line);
  }

  #clear(): void {
    this.#interface.write(null, { ctrl: true, name: "e" });
    this.#interface.write(null, { ctrl: true, name: "u" });
  }
}

function write(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()));
}
