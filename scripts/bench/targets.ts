import type { ClientName } from "./plan.ts";
import { formatNumber } from "./report.ts";
import { peerRuntime, rateOf, type Result } from "./results.ts";

/** What a mode of ours must do on every runtime beside a mode of a peer. */
interface Target {
  /** What is to be reached, in words. */
  readonly text: string;
  readonly mode: string;
  readonly peer: ClientName;
  readonly peerMode: string;
  /** So many times the peer's rate at least. */
  readonly factor: number;
}

const TARGETS: readonly Target[] = [
  {
    text: "events with all fields read, at 10 times the rate at which txtorcon tracks them",
    mode: "events",
    peer: "txtorcon",
    peerMode: "events",
    factor: 10,
  },
  {
    text: "events with all fields read, at half the rate at which bare counts their lines",
    mode: "events",
    peer: "bare",
    peerMode: "events",
    factor: 0.5,
  },
  {
    text: "events with their ids read, at half the rate at which bare counts their lines",
    mode: "events-ids",
    peer: "bare",
    peerMode: "events",
    factor: 0.5,
  },
  {
    text: "pipelined commands at 10 times stem's rate of sequential ones",
    mode: "pipelined",
    peer: "stem",
    peerMode: "sequential",
    factor: 10,
  },
];

/** Tells of each target whether it was reached, runtime by runtime; what was not measured is left out. */
export function formatTargets(results: readonly Result[]): string {
  return TARGETS.flatMap(({ text, mode, peer, peerMode, factor }) => {
    const verdicts = (["Deno", "Bun", "Node"] as const).flatMap((runtime) => {
      const ours = rateOf(results, { client: "ours", runtime, mode });
      const theirs = rateOf(results, {
        client: peer,
        runtime: peerRuntime(peer, runtime),
        mode: peerMode,
      });
      if (ours === undefined || theirs === undefined) return [];
      const ratio = ours / theirs;
      return `${ratio >= factor ? "reached" : "MISSED"} on ${runtime} (${formatNumber(ratio)})`;
    });
    return verdicts.length > 0 ? `${text}: ${verdicts.join(", ")}` : [];
  }).join("\n");
}
