import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { CommandError } from "../command_error.ts";
import { EXIT } from "../exit_code.ts";

interface KeygenFlags {
  client?: boolean;
  output?: string;
  print?: boolean;
}

/** Adds `torcon onion keygen`. */
export function addOnionKeygen(onion: Command, cli: Cli): void {
  onion.command("keygen")
    .description("Make the key of an onion service, or of a client that may visit one.")
    .option("--client", "a client's key")
    .option(
      "-o, --output <path>",
      "keep it there: a service's in a directory, a client's in a file",
    )
    .option("--print", "print the secret key")
    .addHelpText(
      "after",
      `
It prints the address of a service, and the public key of a client. No Tor is
needed.

Examples:
  $ torcon onion keygen --output ./key
  $ torcon onion keygen --client --output ./client.key
  $ torcon onion keygen --print --json`,
    )
    .action(async (flags: KeygenFlags) => {
      const { client = false, output, print = false } = flags;
      if (output === undefined && !print) {
        throw new CommandError(
          "Cannot make a key for nobody: say where to keep it by --output, or ask for it by --print",
          EXIT.USAGE,
        );
      }
      if (client) await makeClientKey({ output, print }, cli);
      else await makeServiceKey({ output, print }, cli);
    });
}

interface Keeping {
  readonly output: string | undefined;
  readonly print: boolean;
}

async function makeServiceKey({ output, print }: Keeping, cli: Cli): Promise<void> {
  const { OnionServiceKey } = await import("../../onion/onion_service_key.ts");
  const key = OnionServiceKey.generate();
  if (output !== undefined) {
    const { runtime, signal } = cli;
    const { OnionServiceDirectory } = await import("../../onion/onion_service_directory.ts");
    const directory = new OnionServiceDirectory(output, { runtime });
    const there = await directory.readKey({ signal });
    if (there !== undefined) {
      const message = `Cannot keep a key in ${output}: it has that of ${there.address} already`;
      throw new CommandError(message, EXIT.FAILED);
    }
    await directory.writeKey(key, { signal });
  }
  const address = key.address.hostname;
  const privateKey = print ? key.toBlob() : undefined;
  await cli.show({ address, privateKey, output }, () => {
    return privateKey === undefined ? [address] : [address, privateKey];
  });
}

async function makeClientKey({ output, print }: Keeping, cli: Cli): Promise<void> {
  const { OnionClientKey } = await import("../../onion/onion_client_key.ts");
  const key = OnionClientKey.generate();
  const { runtime, signal } = cli;
  if (output !== undefined) {
    const contents = new TextEncoder().encode(`${key.toBase32()}\n`);
    await runtime.writeFile(output, contents, { createNew: true, signal });
  }
  const publicKey = String(key.publicKey);
  const privateKey = print ? key.toBase32() : undefined;
  await cli.show({ publicKey, privateKey, output }, () => {
    return privateKey === undefined ? [publicKey] : [publicKey, privateKey];
  });
}
