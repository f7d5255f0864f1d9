import type { Command } from "commander";
import type { Conn } from "../../runtime/types.ts";
import type { Cli } from "../cli.ts";
import { parsePort } from "../numbers.ts";

/** Adds `torcon connect`. */
export function addConnect(program: Command, cli: Cli): void {
  program.command("connect")
    .description("Connect to a host through Tor, and pass standard input and output.")
    .argument("<host>", "a name, which goes to Tor as it is, or an address")
    .argument("<port>", "its port", parsePort)
    .option("--tls", "speak TLS")
    .addHelpText(
      "after",
      `
It ends when the host does. Tor knows no half-close: the end of the input is not
passed on.

Examples:
  $ printf 'HEAD / HTTP/1.0\\r\\n\\r\\n' | torcon connect example.com 80
  $ ssh -o ProxyCommand='torcon connect %h %p' user@example.com`,
    )
    .action(async (host: string, port: number, { tls = false }: { tls?: boolean }) => {
      const { signal } = cli;
      await cli.withTor(async (tor) => {
        const conn = await tor.streamVia(host, port, { tls, signal });
        try {
          await cli.untilInterrupted(Promise.race([receive(conn, cli), send(conn, cli)]));
        } finally {
          await conn[Symbol.asyncDispose]();
        }
      });
    });
}

/** Until the host ends the connection, which ends the command. */
async function receive(conn: Conn, { stdio }: Cli): Promise<void> {
  const reader = conn.readable.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    await stdio.stdout.write(value);
  }
}

/** Never resolves: what comes back may be awaited after the input's end. */
async function send(conn: Conn, { stdio }: Cli): Promise<never> {
  const writer = conn.writable.getWriter();
  for await (const chunk of stdio.stdin) {
    try {
      await writer.write(chunk);
    } catch {
      break; // the reader tells how the connection has ended
    }
  }
  return await new Promise<never>(() => {});
}
