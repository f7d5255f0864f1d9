import type { Command } from "commander";
import { type ConfLine, SECRET_OPTION } from "../../control/commands/configuration_commands.ts";
import type { ControlConnection } from "../../control/connection.ts";
import type { AbortOptions } from "../../runtime/types.ts";
import type { Tor } from "../../tor/tor.ts";
import type { Cli } from "../cli.ts";
import { formatTable } from "../format.ts";

/** What stands for a value that is secret. */
const HIDDEN = "[hidden]";

/** Adds `torcon config` with its own commands. */
export function addConfig(program: Command, cli: Cli): void {
  const config = program.command("config").description("Read and change Tor's options.")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon config list
  $ torcon config set ExitNodes '{de},{nl}'`,
    );
  addGet(config, cli);
  addSet(config, cli);
  addUnset(config, cli);
  addList(config, cli);
}

function addGet(config: Command, cli: Cli): void {
  config.command("get")
    .description("Print the values of options, one a line; secret ones too.")
    .argument("<option...>", "options, such as SocksPort")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon config get SocksPort
  $ torcon config get --json ORPort ControlPort`,
    )
    .action(async (keys: string[]) => {
      await cli.withTor(async ({ control }) => {
        const values = await readValues(control, keys, cli);
        if (cli.isJson) return await cli.show(values, () => []);
        await cli.printText([...values.values()].flat().map((value) => `${value}\n`).join(""));
      });
    });
}

function addSet(config: Command, cli: Cli): void {
  config.command("set")
    .description("Set an option: to one value, or to a list of them.")
    .argument("<option>", "the option, such as ExitNodes")
    .argument("<value...>", "its value; several where the option is a list")
    .option("--save", "write Tor's torrc too (SAVECONF)")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon config set ExitNodes '{de},{nl}'
  $ torcon config set SocksPort 9050 '9150 IsolateDestAddr'
  $ torcon config set SafeLogging 1 --save`,
    )
    .action(async (key: string, values: string[], flags: { save?: boolean }) => {
      await change(cli, {
        ...flags,
        keys: [key],
        make: ({ control }, options) => control.setConf([[key, values]], options),
      });
    });
}

function addUnset(config: Command, cli: Cli): void {
  config.command("unset")
    .description("Give options their defaults back.")
    .argument("<option...>", "options, such as ExitNodes")
    .option("--save", "write Tor's torrc too (SAVECONF)")
    .addHelpText(
      "after",
      `
Example:
  $ torcon config unset ExitNodes StrictNodes`,
    )
    .action(async (keys: string[], flags: { save?: boolean }) => {
      await change(cli, {
        ...flags,
        keys,
        make: ({ control }, options) => control.resetConf(keys, options),
      });
    });
}

function addList(config: Command, cli: Cli): void {
  config.command("list")
    .description("List the options that are not as Tor has them by default.")
    .option("--show-secrets", "print the values of secret options too")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon config list
  $ torcon config list --json | jq .SocksPort`,
    )
    .action(async ({ showSecrets = false }: { showSecrets?: boolean }) => {
      await cli.withTor(async ({ control }) => {
        const text = await control.getInfo("config-text", { signal: cli.signal });
        const lines = text.split("\n").flatMap((line): [string, string][] => {
          const [, key, value = ""] = /^(\S+)(?: (.*))?$/.exec(line) ?? [];
          if (key === undefined) return [];
          return [[key, showSecrets || !SECRET_OPTION.test(key) ? value : HIDDEN]];
        });
        const values: Record<string, string[]> = {};
        for (const [key, value] of lines) (values[key] ??= []).push(value);
        await cli.show(values, () => formatTable(lines));
      });
    });
}

interface Change {
  readonly keys: readonly string[];
  readonly save?: boolean;
  make(tor: Tor, options: AbortOptions): Promise<void>;
}

/** Changes options, and shows what Tor has then: it may have understood something else. */
async function change(cli: Cli, { keys, save = false, make }: Change): Promise<void> {
  const { signal } = cli;
  await cli.withTor(async (tor) => {
    await make(tor, { signal });
    if (save) await tor.control.saveConf({ signal });
    const values = await readValues(tor.control, keys, cli);
    for (const key of values.keys()) if (SECRET_OPTION.test(key)) values.set(key, [HIDDEN]);
    await cli.show(values, () => {
      return formatTable([...values].flatMap(([key, list]) => {
        return list.length === 0 ? [[key, "(not set)"]] : list.map((value) => [key, value]);
      }));
    });
  });
}

/** The values of options, by Tor's own names; an empty list where one is not set. */
async function readValues(
  control: ControlConnection,
  keys: readonly string[],
  { signal }: Cli,
): Promise<Map<string, string[]>> {
  const lines: ConfLine[] = await control.getConf(keys, { signal });
  const values = new Map<string, string[]>();
  for (const { key, value } of lines) {
    const list = values.get(key) ?? [];
    values.set(key, value === undefined ? list : [...list, value]);
  }
  return values;
}
