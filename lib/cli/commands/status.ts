import type { Command } from "commander";
import { parseBootstrapPhase } from "../../codec/events/status_event.ts";
import { parseWords } from "../../codec/keywords.ts";
import type { Tor } from "../../tor/tor.ts";
import { abortable } from "../../util/abort.ts";
import { formatAddress } from "../../util/address.ts";
import type { Cli } from "../cli.ts";
import { formatBytes, formatDuration, formatTable } from "../format.ts";
import { infoOrNone, numberOf } from "../info_or_none.ts";

/** What `torcon status --json` prints. */
interface Status {
  readonly version: string | undefined;
  readonly control: string;
  readonly pid: number | undefined;
  readonly uptime: number | undefined;
  readonly bootstrap:
    | { percent: number; tag: string; summary: string; warning?: string }
    | undefined;
  readonly network: string | undefined;
  readonly isDormant: boolean | undefined;
  readonly socks: readonly string[] | undefined;
  readonly bytesRead: number | undefined;
  readonly bytesWritten: number | undefined;
  readonly circuits: number | undefined;
  readonly streams: number | undefined;
}

/** Adds `torcon status`. */
export function addStatus(program: Command, cli: Cli): void {
  program.command("status")
    .description("Tell what a running Tor is, how far it is, and what it does.")
    .option("--wait", "wait until Tor can build circuits")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon status
  $ torcon status --wait && torcon fetch https://example.com/
  $ torcon status --json | jq .bootstrap.percent`,
    )
    .action(async ({ wait }: { wait?: boolean }) => {
      await cli.withTor(async (tor) => {
        if (wait) await tor.whenReady({ signal: cli.signal });
        const status = await abortable(readStatus(tor), cli.signal);
        await cli.show(status, () => statusLines(status, cli));
      });
    });
}

async function readStatus(tor: Tor): Promise<Status> {
  const { control } = tor;
  const info = (key: string) => infoOrNone(control, key);
  const [pid, uptime, phase, network, dormant, socks, read, written, circuits, streams] =
    await Promise.all([
      info("process/pid"),
      info("uptime"),
      info("status/bootstrap-phase"),
      info("network-liveness"),
      info("dormant"),
      info("net/listeners/socks"),
      info("traffic/read"),
      info("traffic/written"),
      info("circuit-status"),
      info("stream-status"),
    ]);
  return {
    version: tor.version?.text ?? control.torVersion,
    control: formatAddress(control.address),
    pid: numberOf(pid),
    uptime: numberOf(uptime),
    bootstrap: bootstrapOf(phase),
    network,
    isDormant: dormant === undefined ? undefined : dormant === "1",
    socks: socks === undefined ? undefined : parseWords(socks).positional,
    bytesRead: numberOf(read),
    bytesWritten: numberOf(written),
    circuits: lineCount(circuits),
    streams: lineCount(streams),
  };
}

function bootstrapOf(text: string | undefined): Status["bootstrap"] {
  const phase = text === undefined ? undefined : parseBootstrapPhase(text);
  if (phase === undefined) return undefined;
  const { progress: percent = 0, tag = "", summary = "", warning } = phase;
  return { percent, tag, summary, ...(warning === undefined ? {} : { warning }) };
}

function statusLines(status: Status, { style }: Cli): string[] {
  const { bootstrap, bytesRead, bytesWritten, uptime, isDormant } = status;
  const isReady = bootstrap?.percent === 100;
  const lines = formatTable([
    ["Tor", status.version],
    ["control port", status.control],
    ["process", status.pid],
    ["up for", uptime === undefined ? undefined : formatDuration(uptime)],
    [
      "bootstrap",
      bootstrap &&
      `${bootstrap.percent} % (${bootstrap.summary})${
        bootstrap.warning ? `: ${bootstrap.warning}` : ""
      }`,
    ],
    ["network", `${status.network ?? "-"}${isDormant ? ", dormant" : ""}`],
    ["SOCKS ports", status.socks?.join(", ")],
    ["read", bytesRead === undefined ? undefined : formatBytes(bytesRead)],
    ["written", bytesWritten === undefined ? undefined : formatBytes(bytesWritten)],
    ["circuits", status.circuits],
    ["streams", status.streams],
  ]);
  return lines.map((line, i) => {
    if (i === 0) return style.strong(line);
    return i === 4 ? isReady ? style.good(line) : style.doubtful(line) : line;
  });
}

function lineCount(text: string | undefined): number | undefined {
  return text?.split("\n").filter((line) => line !== "").length;
}
