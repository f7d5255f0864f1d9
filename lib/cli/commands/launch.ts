import { type Command, Option } from "commander";
import { decodeText } from "../../codec/text.ts";
import type { BootstrapPhase } from "../../launch/bootstrap.ts";
import type { Tor } from "../../tor/tor.ts";
import { formatAddress } from "../../util/address.ts";
import type { Cli } from "../cli.ts";
import { CommandError } from "../command_error.ts";
import { flexibleAddress } from "../control_options.ts";
import { EXIT } from "../exit_code.ts";
import { formatTable } from "../format.ts";
import { parseSeconds } from "../numbers.ts";
import { ProgressLine } from "../progress_line.ts";

interface LaunchFlags {
  controlPort: string;
  socksPort?: string;
  dataDirectory?: string;
  torrc?: string;
  tor?: string;
  timeout: number;
}

/** Adds `torcon launch`. */
export function addLaunch(program: Command, cli: Cli): void {
  program.command("launch")
    .description("Launch a Tor in the foreground; Ctrl-C ends it.")
    .addOption(
      new Option("--control-port <address>", "where it is controlled")
        .default("127.0.0.1:9051", "127.0.0.1:9051"),
    )
    .option("--socks-port <address>", "where programs connect (default: 127.0.0.1:9050)")
    .option("--data-directory <dir>", "keep its files there; default a temporary directory")
    .option("--torrc <file>", "further options of Tor's")
    .option("--tor <path>", "the program tor; default that on PATH")
    .addOption(
      new Option("--timeout <seconds>", "how long it may take to be ready")
        .argParser(parseSeconds).default(90_000, "90"),
    )
    .addHelpText(
      "after",
      `
Other programs use its SOCKS port; other terminals ask it by \`torcon status\`.
Its cookie lets in whoever can read its files: you, and root.

Examples:
  $ torcon launch
  $ torcon launch --data-directory ~/.local/share/torcon
  $ torcon launch --control-port 9151 --socks-port 9150 --torrc ./torrc`,
    )
    .action(async (flags: LaunchFlags) => {
      const { signal } = cli;
      const progress = new ProgressLine<BootstrapPhase>(cli);
      const tor = await start(cli, { flags, progress }).finally(() => progress.end());
      try {
        await showReady(cli, tor);
        const end = tor.process!.ended.then(({ code }) => {
          signal.throwIfAborted();
          throw new CommandError(`Tor ended by itself, with the code ${code}`, EXIT.FAILED);
        });
        await cli.untilInterrupted(end);
      } finally {
        await tor[Symbol.asyncDispose]();
      }
    });
}

async function start(
  { runtime, signal }: Cli,
  { flags, progress }: { flags: LaunchFlags; progress: ProgressLine<BootstrapPhase> },
): Promise<Tor> {
  const torrc = flags.torrc === undefined
    ? ""
    : decodeText(await runtime.readFile(flags.torrc, { signal }));
  const hasSocks = /^[ \t]*_{0,2}SocksPort\b/im.test(torrc);
  const socks = flags.socksPort ?? (hasSocks ? undefined : "127.0.0.1:9050");
  const { launch } = await import("../../tor/launch.ts");
  return await launch({
    control: flexibleAddress("--control-port", flags.controlPort),
    socks: socks === undefined ? [] : [flexibleAddress("--socks-port", socks)],
    dataDirectory: flags.dataDirectory,
    torBinary: flags.tor,
    torrc,
    timeout: flags.timeout,
    onProgress: (phase) => progress.show(phase),
    // The command ends all that it has begun, in one place.
    endOnInterrupt: false,
    runtime,
    signal,
  });
}

async function showReady(cli: Cli, tor: Tor): Promise<void> {
  const { control, process } = tor;
  const [line] = await control.getConf("CookieAuthFile", { signal: cli.signal });
  const listeners = await control.getInfo("net/listeners/socks", { signal: cli.signal });
  const ready = {
    version: tor.version?.text,
    pid: process?.pid,
    control: formatAddress(control.address),
    cookieFile: line?.value || undefined,
    socks: listeners.split(" ").filter((text) => text !== "").map((text) =>
      text.replace(/^"(.*)"$/, "$1")
    ),
  };
  await cli.show(ready, () => {
    const [head = "", ...lines] = formatTable([
      [`Tor ${ready.version} is ready`, `process ${ready.pid}`],
      ["  control port", ready.control],
      ["  SOCKS port", ready.socks.join(", ")],
    ]);
    return [cli.style.good(head), ...lines];
  });
}
