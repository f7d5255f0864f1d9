import type { Command } from "commander";
import { gather } from "./numbers.ts";

/** The options of the commands that offer an onion service. */
export interface OfferFlags {
  /** A file with the service's key, or for it. */
  keyFile?: string | undefined;
  /** The public keys of those who may visit. */
  client?: string[] | undefined;
}

/** What becomes of them. */
export interface Offer {
  readonly privateKeyFile: string | undefined;
  readonly discardKey: boolean;
  readonly clients: Readonly<Record<string, string>> | undefined;
}

/** Adds the options of the commands that offer an onion service. */
export function withOfferOptions(command: Command): Command {
  return command
    .option(
      "--key-file <file>",
      "the service's key, made where it is missing; default a new one each time",
    )
    .option(
      "--client <public-key>",
      "only clients with a public key are let in; may be repeated",
      gather,
    );
}

/** What the options say, for `serve()` and `createOnionService()`. */
export function offerOf({ keyFile, client }: OfferFlags): Offer {
  return {
    privateKeyFile: keyFile,
    // Nobody asks for a new one.
    discardKey: keyFile === undefined,
    clients: client && Object.fromEntries(client.map((key, i) => [`client ${i + 1}`, key])),
  };
}
