import type { Command } from "commander";
import type { Cli } from "../cli.ts";

/** Adds `torcon newnym`. */
export function addNewnym(program: Command, cli: Cli): void {
  program.command("newnym")
    .description("Take on a new identity: what connects from now on uses new circuits.")
    .addHelpText(
      "after",
      `
Tor acts at most every ten seconds; the command waits until it has. What is open
keeps its circuit.

Example:
  $ torcon newnym && torcon fetch https://example.com/`,
    )
    .action(async () => {
      await cli.withTor(async (tor) => {
        const { delayed } = await tor.newIdentity({ signal: cli.signal });
        await cli.show({ delayed }, () => {
          const after = delayed < 1000 ? "" : `, after ${Math.round(delayed / 1000)} s`;
          return [`Tor has a new identity${after}`];
        });
      });
    });
}
