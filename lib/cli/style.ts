import type { Output } from "../runtime/stdio.ts";
import type { Runtime } from "../runtime/types.ts";

/** Makes texts stand out at a terminal; elsewhere, and where `NO_COLOR` is set, it leaves them alone. */
export class Style {
  readonly #isOn: boolean;

  /** The style for one output. */
  constructor(output: Output, runtime: Pick<Runtime, "env">) {
    this.#isOn = output.isTerminal && !runtime.env("NO_COLOR") && runtime.env("TERM") !== "dumb";
  }

  /** Whether there are colours. */
  get hasColors(): boolean {
    return this.#isOn;
  }

  /** A heading. */
  strong(text: string): string {
    return this.#wrap(1, text);
  }

  /** What matters less. */
  faint(text: string): string {
    return this.#wrap(2, text);
  }

  /** What is well. */
  good(text: string): string {
    return this.#wrap(32, text);
  }

  /** What is to be looked at. */
  doubtful(text: string): string {
    return this.#wrap(33, text);
  }

  /** What has failed. */
  bad(text: string): string {
    return this.#wrap(31, text);
  }

  #wrap(code: number, text: string): string {
    return this.#isOn ? `\x1b[${code}m${text}\x1b[0m` : text;
  }
}
