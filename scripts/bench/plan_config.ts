import { type Job, onScripts, type Row, type Table } from "./plan.ts";

/** The name of the table of configurations, as the command line takes it. */
export type ConfigTableName = "config";

const READ: Job = {
  mode: "config",
  label: "connected, and all options read",
  count: 40,
  warmup: 20,
  checksum: 40,
};

const READ_TCP: Job = { ...READ, mode: "config-tcp" };

/** What is measured of a Tor's configuration. The checksum is how many were read whole. */
export const CONFIG_TABLES: Readonly<Record<"unix" | "tcp", Table>> = {
  unix: configTable(READ, "a Unix socket"),
  tcp: configTable(READ_TCP, "TCP, where Tor holds back long answers for 40 ms"),
};

/** The rows whose round trips are counted: each client once. */
export const COUNTED_ROWS: readonly Row[] = CONFIG_TABLES.tcp.rows.map((row) => ({
  ...row,
  count: 1,
  warmup: 0,
  checksum: 1,
}));

function configTable(job: Job, way: string): Table {
  return {
    title: `from the connection to the whole configuration of a tor, over ${way}`,
    unit: "/s",
    scale: 1,
    peers: ["txtorcon"],
    rows: [
      ...onScripts("ours", job),
      { client: "txtorcon", runtime: "Python", ...job, count: 10, warmup: 0, checksum: 10 },
    ],
  };
}
