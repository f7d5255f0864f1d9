import type { Measurement, Task } from "./clients/task.ts";
import type { Row } from "./plan.ts";
import { run } from "../support/run.ts";

/** What the clients need to be started. */
export interface ClientSetup {
  /** Where the load port listens, as a client's task says it. */
  readonly address: string;
  /** How many lines its reply to `GETINFO ns/all` has. */
  readonly statusLines: number;
  /** The folder where the clients are compiled to JavaScript for Node, as they lie in the project. */
  readonly compiled: string;
}

const CLIENTS = "scripts/bench/clients";
const LIMIT_MS = 120_000;

/**
 * Runs a client process to its end, and gives how many it did in a second.
 *
 * @throws {Error} Where the client fails, or its checksum shows that it has not read all.
 */
export async function measure(row: Row, setup: ClientSetup): Promise<number> {
  const { mode, count, warmup } = row;
  const { address, statusLines } = setup;
  const task: Task = { address, mode, count, warmup, statusLines };
  const [command = "", ...args] = commandLine(row, setup);
  const { code, output } = await run(command, [...args, JSON.stringify(task)], {
    env: { NO_COLOR: "1" },
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const line = output.split("\n").find((text) => text.startsWith('{"seconds"'));
  if (code !== 0 || line === undefined) throw new Error(output.trim() || `exit code ${code}`);
  const { seconds, checksum }: Measurement = JSON.parse(line);
  if (checksum !== row.checksum) {
    throw new Error(`The checksum is ${checksum} and must be ${row.checksum}`);
  }
  return count / seconds;
}

function commandLine({ client, runtime }: Row, { compiled }: ClientSetup): string[] {
  switch (runtime) {
    case "Deno":
      return [Deno.execPath(), "run", "--allow-all", `${CLIENTS}/${client}.ts`];
    case "Bun":
      return ["node_modules/.bin/bun", `${CLIENTS}/${client}.ts`];
    case "Node":
      return ["node", `${compiled}/${CLIENTS}/${client}.js`];
    case "Python":
      return ["/usr/bin/python3", `${CLIENTS}/${client}_client.py`];
  }
}
