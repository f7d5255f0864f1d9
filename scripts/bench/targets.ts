import type { ClientName, RuntimeName } from "./plan.ts";
import { formatNumber } from "./report.ts";
import { peerRuntime, rateOf, type Result } from "./results.ts";

/** What a mode of ours must do on every runtime beside a mode of a peer. */
interface Target {
  /** It is an amount, which is to be no greater. */
  readonly amount?: boolean;
  /** What is to be reached, in words. */
  readonly text: string;
  readonly mode: string;
  readonly peer: ClientName;
  readonly peerMode: string;
  /** So many times the peer's rate at least. */
  readonly factor: number;
}

/** What an amount of ours must not go past on any runtime. */
interface Limit {
  readonly text: string;
  readonly mode: string;
  readonly most: number;
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
  {
    text: "full states at 10 times the rate of txtorcon",
    mode: "state",
    peer: "txtorcon",
    peerMode: "state",
    factor: 10,
  },
  {
    text: "events tracked at 10 times the rate of txtorcon",
    mode: "tracking",
    peer: "txtorcon",
    peerMode: "tracking",
    factor: 10,
  },
  {
    text: "a state in no more memory than txtorcon",
    mode: "memory",
    peer: "txtorcon",
    peerMode: "memory",
    factor: 1,
    amount: true,
  },
  {
    text: "configurations read over a Unix socket at 5 times the rate of txtorcon",
    mode: "config",
    peer: "txtorcon",
    peerMode: "config",
    factor: 5,
  },
  {
    text: "configurations read over TCP at 5 times the rate of txtorcon",
    mode: "config-tcp",
    peer: "txtorcon",
    peerMode: "config-tcp",
    factor: 5,
  },
  {
    text: "SOCKS connections, made and closed, at the rate of npm's socks",
    mode: "connect",
    peer: "socks",
    peerMode: "connect",
    factor: 1,
  },
  {
    text: "a download through SOCKS at 0.9 of the rate of bare node:net without SOCKS",
    mode: "download",
    peer: "bare",
    peerMode: "download",
    factor: 0.9,
  },
  {
    text: "requests through Tor, one after the other, at the rate of curl",
    mode: "tor-sequential",
    peer: "curl",
    peerMode: "tor-sequential",
    factor: 1,
  },
  {
    text: "requests through Tor, at once, by fetch(), at the rate of curl",
    mode: "tor-request",
    peer: "curl",
    peerMode: "tor-request",
    factor: 1,
  },
  {
    text: "requests through Tor, at once, by streamVia(), at the rate of curl",
    mode: "tor-stream",
    peer: "curl",
    peerMode: "tor-request",
    factor: 1,
  },
  {
    text: "a download through Tor at the rate of curl",
    mode: "tor-download",
    peer: "curl",
    peerMode: "tor-download",
    factor: 1,
  },
];

const LIMITS: readonly Limit[] = [
  { text: "no pause over 20 ms while a state is read", mode: "pause-state", most: 0.02 },
  { text: "no pause over 20 ms while a consensus comes in", mode: "pause-consensus", most: 0.02 },
];

const RUNTIMES = ["Deno", "Bun", "Node"] as const;

/** Tells of each target whether it was reached, runtime by runtime; what was not measured is left out. */
export function formatTargets(results: readonly Result[]): string {
  return [
    ...TARGETS.flatMap((target) => formatTarget(target, results)),
    ...LIMITS.flatMap((limit) => formatLimit(limit, results)),
  ].join("\n");
}

function formatTarget(
  { text, mode, peer, peerMode, factor, amount = false }: Target,
  results: readonly Result[],
): string[] {
  return formatVerdicts(text, (runtime) => {
    const ours = rateOf(results, { client: "ours", runtime, mode });
    const theirs = rateOf(results, {
      client: peer,
      runtime: peerRuntime(peer, runtime),
      mode: peerMode,
    });
    if (ours === undefined || theirs === undefined) return undefined;
    const ratio = ours / theirs;
    return [amount ? ratio <= factor : ratio >= factor, formatNumber(ratio)];
  });
}

function formatLimit({ text, mode, most }: Limit, results: readonly Result[]): string[] {
  return formatVerdicts(text, (runtime) => {
    const ours = rateOf(results, { client: "ours", runtime, mode });
    return ours === undefined ? undefined : [ours <= most, `${formatNumber(ours * 1000)} ms`];
  });
}

function formatVerdicts(
  text: string,
  judge: (runtime: RuntimeName) => [isReached: boolean, how: string] | undefined,
): string[] {
  const verdicts = RUNTIMES.flatMap((runtime) => {
    const verdict = judge(runtime);
    if (verdict === undefined) return [];
    const [isReached, how] = verdict;
    return `${isReached ? "reached" : "MISSED"} on ${runtime} (${how})`;
  });
  return verdicts.length > 0 ? [`${text}: ${verdicts.join(", ")}`] : [];
}
