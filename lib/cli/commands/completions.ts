import { Argument, type Command } from "commander";
import type { Cli } from "../cli.ts";
import { completeWords } from "../completion/complete_words.ts";
import {
  ANSWER_COMMAND,
  PATH_MARKS,
  type Shell,
  SHELL_SCRIPTS,
  SHELLS,
} from "../completion/shell_scripts.ts";
import { harmless } from "../harmless.ts";

/** Adds `torcon completions`, and the command by which the shells ask. */
export function addCompletions(program: Command, cli: Cli): void {
  program.command("completions")
    .description("Print the script by which a shell completes torcon's words at Tab.")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .addHelpText(
      "after",
      `
It completes commands, options and what belongs to them, without a word to Tor.
It calls \`torcon\`, which must be on PATH or a function of your shell.

Where it goes:
  bash  in ~/.bashrc:   source <(torcon completions bash)
  zsh   in ~/.zshrc, behind compinit:
                        source <(torcon completions zsh)
  fish  in ~/.config/fish/config.fish:
                        torcon completions fish | source

Examples:
  $ torcon completions bash > ~/.local/share/bash-completion/completions/torcon
  $ torcon completions fish > ~/.config/fish/completions/torcon.fish`,
    )
    .action(async (shell: Shell) => {
      await cli.stdio.stdout.write(SHELL_SCRIPTS[shell]);
    });
  program.command(ANSWER_COMMAND, { hidden: true })
    .argument("[word...]", "the words behind torcon, up to the cursor")
    .action(async (words: string[]) => {
      const { suggestions, paths } = await completeWords(program, words);
      await cli.print(
        ...suggestions.map(({ value, description }) =>
          [value, description ?? ""].map(harmless).join("\t").trimEnd()
        ),
        ...paths === undefined ? [] : [PATH_MARKS[paths]],
      );
    });
}
