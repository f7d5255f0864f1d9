import type { BootstrapPhase } from "../launch/bootstrap.ts";
import type { OnionProgress } from "../onion/publication.ts";
import type { Cli } from "./cli.ts";
import { progressBar } from "./progress_bar.ts";

/** Shows how far something is on standard error: a bar at a terminal, lines elsewhere. */
export class ProgressLine<Step extends BootstrapPhase | OnionProgress> {
  readonly #cli: Cli;
  #isOpen = false;

  /** Shows nothing yet. */
  constructor(cli: Cli) {
    this.#cli = cli;
  }

  /** Shows a step. */
  async show(step: Step): Promise<void> {
    const { columns } = this.#cli.stdio.stderr;
    this.#isOpen = columns !== undefined;
    await this.#cli.tellAsIs(progressBar(step, columns));
  }

  /** Ends the line that a bar has left open. */
  async end(): Promise<void> {
    if (this.#isOpen) await this.#cli.tellAsIs("\n");
    this.#isOpen = false;
  }
}
