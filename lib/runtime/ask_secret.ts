import process from "node:process";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/** How a secret is asked for. */
export interface AskSecretOptions {
  /** Called at Ctrl-C. */
  readonly onInterrupt: () => void;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/**
 * Asks for a secret at the terminal, where nothing that is typed is shown.
 *
 * @param question What is asked, on standard error.
 * @returns The line that was typed; `undefined` where there is none, by Ctrl-D.
 */
export async function askSecret(
  question: string,
  { onInterrupt, signal }: AskSecretOptions,
): Promise<string | undefined> {
  signal.throwIfAborted();
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const input = createInterface({
    input: process.stdin,
    output: nowhere,
    terminal: true,
    historySize: 0,
  });
  const close = () => input.close();
  return await new Promise((resolve, reject) => {
    let answer: string | undefined;
    input.once("line", (line) => {
      answer = line;
      close();
    });
    input.once("SIGINT", onInterrupt);
    // Ctrl-Z does nothing: where no shell stops the program by it, what is typed would be shown from then on.
    input.on("SIGTSTP", () => {});
    input.once("close", () => {
      signal.removeEventListener("abort", close);
      process.stderr.write("\n");
      if (signal.aborted) reject(signal.reason);
      else resolve(answer);
    });
    signal.addEventListener("abort", close);
    // Only now: before, the terminal would still show what is typed.
    process.stderr.write(question);
  });
}
