import type { Measurement, Task } from "./clients/task.ts";
import type { Row } from "./plan.ts";
import { run } from "../support/run.ts";

/** What the clients need to be started. */
export interface ClientSetup {
  /** The folder with their sources. */
  readonly clients: string;
  /** The folder where the clients are compiled to JavaScript for Node, as they lie in the project. */
  readonly compiled: string;
  /** What each is told of what it connects to. */
  readonly task: Readonly<Record<string, unknown>>;
}

const LIMIT_MS = 120_000;

/**
 * Runs a client process to its end, and gives how many it did in a second, or the amount that it measured.
 *
 * @throws {Error} Where the client fails, or its checksum shows that it has not read all.
 */
export async function measure(row: Row, setup: ClientSetup): Promise<number> {
  const { mode, count, warmup, details } = row;
  const task: Task = { ...setup.task, ...details, mode, count, warmup };
  const [command = "", ...args] = commandLine(row, setup);
  const { code, output } = await run(command, [...args, JSON.stringify(task)], {
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const line = output.split("\n").find((text) => text.startsWith('{"seconds"'));
  if (code !== 0 || line === undefined) throw new Error(output.trim() || `exit code ${code}`);
  const { seconds, amount, checksum }: Measurement = JSON.parse(line);
  if (checksum !== row.checksum) {
    throw new Error(`The checksum is ${checksum} and must be ${row.checksum}`);
  }
  return amount ?? count / seconds;
}

function commandLine({ client, runtime }: Row, { clients, compiled }: ClientSetup): string[] {
  switch (runtime) {
    case "Deno":
      return [
        Deno.execPath(),
        "run",
        "--allow-all",
        "--v8-flags=--expose-gc",
        `${clients}/${client}.ts`,
      ];
    case "Bun":
      return ["node_modules/.bin/bun", `${clients}/${client}.ts`];
    case "Node":
    case "C": // Node starts the program, and looks at the clock.
      return ["node", "--expose-gc", `${compiled}/${clients}/${client}.js`];
    case "Python":
      return ["/usr/bin/python3", `${clients}/${client}_client.py`];
  }
}
