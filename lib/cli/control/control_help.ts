import { CommandError } from "../command_error.ts";
import { EXIT } from "../exit_code.ts";
import { formatTable } from "../format.ts";
import type { Style } from "../style.ts";
import { promptName } from "./complete_line.ts";
import { CONTROL_COMMANDS, PROMPT_COMMANDS } from "./control_commands.ts";

/** How a help stands out. */
export type HelpStyle = Pick<Style, "strong" | "doubtful">;

/** What the prompt tells of all commands. */
export function listCommands(style: HelpStyle): string[] {
  const commands = Object.entries(CONTROL_COMMANDS).filter(([, { obsolete }]) => !obsolete);
  const rows = [
    ...commands.map(([name, { hasData, does }]) => [hasData ? `+${name}` : name, does]),
    ...Object.entries(PROMPT_COMMANDS).map(([name, { syntax, does }]) => [
      `${name} ${syntax}`.trimEnd(),
      does,
    ]),
  ];
  return [
    style.strong("The commands of Tor, and of this prompt:"),
    ...formatTable(rows).map((row) => `  ${row}`),
    "A command with a + is followed by lines of data, the last of which is a dot alone.",
    "`/help COMMAND` tells how one is written.",
  ];
}

/**
 * What the prompt tells of one command.
 *
 * @throws {CommandError} Where there is none of that name.
 */
export function describeCommandHelp(word: string, style: HelpStyle): string[] {
  const ownName = promptName(word);
  const own = Object.hasOwn(PROMPT_COMMANDS, ownName) ? PROMPT_COMMANDS[ownName] : undefined;
  if (own !== undefined) {
    return [style.strong(`${ownName} ${own.syntax}`.trimEnd()), `  ${own.does}.`];
  }
  const name = word.toUpperCase().replace(/^\+/, "");
  const command = Object.hasOwn(CONTROL_COMMANDS, name) ? CONTROL_COMMANDS[name] : undefined;
  if (command === undefined) {
    throw new CommandError(`There is no command ${word}; /help lists them`, EXIT.USAGE);
  }
  const { syntax, does, example, section, hasData, obsolete } = command;
  return [
    style.strong(`${hasData ? "+" : ""}${name} ${syntax}`.trimEnd()),
    `  ${does}.`,
    ...obsolete === undefined ? [] : [`  ${style.doubtful("Obsolete")}: ${obsolete}.`],
    ...hasData ? ["  Lines of data follow it, the last of which is a dot alone."] : [],
    `  Example: ${example}`,
    `  control-spec, section ${section}`,
  ];
}
