import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addOnionAuth } from "./onion_auth.ts";
import { addOnionForward } from "./onion_forward.ts";
import { addOnionKeygen } from "./onion_keygen.ts";
import { addOnionServe } from "./onion_serve.ts";

/** Adds `torcon onion` with its own commands. */
export function addOnion(program: Command, cli: Cli): void {
  const onion = program.command("onion")
    .description("Offer onion services, make their keys, and visit those that want a key.")
    .addHelpText(
      "after",
      `
Examples:
  $ torcon onion serve ./site
  $ torcon onion auth --help`,
    );
  addOnionServe(onion, cli);
  addOnionForward(onion, cli);
  addOnionKeygen(onion, cli);
  addOnionAuth(onion, cli);
}
