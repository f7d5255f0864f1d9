import { encodeText } from "../codec/text.ts";
import { type Output, OutputClosedError, type Stdio } from "../runtime/stdio.ts";
import type { Runtime } from "../runtime/types.ts";
import type { Tor } from "../tor/tor.ts";
import { controlChoice, type ControlFlags } from "./control_options.ts";
import { explainConnect } from "./explain.ts";
import { formatJson } from "./format_json.ts";
import { harmless, harmlessLines } from "./harmless.ts";
import { Style } from "./style.ts";

/** The options that every command takes. */
export interface GlobalFlags extends ControlFlags {
  /** Print JSON. */
  json?: boolean | undefined;
}

/** What a {@linkcode Cli} is made of. */
export interface CliParts {
  /** The arguments and the standard streams. */
  readonly stdio: Stdio;
  /** The platform. */
  readonly runtime: Runtime;
  /** Aborted when the user interrupts the program. */
  readonly signal: AbortSignal;
  /** Interrupts the program as Ctrl-C does, where a terminal gives it as a key. */
  readonly interrupt: () => void;
}

/** What the commands share: the streams, the options that all take, and the way to Tor. */
export class Cli implements CliParts {
  readonly stdio: Stdio;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly interrupt: () => void;
  /** How results stand out. */
  readonly style: Style;
  /** How what is told besides stands out. */
  readonly errorStyle: Style;
  #flags: GlobalFlags = {};
  #late: Promise<void> = Promise.resolve();

  /** Reads nothing and connects to nothing yet. */
  constructor({ stdio, runtime, signal, interrupt }: CliParts) {
    this.stdio = stdio;
    this.runtime = runtime;
    this.signal = signal;
    this.interrupt = interrupt;
    this.style = new Style(stdio.stdout, runtime);
    this.errorStyle = new Style(stdio.stderr, runtime);
  }

  /** Takes the options that every command has; called before the command's own action. */
  use(flags: GlobalFlags): void {
    this.#flags = flags;
  }

  /** Whether results are JSON. */
  get isJson(): boolean {
    return this.#flags.json ?? false;
  }

  /** Prints lines of a result, which are harmless already. */
  async print(...lines: readonly string[]): Promise<void> {
    if (lines.length > 0) await this.stdio.stdout.write(`${lines.join("\n")}\n`);
  }

  /** Prints a text as Tor has given it, and to a terminal so that it is harmless. */
  async printText(text: string): Promise<void> {
    const { stdout } = this.stdio;
    const whole = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    await stdout.write(stdout.isTerminal ? harmlessLines(whole) : encodeText(whole));
  }

  /** Prints a result: one JSON document where that is asked for, else lines. */
  async show(value: unknown, lines: () => readonly string[]): Promise<void> {
    if (this.isJson) await this.print(formatJson(value, 2));
    else await this.print(...lines());
  }

  /** Writes for one who does not wait; {@linkcode flush} does. */
  writeLater(output: Output, text: string): void {
    this.#late = this.#late.then(() => output.write(text)).catch(() => {});
  }

  /** Waits until all is written. */
  async flush(): Promise<void> {
    await this.#late;
  }

  /** Tells the user what is no result, on standard error; nobody need read it. */
  async tell(line: string): Promise<void> {
    await this.tellAsIs(`${harmless(line)}\n`);
  }

  /** The same, with all that is in it. */
  async tellAsIs(text: string): Promise<void> {
    await this.stdio.stderr.write(text).catch((error) => {
      if (!(error instanceof OutputClosedError)) throw error;
    });
  }

  /**
   * Joins the Tor that the user has named, and leaves it when `work` is done. A person at a terminal is asked
   * for the password, where Tor wants one and none was given.
   *
   * @throws {CommandError} Where there is none, or it does not let us in; it says what to do.
   */
  async withTor<T>(work: (tor: Tor) => Promise<T>): Promise<T> {
    const { runtime, signal } = this;
    // Most of the library: help and completions come without it.
    const { joinTor } = await import("./join_tor.ts");
    const tor = await joinTor(controlChoice(this.#flags, runtime), this).catch((error) => {
      signal.throwIfAborted();
      throw explainConnect(error);
    });
    try {
      return await work(tor);
    } finally {
      await tor[Symbol.asyncDispose]();
    }
  }

  /** Waits until the user interrupts the program, or until `end` resolves or rejects. */
  async untilInterrupted(end: Promise<unknown>): Promise<void> {
    await Promise.race([end, whenAborted(this.signal)]);
  }
}

function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
