import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import process from "node:process";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { delay } from "../../lib/util/abort.ts";
import { NO_CHOICE, outcome } from "./_torcon.ts";

/** How a terminal is made. */
export interface TmuxOptions {
  /** How wide it is; default 80. */
  columns?: number;
  /** How high it is; default 24. */
  rows?: number;
  /** What it calls itself; default `"tmux-256color"`. */
  term?: string;
  /** Variables of the program's environment; those that would choose a Tor are empty otherwise. */
  env?: Readonly<Record<string, string>>;
}

/** How a program at a terminal has ended. */
export interface TmuxEnd {
  /** Its exit code. */
  readonly code: number;
  /** Whether the terminal's modes (`stty -g`) are what they were before. */
  readonly isModeRestored: boolean;
}

/** What the terminal itself has been told. */
export interface TmuxModes {
  /** Whether it shows the screen of a program, which goes away with it. */
  readonly alternateScreen: boolean;
  readonly cursorShown: boolean;
  readonly mouseReported: boolean;
}

/** The time that the screen may take to show something, in milliseconds. */
const PATIENCE = 30_000;

/** All of the window is the program's, whoever looks at it. */
const CONFIG = "set -g status off\nset -g escape-time 0\n";

/** Runs the program, and tells how it ended; the terminal stays open behind it. */
const SCRIPT = `
trap : INT
stty -g >"$TMUX_TEST/before"
"$@"
echo $? >"$TMUX_TEST/code"
stty -g >"$TMUX_TEST/after"
tmux -S "$TMUX_TEST/socket" wait-for -S ended
exec cat >/dev/null
`;

/** A program at a real terminal, which is a tmux server of its own. */
export class Tmux implements AsyncDisposable {
  readonly #directory: string;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Starts a program, of whose words the first is a path, at a new terminal. */
  static async start(words: readonly string[], options: TmuxOptions = {}): Promise<Tmux> {
    const { columns = 80, rows = 24, term = "tmux-256color", env = {} } = options;
    const directory = await mkdtemp(`${tmpdir()}/torcon-tmux-`);
    const terminal = new Tmux(directory);
    const [script, config] = [`${directory}/run.sh`, `${directory}/tmux.conf`];
    await writeFile(script, SCRIPT);
    await writeFile(config, `${CONFIG}set -g default-terminal ${term}\n`);
    // The test runner sets NO_COLOR.
    const variables = {
      ...NO_CHOICE,
      NO_COLOR: "",
      LC_ALL: "C.UTF-8",
      ...env,
      TMUX_TEST: directory,
    };
    const size = ["-x", String(columns), "-y", String(rows)];
    const environment = Object.entries(variables).flatMap(([name, value]) => [
      "-e",
      `${name}=${value}`,
    ]);
    const session = ["new-session", "-d", ...size, ...environment];
    await terminal.#tmux("-f", config, ...session, "sh", script, ...words);
    return terminal;
  }

  /** The lines that it shows, without spaces at their ends. */
  async screen(): Promise<string[]> {
    const text = await this.#tmux("capture-pane", "-p");
    return text.replace(/\n$/, "").split("\n").map((line) => line.trimEnd());
  }

  /** The same with the sequences that make its colours. */
  async colors(): Promise<string> {
    return await this.#tmux("capture-pane", "-p", "-e");
  }

  /** Waits until what it shows, as one text, fits a pattern or a test, and gives its lines. */
  async until(wanted: RegExp | ((text: string) => boolean)): Promise<string[]> {
    const deadline = performance.now() + PATIENCE;
    for (;;) {
      const lines = await this.screen();
      const text = lines.join("\n");
      if (typeof wanted === "function" ? wanted(text) : wanted.test(text)) return lines;
      if (performance.now() > deadline) throw new Error(`Never saw ${wanted} in:\n${text}`);
      await delay(50); // tmux does not tell of what is drawn
    }
  }

  /** Presses keys, by tmux's names: `"q"`, `"Enter"`, `"Up"`, `"C-c"`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Types a text. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Makes it another size. */
  async resize(columns: number, rows: number): Promise<void> {
    await this.#tmux("resize-window", "-x", String(columns), "-y", String(rows));
  }

  /** What it has been told. */
  async modes(): Promise<TmuxModes> {
    const format = "#{alternate_on} #{cursor_flag} #{mouse_any_flag}";
    const flags = (await this.#tmux("display-message", "-p", format)).trim().split(" ");
    const [alternateScreen, cursorShown, mouseReported] = flags.map((flag) => flag === "1");
    return {
      alternateScreen: alternateScreen!,
      cursorShown: cursorShown!,
      mouseReported: mouseReported!,
    };
  }

  /** The processes that its shell has started and that still run, the program's own as the first. */
  async pids(): Promise<number[]> {
    const shell = (await this.#tmux("display-message", "-p", "#{pane_pid}")).trim();
    const children = await readFile(`/proc/${shell}/task/${shell}/children`, "utf8");
    return children.trim().split(" ").filter((pid) => pid !== "").map(Number);
  }

  /** Sends the program a signal. */
  async signal(name: NodeJS.Signals): Promise<void> {
    const [pid] = await this.pids();
    if (pid === undefined) throw new Error(`Cannot send ${name}: the program has ended`);
    process.kill(pid, name);
  }

  /** Waits for the program's end. */
  async ended(): Promise<TmuxEnd> {
    await this.#tmux("wait-for", "ended");
    const read = (name: string) => readFile(`${this.#directory}/${name}`, "utf8");
    return {
      code: Number(await read("code")),
      isModeRestored: await read("before") === await read("after"),
    };
  }

  /** Ends the server, and the program with it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
    await rm(this.#directory, { recursive: true });
  }

  async #tmux(...args: string[]): Promise<string> {
    const runtime = await detectRuntime();
    const signal = AbortSignal.timeout(PATIENCE);
    await using program = await runtime.spawn("tmux", {
      args: ["-S", `${this.#directory}/socket`, ...args],
      // A tmux that the tests run in is another one.
      env: { TMUX: "" },
      signal,
    });
    const { code, stdout, stderr } = await outcome(program);
    if (code !== 0) throw new Error(`tmux ${args.join(" ")} failed: ${stderr}`);
    return stdout;
  }
}
