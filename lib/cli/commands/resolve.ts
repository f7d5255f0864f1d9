import type { Command } from "commander";
import { parseIpAddress } from "../../util/ip_address.ts";
import type { Cli } from "../cli.ts";
import { harmless } from "../harmless.ts";

/** Adds `torcon resolve`. */
export function addResolve(program: Command, cli: Cli): void {
  program.command("resolve")
    .description("Resolve a name to its addresses, or an address to its name, through Tor.")
    .argument("<name|ip>", "what to resolve")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon resolve www.torproject.org
  $ torcon resolve 192.0.2.7`,
    )
    .action(async (target: string) => {
      await cli.withTor(async (tor) => {
        const { signal } = cli;
        if (parseIpAddress(target) === undefined) {
          const addresses = await tor.dnsResolve(target, { signal });
          await cli.show({ name: target, addresses }, () => addresses);
        } else {
          const name = await tor.dnsResolvePtr(target, { signal });
          await cli.show({ address: target, name }, () => [harmless(name)]);
        }
      });
    });
}
