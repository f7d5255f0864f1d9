import { Cli } from "../../lib/cli/cli.ts";
import { Monitor } from "../../lib/cli/monitor/monitor.ts";
import { showMonitor } from "../../lib/cli/monitor/terminal/show_monitor.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { openStdio } from "../../lib/runtime/stdio.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";

/** A monitor on the screen, and an error that nobody catches when it is asked for a new identity. */
async function main(): Promise<void> {
  const port = await ScriptedControlPort.start();
  port.always(/^SETEVENTS/).reply("250 OK");
  port.always(/^GETINFO/).replyWith(({ args }) => [
    ...args.split(" ").map((key) => `250-${key}=`),
    "250 OK",
  ]);
  port.always("SIGNAL NEWNYM").replyWith(() => {
    // Out of what the port is called by.
    setTimeout(() => {
      throw new Error("Nobody catches it");
    });
    return "250 OK";
  });
  const tor = await connect({ control: port.address });
  const monitor = await Monitor.open(tor);
  const runtime = await detectRuntime();
  const { signal } = new AbortController();
  const cli = new Cli({ stdio: openStdio(), runtime, signal, interrupt: () => {} });
  await showMonitor(monitor, cli);
}

// Bun does not end by an error while a module waits.
void main();
