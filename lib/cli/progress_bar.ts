import type { BootstrapPhase } from "../launch/bootstrap.ts";
import type { OnionProgress } from "../onion/publication.ts";
import { harmless } from "./harmless.ts";

const WIDTH = 20;

/**
 * What to print for one step of a bootstrap, or of a publication: at a terminal a bar that takes the
 * place of the one before it and leaves the line open, elsewhere a line of plain text.
 *
 * @param step How far Tor is.
 * @param columns How wide the terminal is, 0 where it does not tell; `undefined` where there is none.
 */
export function progressBar(step: BootstrapPhase | OnionProgress, columns?: number): string {
  const { percent, summary } = step;
  const warning = "warning" in step ? step.warning : undefined;
  const done = Math.round(percent / 100 * WIDTH);
  const bar = `[${"#".repeat(done)}${"-".repeat(WIDTH - done)}]`;
  const problem = warning === undefined ? "" : ` (${warning.message})`;
  const line = harmless(`${bar} ${String(percent).padStart(3)} %  ${summary}${problem}`);
  if (columns === undefined) return `${line}\n`;
  // A line that is too long would go on in the next, which is not replaced.
  return `\r${columns > 0 ? line.slice(0, columns - 1) : line}\x1b[K`;
}
