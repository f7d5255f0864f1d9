import { type Command, Option } from "commander";
import { abortable } from "../../util/abort.ts";
import type { Cli } from "../cli.ts";
import { parseSeconds } from "../numbers.ts";
import { formatPath } from "../relay_facts.ts";
import { circuitFacts } from "./circuits.ts";

/** Adds `torcon build`. */
export function addBuild(program: Command, cli: Cli): void {
  program.command("build")
    .description("Build a circuit by relays of your choice; without any, Tor chooses.")
    .argument("[relay...]", "nicknames, or fingerprints with or without $, from the guard on")
    .addOption(
      new Option("--timeout <seconds>", "how long it may take")
        .argParser(parseSeconds).default(60_000, "60"),
    )
    .addHelpText(
      "after",
      `
The circuit stays until Tor closes it. Whoever chooses relays is easier to tell
from others: do it to measure or to debug, not to be safer.

Examples:
  $ torcon build
  $ torcon build guard1 middle1 exit1`,
    )
    .action(async (relays: string[], { timeout }: { timeout: number }) => {
      const { signal } = cli;
      await cli.withTor(async (tor) => {
        // Tor's own warning is what the help says already.
        const state = await tor.getState({ signal, onWarning: () => {} });
        const names = relays.map((relay) => /^[0-9a-f]{40}$/i.test(relay) ? `$${relay}` : relay);
        const circuit = await state.buildTimeoutCircuit(names, timeout, { signal });
        const facts = await abortable(circuitFacts(circuit), signal);
        await cli.show(facts, () => [`${circuit.id}  ${formatPath(facts.path)}`]);
      });
    });
}
