import { AsyncQueue } from "../../util/async_queue.ts";
import type { Cli } from "../cli.ts";
import { formatJson } from "../format_json.ts";
import type { Monitor } from "./monitor.ts";

/** How many changes may wait for a reader that is slow. */
const UNREAD = 10_000;

/** Prints all there is, and then each change, as JSON objects of one line, until the user has enough. */
export async function printChanges(monitor: Monitor, cli: Cli): Promise<void> {
  const changes = new AsyncQueue<object>({ limit: UNREAD, limitName: "monitor --json" });
  const remove = monitor.addListener({
    status: (status) => changes.push({ type: "status", status }),
    bandwidth: (sample) => changes.push({ type: "bandwidth", ...sample }),
    circuits: (circuits) => changes.push({ type: "circuits", circuits }),
    streams: (streams) => changes.push({ type: "streams", streams }),
    log: (line) => changes.push({ type: "log", ...line }),
    ended: (error) => changes.fail(error),
  });
  const stop = () => changes.fail(cli.signal.reason);
  cli.signal.addEventListener("abort", stop, { once: true });
  try {
    cli.signal.throwIfAborted();
    await cli.print(formatJson({ type: "snapshot", ...monitor.snapshot() }, 0));
    for await (const change of changes) await cli.print(formatJson(change, 0));
  } finally {
    remove();
    cli.signal.removeEventListener("abort", stop);
  }
}
