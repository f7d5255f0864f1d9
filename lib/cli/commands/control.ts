import type { Command } from "commander";
import { encodeText } from "../../codec/text.ts";
import { LinePrompt } from "../../runtime/line_prompt.ts";
import type { Tor } from "../../tor/tor.ts";
import { within } from "../../util/abort.ts";
import { formatAddress } from "../../util/address.ts";
import type { Cli } from "../cli.ts";
import { completeLine } from "../control/complete_line.ts";
import { lineMemory } from "../control/control_line.ts";
import { type ControlScreen, ControlSession } from "../control/control_session.ts";
import { harmless } from "../harmless.ts";
import { linesOf } from "../lines_of.ts";

/** How long Tab may wait for Tor, in milliseconds. */
const TAB_TIMEOUT = 2000;

/** Adds `torcon control`. */
export function addControl(program: Command, cli: Cli): void {
  program.command("control")
    .description("Talk to Tor's control port: at a prompt, by one command, or by lines of a pipe.")
    .argument("[line...]", "one command; without it, commands are read line by line")
    .addHelpText(
      "after",
      `
At the prompt Tab completes, /help tells of every command, and /events shows
what happens. Ctrl-C clears the line, and ends where there is none; Ctrl-D ends.
Lines with passwords and keys are not kept for the arrow keys.
Of several lines all are sent, whatever Tor answers; if it has refused one, the
code is 1. A command that begins with + is followed by lines of data, the last
of which is a dot alone.

Examples:
  $ torcon control
  $ torcon control GETINFO version
  $ printf 'GETINFO version\\nGETCONF SocksPort\\n' | torcon control --json
  $ (echo +LOADCONF; cat torrc; echo .) | torcon control`,
    )
    .action(async (words: string[]) => {
      await cli.withTor(async (tor) => {
        const { isInteractive, stdout } = cli.stdio;
        const isPrompt = isInteractive && stdout.isTerminal && cli.runtime.env("TERM") !== "dumb";
        if (words.length === 0 && isPrompt) await runPrompt(tor, cli);
        else await runLines(tor, { cli, words });
      });
    });
}

/** The lines come from the command line or from standard input. */
async function runLines(
  { control }: Tor,
  { cli, words }: { cli: Cli; words: readonly string[] },
): Promise<void> {
  const { stdin, stdout } = cli.stdio;
  const input = linesOf(stdin);
  let printed = Promise.resolve();
  const session = new ControlSession(control, {
    cli,
    screen: {
      print: (text) => printed = stdout.write(encodeText(`${text}\n`)),
      complain: (text) => cli.tell(`torcon: ${text}`),
      read: async () => {
        const { done, value } = await input.next();
        return done ? undefined : value;
      },
    },
  });
  if (words.length > 0) await session.run(words.join(" "));
  else await session.runAll();
  await printed;
  if (session.failure !== undefined) throw session.failure;
}

/** A person types the lines. */
async function runPrompt({ control }: Tor, cli: Cli): Promise<void> {
  const { signal, style } = cli;
  const prompt = new LinePrompt({
    complete: async (line) => {
      // While it is waited for, no key is heard.
      const ask = (key: string) =>
        within(control.getInfo(key, { signal }), {
          signal,
          timeout: TAB_TIMEOUT,
          message: () => `Tor has not told ${key}`,
        });
      const { typed, suggestions } = await completeLine(line, ask);
      const words = suggestions.map(({ value }) => value);
      const [only = ""] = words;
      return { typed, words: words.length === 1 && !/[/=:]$/.test(only) ? [`${only} `] : words };
    },
    remembers: lineMemory(),
    onInterrupt: () => cli.interrupt(),
  });
  const screen: ControlScreen = {
    print: (text) => prompt.print(text),
    complain: (text) => prompt.print(style.bad(harmless(text))),
    read: (mark) => prompt.read(mark),
  };
  try {
    if (!cli.isJson) {
      const version = harmless(control.torVersion ?? "");
      await prompt.print(
        `${style.strong(`Tor ${version}`)} at ${harmless(formatAddress(control.address))}. ` +
          "/help lists the commands, Tab completes, Ctrl-D ends.",
      );
    }
    await new ControlSession(control, { cli, screen }).runAll();
  } finally {
    prompt.close();
  }
}
