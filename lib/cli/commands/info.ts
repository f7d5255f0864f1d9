import type { Command } from "commander";
import { listInfoKeys, parseInfoNames } from "../../config/info_names.ts";
import type { Cli } from "../cli.ts";
import { formatTable } from "../format.ts";

/** Adds `torcon info`. */
export function addInfo(program: Command, cli: Cli): void {
  program.command("info")
    .description("Ask Tor for what it can tell (GETINFO). Without a key: what it can be asked for.")
    .argument("[key]", "what to ask for, such as version")
    .argument("[argument]", "what belongs behind the key, such as an address")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon info
  $ torcon info traffic/read
  $ torcon info ip-to-country 192.0.2.7
  $ torcon info ns/name moria1`,
    )
    .action(async (key: string | undefined, argument: string | undefined) => {
      await cli.withTor(async ({ control }) => {
        const { signal } = cli;
        if (key === undefined) {
          const names = listInfoKeys(
            parseInfoNames(await control.getInfo("info/names", { signal })),
          );
          await cli.show(
            names,
            () => formatTable(names.map(({ key, documentation }) => [key, documentation])),
          );
          return;
        }
        const whole = argument === undefined ? key : `${key.replace(/\/\*?$/, "")}/${argument}`;
        const value = await control.getInfo(whole, { signal });
        if (cli.isJson) await cli.show({ key: whole, value }, () => []);
        else await cli.printText(value);
      });
    });
}
