import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The time that a test with several programs may take. */
export const SLOW = { timeout: 120_000 };

/** How an example is run. */
export interface ExampleOptions {
  /** What stands behind its name on the command line. */
  args?: readonly string[];
  /** The directory for temporary files: what its head says of /tmp holds for this one. */
  directory?: string | undefined;
  /** The directory with Tor's Unix sockets: what its head says of /run/tor holds for this one. */
  sockets?: string | undefined;
}

/** What became of it. */
export interface ExampleOutcome {
  /** Its exit code; `null` where a signal has ended it. */
  readonly code: number | null;
  /** The signal that has ended it; `null` where none has. */
  readonly signal: string | null;
  /** The lines that it has printed and nobody has read. */
  readonly lines: readonly string[];
  /** What it has complained of. */
  readonly stderr: string;
}

const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));

/**
 * An example that runs, on the runtime of this test. On Deno it has the permissions that its head tells
 * of, and no others: so that these are known to be enough.
 */
export class Example implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<Pick<ExampleOutcome, "code" | "signal">>;
  #stderr = "";

  constructor(name: string, { args = [], directory, sockets }: ExampleOptions = {}) {
    const path = fileURLToPath(new URL(`../../examples/${name}${EXTENSION}`, import.meta.url));
    const command = "Deno" in globalThis
      ? ["run", "--quiet", "--no-prompt", ...permissionsOf(path, { directory, sockets })]
      : [];
    const temporary = directory === undefined ? {} : { TMPDIR: directory };
    this.#process = spawn(process.execPath, [...command, path, ...args], {
      env: { ...process.env, ...temporary, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process.stderr!.on("data", (text) => this.#stderr += text);
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]();
    this.#closed = new Promise((resolve, reject) => {
      this.#process.on("error", reject);
      this.#process.on("close", (code, signal) => resolve({ code, signal }));
    });
  }

  /** The next line that matches. */
  async line(pattern: RegExp): Promise<string> {
    const seen: string[] = [];
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) {
        await this.#closed;
        throw new Error(`No ${pattern} in ${seen.join("\n")}, but ${this.#stderr}`);
      }
      if (pattern.test(value)) return value;
      seen.push(value);
    }
  }

  /** Interrupts it, as Ctrl-C does. */
  interrupt(): void {
    // Of a program that was sent a signal by its own method, Deno says that it has ended by that.
    process.kill(this.#process.pid!, "SIGINT");
  }

  /** The lines to the end, which must be a good one. */
  async end(): Promise<readonly string[]> {
    const { lines, ...outcome } = await this.outcome();
    assert.deepEqual(outcome, { code: 0, signal: null, stderr: "" }, lines.join("\n"));
    return lines;
  }

  /** What became of it, at its end. */
  async outcome(): Promise<ExampleOutcome> {
    const lines: string[] = [];
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      lines.push(next.value);
    }
    const ending = await this.#closed;
    return { ...ending, lines, stderr: this.#stderr };
  }

  /** Kills it, where it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#closed;
  }
}

/** The permissions that the head of an example tells of, for these directories. */
function permissionsOf(
  path: string,
  { directory = "/tmp", sockets = "/run/tor" }: Pick<ExampleOptions, "directory" | "sockets">,
): string[] {
  const [head = ""] = readFileSync(path, "utf8").split("*/");
  const [, flags] = /^ \* {5}deno run (.*?) examples\//m.exec(head) ??
    assert.fail(`The head of ${path} does not tell how Deno runs it`);
  return flags!.split(" ").map((flag) => {
    return flag.replaceAll(/(?<=[=,])\/tmp\b/g, directory)
      .replaceAll(/(?<=[=,])\/run\/tor\b/g, sockets);
  });
}
