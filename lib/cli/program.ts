import { Command } from "commander";
import type { Cli } from "./cli.ts";
import { addBuild } from "./commands/build.ts";
import { addCircuits } from "./commands/circuits.ts";
import { addCompletions } from "./commands/completions.ts";
import { addConfig } from "./commands/config.ts";
import { addConnect } from "./commands/connect.ts";
import { addControl } from "./commands/control.ts";
import { addEvents } from "./commands/events.ts";
import { addFetch } from "./commands/fetch.ts";
import { addInfo } from "./commands/info.ts";
import { addLaunch } from "./commands/launch.ts";
import { addMonitor } from "./commands/monitor.ts";
import { addNewnym } from "./commands/newnym.ts";
import { addOnion } from "./commands/onion.ts";
import { addRelays } from "./commands/relays.ts";
import { addResolve } from "./commands/resolve.ts";
import { addStatus } from "./commands/status.ts";
import { addStreams } from "./commands/streams.ts";
import { VERSION } from "./version.ts";

/** Every command, in the order of the help. */
const COMMANDS: readonly ((program: Command, cli: Cli) => void)[] = [
  addStatus,
  addLaunch,
  addCircuits,
  addStreams,
  addRelays,
  addEvents,
  addMonitor,
  addInfo,
  addConfig,
  addNewnym,
  addBuild,
  addFetch,
  addResolve,
  addConnect,
  addOnion,
  addControl,
  addCompletions,
];

const HELP = `
Environment:
  TOR_CONTROL_IPC_PATH          the control port, a Unix socket
  TOR_CONTROL_HOST, _PORT       the control port, by TCP
  TOR_CONTROL_PASSWD            its password
  TOR_CONTROL_COOKIE_AUTH_FILE  its cookie
  NO_COLOR                      no colours

Exit codes:
  0  done                              3  no Tor answers, or none is installed
  1  it failed                         4  Tor does not let us in
  2  wrong use                       130  interrupted

Examples:
  $ torcon launch                      # a Tor in the foreground, until Ctrl-C
  $ torcon status                      # what a running Tor does
  $ torcon fetch https://example.com/  # a page over Tor
  $ torcon help relays                 # more on one command`;

/** The command line, ready to be parsed. */
export function makeProgram(cli: Cli): Command {
  const { stdout, stderr } = cli.stdio;
  const program = new Command("torcon")
    .description(
      "Looks at a running Tor and steers it, launches one, connects through it and " +
        "offers onion services.",
    )
    .version(VERSION, "-V, --version", "print torcon's version")
    .helpOption("-h, --help", "print the help of a command")
    .helpCommand("help [command]", "Print the help of a command.")
    .option("--control <address>", "Tor's control port: HOST:PORT, PORT, unix:PATH")
    .option("--password-file <file>", "a file whose first line is the control port's password")
    .option("--cookie-file <file>", "the control port's cookie, where Tor's path of it is not ours")
    .option("--socks <address>", "the SOCKS port to connect by; default Tor's first")
    .option("--json", "print JSON")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => cli.writeLater(stdout, text),
      writeErr: (text) => cli.writeLater(stderr, text),
      getOutHelpWidth: () => stdout.columns || 80,
      getErrHelpWidth: () => stderr.columns || 80,
      getOutHasColors: () => cli.style.hasColors,
      getErrHasColors: () => cli.errorStyle.hasColors,
      outputError: (text, write) => write(text.replace(/^error: /, "torcon: ")),
    })
    .addHelpText("after", HELP)
    .exitOverride()
    .hook("preAction", (_, command) => cli.use(command.optsWithGlobals()));
  for (const add of COMMANDS) add(program, cli);
  return program;
}
