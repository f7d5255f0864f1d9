import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { checkTerminal } from "../monitor/terminal/check_terminal.ts";
import { parsePageAddress } from "../monitor/web/page_address.ts";

/** Adds `torcon monitor`. */
export function addMonitor(program: Command, cli: Cli): void {
  program.command("monitor")
    .description("Watch Tor live: bandwidth, circuits and streams, log; with --json as lines.")
    .option("--web [address]", "as a page on this machine: PORT, 127.0.0.1:PORT, [::1]:PORT")
    .addHelpText(
      "after",
      `
Keys: h for help, Tab for the next view, Enter for details, x to close a circuit
or stream, n for a new identity, q to leave.

Examples:
  $ torcon monitor
  $ torcon monitor --web
  $ torcon monitor --json | jq -c 'select(.type == "bandwidth")'`,
    )
    .action(async ({ web }: { web?: string | true }) => {
      const address = web === undefined ? undefined : parsePageAddress(web);
      if (!cli.isJson && address === undefined) checkTerminal(cli);
      await cli.withTor(async (tor) => {
        const { Monitor } = await import("../monitor/monitor.ts");
        const monitor = await Monitor.open(tor, { signal: cli.signal });
        try {
          if (address !== undefined) {
            // It has the page in it, which nothing else needs.
            const { servePage } = await import("../monitor/web/serve_page.ts");
            await servePage(monitor, cli, address);
          } else if (cli.isJson) {
            const { printChanges } = await import("../monitor/print_changes.ts");
            await printChanges(monitor, cli);
          } else {
            const { showMonitor } = await import("../monitor/terminal/show_monitor.ts");
            await showMonitor(monitor, cli);
          }
        } finally {
          await monitor[Symbol.asyncDispose]();
        }
      });
    });
}
