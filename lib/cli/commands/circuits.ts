import type { Command } from "commander";
import type { Circuit } from "../../state/circuit.ts";
import { abortable } from "../../util/abort.ts";
import type { Cli } from "../cli.ts";
import { formatDuration, formatTable } from "../format.ts";
import { formatPath, type RelayFacts, relayFacts } from "../relay_facts.ts";

/** One circuit in `torcon circuits --json`. */
export interface CircuitFacts {
  /** Tor's number of it. */
  readonly id: number;
  /** How far it is, such as `"BUILT"`. */
  readonly state: string;
  /** What it is for. */
  readonly purpose: string | undefined;
  /** When it was begun. */
  readonly created: Date | undefined;
  /** Its relays, from the guard on. */
  readonly path: readonly RelayFacts[];
  /** The streams that it carries. */
  readonly streams: readonly number[];
  /** The Conflux set that it is a leg of: legs of one set lead to one exit and share their streams. */
  readonly conflux: string | undefined;
}

/** Adds `torcon circuits`. */
export function addCircuits(program: Command, cli: Cli): void {
  program.command("circuits")
    .description("List the circuits: their relays and countries, what they are for, their age.")
    .option("--purpose <purpose>", "only those for one purpose, such as GENERAL")
    .option("--built", "only those that are built")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon circuits
  $ torcon circuits --built --purpose GENERAL
  $ torcon circuits --json | jq '.[].path[-1].nickname'`,
    )
    .action(async ({ purpose, built }: { purpose?: string; built?: boolean }) => {
      await cli.withTor(async (tor) => {
        const state = await tor.getState({ signal: cli.signal });
        const wanted = [...state.circuits.values()]
          .filter((circuit) =>
            (purpose === undefined || circuit.purpose === purpose.toUpperCase()) &&
            (!built || circuit.state === "BUILT")
          )
          .sort((a, b) => a.id - b.id);
        const circuits = await abortable(Promise.all(wanted.map(circuitFacts)), cli.signal);
        await cli.show(circuits, () => circuitLines(circuits, cli));
      });
    });
}

/** Reads what is told of a circuit. */
export async function circuitFacts(circuit: Circuit): Promise<CircuitFacts> {
  return {
    id: circuit.id,
    state: circuit.state,
    purpose: circuit.purpose,
    created: circuit.timeCreated,
    path: await Promise.all(circuit.path.map(relayFacts)),
    streams: [...circuit.streams].map(({ id }) => id),
    conflux: circuit.confluxId,
  };
}

function circuitLines(circuits: readonly CircuitFacts[], { style }: Cli): string[] {
  const now = Date.now();
  const [head = "", ...lines] = formatTable([
    ["ID", "STATE", "PURPOSE", "AGE", "STREAMS", "PATH"],
    ...circuits.map(({ id, state, purpose, created, path, streams }) => [
      id,
      state,
      purpose,
      created && formatDuration((now - created.getTime()) / 1000),
      streams.length || undefined,
      formatPath(path),
    ]),
  ]);
  return [style.strong(head), ...lines];
}
