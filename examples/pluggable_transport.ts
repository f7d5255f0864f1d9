/**
 * Launches a Tor that enters the network by a bridge and a pluggable transport, where the network is
 * blocked. Prints the lines that a torrc would have for it, and, where there is a URL, fetches it and tells
 * the circuit: the bridge is its first relay.
 *
 *     deno run --allow-net --allow-run=tor,sh --allow-read=/tmp --allow-write=/tmp examples/pluggable_transport.ts
 *     bun examples/pluggable_transport.ts --transport PATH --bridge LINE [--torrc FILE] [URL]
 *
 * PATH is the transport's program, such as /usr/bin/obfs4proxy, which Tor runs; LINE is a bridge as
 * https://bridges.torproject.org gives it, such as "obfs4 192.0.2.7:443 0123…CDEF cert=… iat-mode=0", and
 * there may be several. FILE has further options for Tor.
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { launch } from "@torcon/torcon";
import { progressBar } from "./support/progress_bar.ts";
import { StreamCircuits } from "./support/stream_circuits.ts";

const { values, positionals } = parseArgs({
  options: {
    transport: { type: "string" },
    bridge: { type: "string", multiple: true, default: [] },
    torrc: { type: "string" },
  },
  allowPositionals: true,
});
const { transport: exec, bridge: bridges } = values;
const name = bridges[0]?.replace(/^bridge\s+/i, "").split(/\s/)[0];
if (exec === undefined || name === undefined) throw new TypeError("Expected --transport, --bridge");
const { stdout } = process;
const columns = stdout.isTTY ? stdout.columns : undefined;

await using tor = await launch({
  bridges,
  transports: { [name]: { exec } },
  torrc: values.torrc === undefined ? "" : await readFile(values.torrc, "utf8"),
  onProgress: (phase) => stdout.write(progressBar(phase, columns)),
}).finally(() => stdout.write(columns === undefined ? "" : "\n"));

console.log("\nA torrc for it:");
const options = ["UseBridges", "Bridge", "ClientTransportPlugin"];
for (const { key, value } of await tor.control.getConf(options)) console.log(`  ${key} ${value}`);

const [url] = positionals;
if (url !== undefined) {
  const circuits = await StreamCircuits.watch(tor.control);
  const response = await tor.fetch(url);
  const { length } = await response.text();
  console.log(`\nfetched ${url}: status ${response.status}, ${length} characters`);
  console.log(`  by ${await circuits.takenTo(new URL(url).hostname)}`);
}
