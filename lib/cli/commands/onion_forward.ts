import type { Command } from "commander";
import type { OnionProgress } from "../../onion/publication.ts";
import { formatAddress } from "../../util/address.ts";
import type { Cli } from "../cli.ts";
import { CommandError } from "../command_error.ts";
import { flexibleAddress } from "../control_options.ts";
import { EXIT } from "../exit_code.ts";
import { parsePort } from "../numbers.ts";
import { type OfferFlags, offerOf, withOfferOptions } from "../onion_key_options.ts";
import { ProgressLine } from "../progress_line.ts";

interface ForwardFlags extends OfferFlags {
  to?: string;
}

/** Adds `torcon onion forward`. */
export function addOnionForward(onion: Command, cli: Cli): void {
  withOfferOptions(onion.command("forward"))
    .description("Offer a local server at an onion address, until Ctrl-C.")
    .argument("<port>", "the port of the onion address", parsePort)
    .option(
      "--to <address>",
      "the local server: PORT, HOST:PORT or unix:PATH; default the same port",
    )
    .addHelpText(
      "after",
      `
Tor connects to the server by itself: the server sees all visitors come from
this machine.

Examples:
  $ torcon onion forward 22
  $ torcon onion forward 80 --to 8080
  $ torcon onion forward 80 --to unix:/run/site.sock --client OOZ7…`,
    )
    .action(async (port: number, flags: ForwardFlags) => {
      const { signal } = cli;
      const target = flexibleAddress("--to", flags.to ?? String(port));
      const offer = offerOf(flags);
      await cli.withTor(async (tor) => {
        const progress = new ProgressLine<OnionProgress>(cli);
        const service = await tor.createOnionService({
          ...offer,
          ports: { virtual: port, target },
          onProgress: (step) => progress.show(step),
          signal,
        }).finally(() => progress.end());
        try {
          const shown = { address: service.hostname, port, target: formatAddress(target) };
          await cli.show(shown, () => [`${shown.address}:${port} -> ${shown.target}`]);
          const gone = service.whenRemoved({ signal }).then(() => {
            throw new CommandError("Tor has the onion service no more", EXIT.FAILED);
          });
          await cli.untilInterrupted(gone);
        } finally {
          await service[Symbol.asyncDispose]();
        }
      });
    });
}
