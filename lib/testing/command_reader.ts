import { LineDecoder } from "../codec/line_decoder.ts";

/** A command as a controller sent it (control-spec, section 2.2 "Commands from controller to Tor"). */
export interface ControlCommand {
  /** The whole line, without the `+` of a multi-line command and without its ending. */
  readonly line: string;
  /** The line's first word in upper case, such as `"GETINFO"`; empty where there is none. */
  readonly keyword: string;
  /** What follows the keyword and one space; empty where nothing does. */
  readonly args: string;
  /**
   * The body of a multi-line command, which was sent with a `+`: its lines joined by `"\n"`, dots
   * unstuffed, without the final `.`; `undefined` for any other command.
   */
  readonly data: string | undefined;
}

/** Reads a controller's commands out of chunks that are cut anywhere. It does no I/O. */
export class CommandReader {
  readonly #lines = new LineDecoder();
  #body: { readonly line: string; readonly lines: string[] } | undefined;

  /**
   * Takes the next chunk and gives the commands that it completes.
   *
   * @throws {LimitExceededError} Where a line is longer than 8 MiB.
   */
  push(chunk: Uint8Array): ControlCommand[] {
    const commands: ControlCommand[] = [];
    const lines = this.#lines.push(chunk).split("\n");
    lines.pop(); // what follows the last line's ending: nothing
    for (const ended of lines) {
      const command = this.#take(ended.endsWith("\r") ? ended.slice(0, -1) : ended);
      if (command !== undefined) commands.push(command);
    }
    return commands;
  }

  #take(line: string): ControlCommand | undefined {
    const body = this.#body;
    if (body === undefined) {
      if (!line.startsWith("+")) return parseCommand(line, undefined);
      this.#body = { line: line.slice(1), lines: [] };
    } else if (line === ".") {
      this.#body = undefined;
      return parseCommand(body.line, body.lines.join("\n"));
    } else {
      body.lines.push(line.startsWith(".") ? line.slice(1) : line);
    }
    return undefined;
  }
}

function parseCommand(line: string, data: string | undefined): ControlCommand {
  const space = line.indexOf(" ");
  const word = space < 0 ? line : line.slice(0, space);
  const args = space < 0 ? "" : line.slice(space + 1);
  return { line, keyword: word.toUpperCase(), args, data };
}
