// deno-lint-ignore-file no-console -- a command prints
/**
 * Measures torcon on Deno, Bun and Node beside its peers. What every client does is in clients/ and
 * socks_clients/ and state_clients/, how much of it in the files plan*.ts.
 *
 * - `events`, `status`, `commands`: beside stem, txtorcon and bare sockets, all against one control port
 *   that answers as fast as it can;
 * - `state`, `tracking`, `memory`, `pauses`: a whole state and what keeps it, beside txtorcon and stem,
 *   against the same port;
 * - `config`: beside txtorcon, against a tor without a network, and how many round trips each needs;
 * - `socks`: beside npm's `socks`, socks-proxy-agent, curl and bare sockets, through a SOCKS port that
 *   does no more than SOCKS;
 * - `tor`: beside curl, through a private Tor network.
 *
 *     deno task bench [--rounds N] [--state-rounds N] [--socks-rounds N] [--unix] [TABLE...]
 */
import { parseArgs } from "node:util";
import { runOrThrow } from "../support/run.ts";
import { type ClientSetup, measure } from "./measure.ts";
import { type ControlTableName, planControl, type Table } from "./plan.ts";
import { CONFIG_TABLES, type ConfigTableName, COUNTED_ROWS } from "./plan_config.ts";
import { planState, type StateTableName } from "./plan_state.ts";
import { SOCKS_PLAN, type SocksTableName } from "./plan_socks.ts";
import { formatTable } from "./report.ts";
import type { Result } from "./results.ts";
import {
  startConfigBench,
  startControlBench,
  startSocksBench,
  startTorBench,
} from "./start_bench.ts";
import { formatTargets } from "./targets.ts";
import { describeVersions } from "./versions.ts";

type TableName = ControlTableName | StateTableName | ConfigTableName | SocksTableName;

const CONTROL_TABLES: readonly ControlTableName[] = ["events", "status", "commands"];
const STATE_TABLES: readonly StateTableName[] = ["state", "tracking", "memory", "pauses"];
const TABLES: readonly TableName[] = [
  ...CONTROL_TABLES,
  ...STATE_TABLES,
  "config",
  "socks",
  "tor",
];

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
  /** How many rounds of a whole state, likewise. */
  readonly stateRounds: number;
  /** How many rounds of SOCKS connections, whose tables are long. */
  readonly socksRounds: number;
  readonly unix: boolean;
}

function parseChoice(args: string[]): Choice {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "5" },
      "state-rounds": { type: "string", default: "3" },
      "socks-rounds": { type: "string", default: "3" },
      unix: { type: "boolean", default: false },
    },
  });
  const unknown = positionals.find((name) => !TABLES.some((table) => table === name));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot measure ${unknown}: it must be one of ${TABLES.join(", ")}`);
  }
  const names = TABLES.filter((name) => positionals.length === 0 || positionals.includes(name));
  return {
    names,
    rounds: parseRounds(values.rounds),
    stateRounds: parseRounds(values["state-rounds"]),
    socksRounds: parseRounds(values["socks-rounds"]),
    unix: values.unix,
  };
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isSafeInteger(rounds) && rounds >= 1) return rounds;
  throw new RangeError(`Cannot measure in ${text} rounds`);
}

/** Measures the tables of one name, and prints them. */
async function measureTables(
  tables: readonly Table[],
  rounds: number,
  setup: ClientSetup,
): Promise<Result[]> {
  const all: Result[] = [];
  for (const table of tables) {
    const results = await measureTable(table, rounds, setup);
    console.log(`\n${formatTable(table, results)}`);
    all.push(...results);
  }
  return all;
}

/** Measures the time to a whole configuration, and then each client's round trips. */
async function measureConfig(folder: string, rounds: number): Promise<Result[]> {
  await using bench = await startConfigBench(folder);
  const results = [
    ...await measureTables([CONFIG_TABLES.unix], rounds, bench.setup),
    ...await measureTables([CONFIG_TABLES.tcp], rounds, bench.tcp),
  ];
  const trips: string[] = [];
  for (const row of COUNTED_ROWS) {
    await measure(row, bench.counted);
    trips.push(`${row.client} on ${row.runtime} ${bench.trips.take()}`);
  }
  console.log(`Round trips: ${trips.join(", ")}`);
  return results;
}

async function main(): Promise<void> {
  const { names, rounds, stateRounds, socksRounds, unix } = parseChoice(Deno.args);
  Deno.chdir(new URL("../..", import.meta.url));
  console.log(
    `${await describeVersions()}\nRounds: ${rounds} over ${unix ? "a Unix socket" : "TCP"}` +
      `, ${stateRounds} of a whole state, ${socksRounds} of SOCKS connections`,
  );
  await using resources = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir({ prefix: "torcon-bench-" });
  resources.defer(() => Deno.remove(folder, { recursive: true }));

  await Deno.writeTextFile(`${folder}/package.json`, '{ "type": "module" }\n');
  await Deno.symlink(`${Deno.cwd()}/node_modules`, `${folder}/node_modules`);
  await runOrThrow("node_modules/.bin/tsc", ["-p", "scripts/bench", "--outDir", folder]);

  const all: Result[] = [];
  const ofControl = CONTROL_TABLES.filter((name) => names.includes(name));
  const ofState = STATE_TABLES.filter((name) => names.includes(name));
  if (ofControl.length + ofState.length > 0) {
    await using bench = await startControlBench(folder, { unix });
    const control = planControl(bench.info);
    const state = planState(bench.info);
    all.push(
      ...await measureTables(ofControl.map((name) => control[name]), rounds, bench.setup),
      ...await measureTables(ofState.map((name) => state[name]), stateRounds, bench.state),
    );
  }
  if (names.includes("config")) all.push(...await measureConfig(folder, rounds));
  if (names.includes("socks")) {
    await using bench = await startSocksBench(folder);
    all.push(...await measureTables(SOCKS_PLAN.socks, socksRounds, bench.setup));
  }
  if (names.includes("tor")) {
    await using bench = await startTorBench(folder);
    all.push(...await measureTables(SOCKS_PLAN.tor, socksRounds, bench.setup));
  }
  console.log(`\n${formatTargets(all)}`);
  const failures = all.flatMap(({ failure }) => failure ?? []);
  for (const failure of failures) console.error(`\n${failure}`);
  if (failures.length > 0) Deno.exitCode = 1;
}

if (import.meta.main) await main();
