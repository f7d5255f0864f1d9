import { type Command, Option } from "commander";
import { decodeText } from "../../codec/text.ts";
import type { OnionAddress } from "../../onion/onion_address.ts";
import type { OnionClientKey } from "../../onion/onion_client_key.ts";
import { abortable } from "../../util/abort.ts";
import type { Cli } from "../cli.ts";
import { CommandError } from "../command_error.ts";
import { EXIT } from "../exit_code.ts";
import { formatTable } from "../format.ts";
import { readAll } from "../read_all.ts";

/** Adds `torcon onion auth` with its own commands. */
export function addOnionAuth(onion: Command, cli: Cli): void {
  const auth = onion.command("auth")
    .description("Keep the keys by which Tor visits onion services that want one.")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon onion auth list
  $ torcon onion auth add --help`,
    );
  addAdd(auth, cli);
  addRemove(auth, cli);
  addList(auth, cli);
}

interface AddFlags {
  keyFile: string;
  name?: string;
  permanent?: boolean;
}

function addAdd(auth: Command, cli: Cli): void {
  auth.command("add")
    .description("Give Tor the key for an onion address.")
    .argument("<address>", "the onion address")
    .addOption(
      new Option("--key-file <file>", "the client's private key")
        .default("-", "standard input"),
    )
    .option("--name <name>", "a name to know it by")
    .option("--permanent", "have Tor keep it on disk (ClientOnionAuthDir)")
    .addHelpText(
      "after",
      `
The key is never an argument, where every process could read it.

Example:
  $ torcon onion auth add --key-file ./client.key \\
      2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion`,
    )
    .action(async (text: string, { keyFile, name: nickname, permanent }: AddFlags) => {
      const address = await parseOnionAddress(text);
      const key = await readClientKey(keyFile, { address, cli });
      await cli.withTor(async (tor) => {
        const { signal } = cli;
        const result = await tor.addOnionAuthentication(address, key, {
          nickname,
          permanent,
          signal,
        });
        const { hostname } = address;
        await cli.show({ address: hostname, result }, () => [`${hostname}  ${result}`]);
      });
    });
}

function addRemove(auth: Command, cli: Cli): void {
  auth.command("remove")
    .description("Have Tor forget the key for an onion address.")
    .argument("<address>", "the onion address")
    .addHelpText(
      "after",
      `
Example:
  $ torcon onion auth remove \\
      2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion`,
    )
    .action(async (text: string) => {
      const address = await parseOnionAddress(text);
      await cli.withTor(async (tor) => {
        const isRemoved = await tor.removeOnionAuthentication(address, { signal: cli.signal });
        if (!isRemoved) throw new CommandError(`Tor has no key for ${address}`, EXIT.FAILED);
        const { hostname } = address;
        await cli.show({ address: hostname, result: "removed" }, () => [`${hostname}  removed`]);
      });
    });
}

function addList(auth: Command, cli: Cli): void {
  auth.command("list")
    .description("List the onion addresses that Tor has a key for.")
    .option("--show-secrets", "print the keys too")
    .addHelpText(
      "after",
      `
Example:
  $ torcon onion auth list --json`,
    )
    .action(async ({ showSecrets = false }: { showSecrets?: boolean }) => {
      await cli.withTor(async (tor) => {
        const known = await tor.listOnionAuthentications({ signal: cli.signal });
        const list = known.map((credential) => ({
          address: `${credential.serviceId}.onion`,
          name: credential.clientName,
          isPermanent: credential.flags.includes("Permanent"),
          privateKey: showSecrets ? credential.exportPrivateKey() : undefined,
        }));
        await cli.show(list, () => {
          return formatTable(list.map(({ address, name, isPermanent, privateKey }) => [
            address,
            name,
            isPermanent ? "permanent" : "until Tor ends",
            ...privateKey === undefined ? [] : [privateKey],
          ]));
        });
      });
    });
}

async function parseOnionAddress(text: string): Promise<OnionAddress> {
  const { OnionAddress } = await import("../../onion/onion_address.ts");
  return OnionAddress.parse(text);
}

/** A client's private key by itself, or in the form of Tor's files `.auth_private`. */
async function readClientKey(
  file: string,
  { address, cli }: { address: OnionAddress; cli: Cli },
): Promise<OnionClientKey> {
  const { runtime, signal, stdio } = cli;
  const contents = file === "-"
    ? await abortable(readAll(stdio.stdin), signal)
    : await runtime.readFile(file, { signal });
  const text = decodeText(contents).trim();
  const { OnionClientKey } = await import("../../onion/onion_client_key.ts");
  if (!text.includes(":descriptor:")) return OnionClientKey.parse(text);
  const auth = OnionClientKey.parseAuthPrivate(text);
  if (auth.address.serviceId === address.serviceId) return auth.key;
  throw new CommandError(`Cannot use the key of ${file}: it is for ${auth.address}`, EXIT.USAGE);
}
