import type { Command } from "commander";
import { decodeText } from "../codec/text.ts";
import { OnionServiceKey } from "../onion/onion_service_key.ts";
import type { Cli } from "./cli.ts";
import { gather } from "./numbers.ts";

/** The options of the commands that offer an onion service. */
export interface OfferFlags {
  /** A file with the service's key. */
  keyFile?: string | undefined;
  /** The public keys of those who may visit. */
  client?: string[] | undefined;
}

/** What becomes of them. */
export interface Offer {
  readonly privateKey: OnionServiceKey | undefined;
  readonly discardKey: boolean;
  readonly clients: Readonly<Record<string, string>> | undefined;
}

/** Adds the options of the commands that offer an onion service. */
export function withOfferOptions(command: Command): Command {
  return command
    .option("--key-file <file>", "the service's key, for the same address again; default a new one")
    .option(
      "--client <public-key>",
      "only clients with a public key are let in; may be repeated",
      gather,
    );
}

/** Reads what the options name. */
export async function readOffer({ keyFile, client }: OfferFlags, cli: Cli): Promise<Offer> {
  return {
    privateKey: keyFile === undefined ? undefined : await readServiceKey(keyFile, cli),
    // Nobody asks for a new one.
    discardKey: keyFile === undefined,
    clients: client && Object.fromEntries(client.map((key, i) => [`client ${i + 1}`, key])),
  };
}

/** A key as Tor keeps it (hs_ed25519_secret_key), or as the control port has it. */
async function readServiceKey(path: string, { runtime, signal }: Cli): Promise<OnionServiceKey> {
  const contents = await runtime.readFile(path, { signal });
  const text = decodeText(contents).trim();
  return /^[\w-]+:/.test(text)
    ? OnionServiceKey.parse(text)
    : OnionServiceKey.fromSecretKeyFile(contents);
}
