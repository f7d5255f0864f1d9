import type { TcpAddress } from "../../../runtime/types.ts";
import type { Cli } from "../../cli.ts";
import { formatJson } from "../../format_json.ts";
import type { Monitor } from "../monitor.ts";
import { PageServer } from "./page_server.ts";

/** Serves a monitor as a page, and prints its address, until the user interrupts it or Tor is gone. */
export async function servePage(monitor: Monitor, cli: Cli, address: TcpAddress): Promise<void> {
  const { runtime, signal } = cli;
  const server = await PageServer.open(monitor, {
    address,
    runtime,
    signal,
    onError: (error) => void cli.tell(`Cannot answer a request: ${String(error)}`),
  });
  try {
    const { url } = server;
    await cli.print(cli.isJson ? formatJson({ url }, 0) : url);
    await cli.untilInterrupted(Promise.race([monitor.ended, server.finished]));
  } catch (error) {
    if (!signal.aborted) await server.farewell();
    throw error;
  } finally {
    await server[Symbol.asyncDispose]();
  }
}
