import type { Command } from "commander";
import type { Stream } from "../../state/stream.ts";
import type { Cli } from "../cli.ts";
import { formatTable } from "../format.ts";
import { streamTarget } from "../stream_target.ts";

/** One stream in `torcon streams --json`; the secrets that it was asked for with are left out. */
export interface StreamFacts {
  readonly id: number;
  readonly state: string;
  readonly target: string;
  readonly port: number | undefined;
  readonly address: string | undefined;
  readonly circuit: number | undefined;
  readonly purpose: string | undefined;
  readonly protocol: string | undefined;
  readonly source: string | undefined;
}

/** Adds `torcon streams`. */
export function addStreams(program: Command, cli: Cli): void {
  program.command("streams")
    .description("List the streams: where each goes, by which circuit, and who has asked for it.")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon streams
  $ torcon streams --json | jq -r '.[].target'`,
    )
    .action(async () => {
      await cli.withTor(async (tor) => {
        const state = await tor.getState({ signal: cli.signal });
        const streams = [...state.streams.values()].sort((a, b) => a.id - b.id).map(streamFacts);
        await cli.show(streams, () => streamLines(streams, cli));
      });
    });
}

/** Reads what is told of a stream. */
export function streamFacts(stream: Stream): StreamFacts {
  const { sourceAddress, sourcePort } = stream;
  return {
    id: stream.id,
    state: stream.state,
    target: stream.targetHost,
    port: stream.targetPort,
    address: stream.targetAddress,
    circuit: stream.circuit?.id,
    purpose: stream.purpose,
    protocol: stream.clientProtocol,
    source: sourceAddress === undefined ? undefined : `${sourceAddress}:${sourcePort ?? 0}`,
  };
}

function streamLines(streams: readonly StreamFacts[], { style }: Cli): string[] {
  const [head = "", ...lines] = formatTable([
    ["ID", "STATE", "CIRCUIT", "PURPOSE", "SOURCE", "TARGET"],
    ...streams.map((stream) => [
      stream.id,
      stream.state,
      stream.circuit,
      stream.purpose,
      stream.source,
      streamTarget(stream),
    ]),
  ]);
  return [style.strong(head), ...lines];
}
