import { responseHead } from "./socks_port/info.ts";
import { type ClientName, type Job, onScripts, type Row, type Table } from "./plan.ts";

/** The names of the tables of SOCKS connections, as the command line takes them. */
export type SocksTableName = "socks" | "tor";

/** How many connections are open at once, where their number is measured. */
const PARALLEL = 16;

/** What one connection asks for, in megabytes, where their rate is measured. */
const PLAIN_MEGABYTES = 200;
const TOR_MEGABYTES = 8;

/** All that is measured of SOCKS connections. The checksums are bytes received. */
export const SOCKS_PLAN: Readonly<Record<SocksTableName, readonly Table[]>> = {
  socks: [connectionsTable(), throughputTable()],
  tor: [torRequestsTable(), torThroughputTable()],
};

function connectionsTable(): Table {
  const job = (mode: string, label: string, count: number, each: number): Job => ({
    mode,
    label,
    count,
    warmup: count / 2,
    checksum: count * each,
    details: { parallel: PARALLEL, size: 1 },
  });
  const connect = job("connect", "connected and closed", 2_000, 1);
  const connectVia = job("connect-via", "the same by streamVia()", 2_000, 1);
  const exchange = job("exchange", "a request, an answer, the end", 1_500, 1 + head(1));
  const http = job("http", "GET of 1 byte by an HTTP client", 1_000, 1);
  return {
    title: `SOCKS connections to a plain SOCKS port in Bun, ${PARALLEL} at once, none used twice`,
    unit: "thousand/s",
    scale: 1 / 1000,
    peers: ["socks", "agent", "curl"],
    rows: [
      ...onScripts("ours", connect),
      ...onScripts("socks", connect),
      ...onScripts("ours", connectVia),
      ...onScripts("ours", exchange),
      ...onScripts("socks", exchange),
      ...onScripts("ours", http),
      ...onScripts("agent", http),
      onCurl({ ...http, count: 3_000, checksum: 3_000 }),
    ],
  };
}

function throughputTable(): Table {
  const stream = download("download", "bytes of the connection", PLAIN_MEGABYTES, { by: "stream" });
  const http = download("http-download", "body by an HTTP client", PLAIN_MEGABYTES);
  return {
    title: `a download of ${PLAIN_MEGABYTES} MB through the same, one connection after the other`,
    unit: "MB/s",
    scale: 1,
    peers: ["bare", "socks", "agent", "curl"],
    rows: [
      ...onScripts("ours", stream),
      ...onScripts("bare", { ...stream, label: "the same by node:net, without SOCKS" }),
      ...onScripts("socks", stream),
      ...onScripts("ours", http),
      ...onScripts("agent", http),
      onCurl(http),
    ],
  };
}

function torRequestsTable(): Table {
  const job = (mode: string, label: string, parallel: number, each: number): Job => {
    const count = parallel === 1 ? 40 : 160;
    const warmup = count / 4;
    return { mode, label, count, warmup, checksum: count * each, details: { parallel, size: 1 } };
  };
  const atOnce = `${PARALLEL} at once`;
  const oneByOne = job("tor-sequential", "one after the other", 1, 1);
  const http = job("tor-request", atOnce, PARALLEL, 1);
  return {
    title: "requests of 1 byte through a private Tor network, each on a stream of its own",
    unit: "per second",
    scale: 1,
    peers: ["curl"],
    baseline: "tor-request",
    rows: [
      ...onScripts("ours", { ...oneByOne, label: `fetch(), ${oneByOne.label}` }),
      onCurl(oneByOne),
      ...onScripts("ours", { ...http, label: `fetch(), ${atOnce}` }),
      ...onScripts("ours", job("tor-stream", `streamVia(), ${atOnce}`, PARALLEL, 1 + head(1))),
      onCurl(http),
    ],
  };
}

function torThroughputTable(): Table {
  const job = download("tor-download", `GET of ${TOR_MEGABYTES} MB`, TOR_MEGABYTES);
  return {
    title: `a download of ${TOR_MEGABYTES} MB through a private Tor network`,
    unit: "MB/s",
    scale: 1,
    peers: ["curl"],
    rows: [...onScripts("ours", job), onCurl(job)],
  };
}

/** One connection after the other, counted in megabytes. */
function download(mode: string, label: string, megabytes: number, { by = "http" } = {}): Job {
  const size = megabytes * 1e6;
  const times = 2;
  return {
    mode,
    label,
    count: times * megabytes,
    warmup: megabytes,
    checksum: times * (size + (by === "stream" ? head(size) : 0)),
    details: { parallel: 1, size, each: megabytes },
  };
}

function head(size: number): number {
  return responseHead(size).length;
}

/** curl's process is there anew each time, and warms up nothing. */
function onCurl(job: Job): Row {
  const client: ClientName = "curl";
  return { ...job, client, runtime: "C", warmup: 0 };
}
