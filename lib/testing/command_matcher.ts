import type { ControlCommand } from "./command_reader.ts";

/** Which command is meant: its whole line, a pattern that its line fits, or a test of its own. */
export type CommandMatcher = string | RegExp | ((command: ControlCommand) => boolean);

/** Whether a command is the one that is meant. */
export function matchesCommand(matcher: CommandMatcher, command: ControlCommand): boolean {
  if (typeof matcher === "string") return command.line === matcher;
  if (typeof matcher === "function") return matcher(command);
  matcher.lastIndex = 0; // a global pattern would go on from its last match
  return matcher.test(command.line);
}

/** The matcher as an error shows it. */
export function describeMatcher(matcher: CommandMatcher): string {
  return typeof matcher === "function" ? `a command for which ${matcher}` : String(matcher);
}
