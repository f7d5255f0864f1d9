import type { Command } from "commander";
import type { OnionProgress } from "../../onion/publication.ts";
import type { Cli } from "../cli.ts";
import { FileSite } from "../file_site.ts";
import { parsePort } from "../numbers.ts";
import { type OfferFlags, offerOf, withOfferOptions } from "../onion_key_options.ts";
import { ProgressLine } from "../progress_line.ts";

interface ServeFlags extends OfferFlags {
  port: number;
  list?: boolean;
}

/** Adds `torcon onion serve`. */
export function addOnionServe(onion: Command, cli: Cli): void {
  withOfferOptions(onion.command("serve"))
    .description("Serve the files of a directory at an onion address, until Ctrl-C.")
    .argument("<dir>", "the directory")
    .option("--port <port>", "the port of the onion address", parsePort, 80)
    .option("--list", "show what is in a directory that has no index.html")
    .addHelpText(
      "after",
      `
Hidden files (.git, .env) and what a symbolic link leads out to are not served.

Examples:
  $ torcon onion serve ./site
  $ torcon onion serve --key-file ./site.key ./site`,
    )
    .action(async (directory: string, flags: ServeFlags) => {
      const { runtime, signal } = cli;
      const site = await FileSite.open(directory, { runtime, listing: flags.list });
      const offer = offerOf(flags);
      await cli.withTor(async (tor) => {
        const progress = new ProgressLine<OnionProgress>(cli);
        const server = await tor.serve(site, {
          ...offer,
          port: flags.port,
          onProgress: (step) => progress.show(step),
          onError: (error) => void cli.tell(`Cannot answer a request: ${String(error)}`),
          signal,
        }).finally(() => progress.end());
        try {
          const { url, hostname: address, port } = server;
          await cli.show({ url, address, port, directory }, () => [url]);
          await cli.untilInterrupted(server.finished);
        } finally {
          await server[Symbol.asyncDispose]();
        }
      });
    });
}
