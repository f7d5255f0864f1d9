// deno-lint-ignore-file no-console -- a command prints
/**
 * Measures torcon on Deno, Bun and Node beside stem, txtorcon and bare sockets, all against one load
 * port. What every client does is in clients/, how much of it in plan.ts.
 *
 *     deno task bench [--rounds N] [--unix] [events] [status] [commands]
 */
import { parseArgs } from "node:util";
import { runOrThrow } from "../support/run.ts";
import { startLoadPort } from "./start_load_port.ts";
import { type ClientSetup, measure } from "./measure.ts";
import { buildPlan, type Table, type TableName } from "./plan.ts";
import { formatTable } from "./report.ts";
import type { Result } from "./results.ts";
import { formatTargets } from "./targets.ts";
import { describeVersions } from "./versions.ts";

const TABLES: readonly TableName[] = ["events", "status", "commands"];

/** Measures every row of a table once in each round, so that a busy moment harms all alike. */
async function measureTable(table: Table, rounds: number, setup: ClientSetup): Promise<Result[]> {
  const results: Result[] = table.rows.map((row) => ({ row, rates: [] }));
  for (let round = 0; round < rounds; round++) {
    for (const result of results) {
      if (result.failure !== undefined || (result.row.once && round > 0)) continue;
      try {
        result.rates.push(await measure(result.row, setup));
      } catch (error) {
        const { client, runtime, label } = result.row;
        result.failure = `${client} on ${runtime}, ${label}: ${error}`;
      }
    }
  }
  return results;
}

interface Choice {
  readonly names: readonly TableName[];
  readonly rounds: number;
  readonly unix: boolean;
}

function parseChoice(args: string[]): Choice {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "5" },
      unix: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.find((name) => !TABLES.some((table) => table === name));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot measure ${unknown}: it must be one of ${TABLES.join(", ")}`);
  }
  const rounds = Number(values.rounds);
  if (!Number.isSafeInteger(rounds) || rounds < 1) {
    throw new RangeError(`Cannot measure in ${values.rounds} rounds`);
  }
  const names = TABLES.filter((name) => positionals.length === 0 || positionals.includes(name));
  return { names, rounds, unix: values.unix };
}

async function main(): Promise<void> {
  const { names, rounds, unix } = parseChoice(Deno.args);
  Deno.chdir(new URL("../..", import.meta.url));
  console.log(
    `${await describeVersions()}\nRounds: ${rounds}, over ${unix ? "a Unix socket" : "TCP"}`,
  );
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "torcon-bench-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));

  await Deno.writeTextFile(`${folder}/package.json`, '{ "type": "module" }\n');
  await runOrThrow("node_modules/.bin/tsc", ["-p", "scripts/bench", "--outDir", folder]);
  const socket = `${folder}/control`;
  const { info } = resources.use(await startLoadPort(socket));
  const setup: ClientSetup = {
    address: unix ? `unix:${socket}` : `127.0.0.1:${info.port}`,
    statusLines: info.statusLines,
    compiled: folder,
  };

  const plan = buildPlan(info);
  const all: Result[] = [];
  for (const name of names) {
    const results = await measureTable(plan[name], rounds, setup);
    console.log(`\n${formatTable(plan[name], results)}`);
    all.push(...results);
  }
  console.log(`\n${formatTargets(all)}`);
  const failures = all.flatMap(({ failure }) => failure ?? []);
  for (const failure of failures) console.error(`\n${failure}`);
  if (failures.length > 0) Deno.exitCode = 1;
}

if (import.meta.main) await main();
