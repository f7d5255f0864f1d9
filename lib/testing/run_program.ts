import { readLines } from "../launch/read_lines.ts";
import { TorError } from "../errors/mod.ts";
import type { Process, SpawnOptions } from "../runtime/types.ts";

/** What a program is run with. */
export interface RunOptions extends SpawnOptions {
  /** Starts the program. */
  spawn: (command: string, options: SpawnOptions) => Promise<Process>;
}

/**
 * Runs a program to its end and gives the lines of its standard output.
 *
 * @throws {ExecutableNotFoundError | TorNotFoundError} Where there is no such program.
 * @throws {TorError} Where it fails; the message has the last lines that it printed.
 */
export async function runProgram(
  command: string,
  { spawn, ...options }: RunOptions,
): Promise<string[]> {
  const process = await spawn(command, options);
  const output: string[] = [];
  const all: string[] = [];
  const [status] = await Promise.all([
    process.status,
    readLines(process.stdout, (line) => {
      output.push(line);
      all.push(line);
    }),
    readLines(process.stderr, (line) => all.push(line)),
  ]);
  options.signal?.throwIfAborted();
  if (!status.success) {
    throw new TorError(`${command} failed with code ${status.code}: ${all.slice(-5).join("; ")}`);
  }
  return output;
}
