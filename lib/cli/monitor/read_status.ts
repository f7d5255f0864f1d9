import { type BootstrapStatus, parseBootstrapPhase } from "../../codec/events/mod.ts";
import type { Tor } from "../../tor/tor.ts";
import { formatAddress } from "../../util/address.ts";
import { infoOrNone, numberOf } from "../info_or_none.ts";
import type { BandwidthSample, MonitorBootstrap, MonitorStatus } from "./snapshot.ts";

/** Asks a Tor what it is, and how far. */
export async function readMonitorStatus(tor: Tor, signal: AbortSignal): Promise<MonitorStatus> {
  const { control } = tor;
  const info = (key: string) => infoOrNone(control, key, { signal });
  const [pid, uptime, phase, network, read, written] = await Promise.all([
    info("process/pid"),
    info("uptime"),
    info("status/bootstrap-phase"),
    info("network-liveness"),
    info("traffic/read"),
    info("traffic/written"),
  ]);
  const seconds = numberOf(uptime);
  return {
    version: tor.version?.text ?? control.torVersion,
    control: formatAddress(control.address),
    pid: numberOf(pid),
    started: seconds === undefined ? undefined : Date.now() - seconds * 1000,
    bootstrap: bootstrapOf(phase === undefined ? undefined : parseBootstrapPhase(phase)),
    network,
    bytesRead: numberOf(read),
    bytesWritten: numberOf(written),
  };
}

/** What is shown of a bootstrap. */
export function bootstrapOf(status: BootstrapStatus | undefined): MonitorBootstrap | undefined {
  if (status === undefined) return undefined;
  const { progress: percent = 0, summary = "", warning } = status;
  return { percent, summary, warning };
}

/**
 * Reads `GETINFO bw-event-cache`: what Tor has told of the last seconds, the oldest first, as
 * `read,written` parted by spaces.
 *
 * @param now When it was told.
 */
export function parseBandwidthCache(text: string, now: number): BandwidthSample[] {
  const pairs = [...text.matchAll(/(?:^|\s)(\d+),(\d+)(?=\s|$)/g)];
  return pairs.map(([, read, written], i) => ({
    time: now - (pairs.length - 1 - i) * 1000,
    read: Number(read),
    written: Number(written),
  }));
}
