/**
 * Launches a Tor of its own and connects through it in three ways: fetches a page, resolves a name,
 * and asks a whois server by a raw stream. Of each it tells the circuit that it took.
 *
 *     deno run --allow-net --allow-run=tor,sh --allow-read=/tmp --allow-write=/tmp examples/launch.ts
 *     bun examples/launch.ts [--torrc FILE] [URL] [HOST:PORT]
 *
 * URL is the page, HOST:PORT the whois server, and FILE has further options for Tor. The Tor is ended
 * with the program, and its files are gone then.
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { launch } from "@torcon/torcon";
import { progressBar } from "./support/progress_bar.ts";
import { StreamCircuits } from "./support/stream_circuits.ts";

const { values, positionals } = parseArgs({
  options: { torrc: { type: "string" } },
  allowPositionals: true,
});
const [url = "https://www.torproject.org/", whois = "whois.iana.org:43"] = positionals;
const { stdout } = process;
const columns = stdout.isTTY ? stdout.columns : undefined;

await using tor = await launch({
  torrc: values.torrc === undefined ? "" : await readFile(values.torrc, "utf8"),
  onProgress: (phase) => stdout.write(progressBar(phase, columns)),
}).finally(() => stdout.write(columns === undefined ? "" : "\n"));
console.log(`Tor ${tor.version} is ready, as process ${tor.process?.pid}`);
const circuits = await StreamCircuits.watch(tor.control);

const response = await tor.fetch(url);
const page = await response.text();
console.log(`\nfetched ${url}: status ${response.status}, ${page.length} characters`);
console.log(`  ${firstLine(page)}`);
const { hostname } = new URL(response.url);
console.log(`  by ${await circuits.takenTo(hostname)}`);

console.log(`\nresolved ${hostname}: ${(await tor.dnsResolve(hostname)).join(" and ")}`);
console.log(`  by ${await circuits.takenTo(hostname)}`);

const [host = "", port] = whois.split(":");
await using stream = await tor.streamVia(host, Number(port));
await stream.writable.getWriter().write(new TextEncoder().encode(`${hostname}\r\n`));
let answer = "";
const decoder = new TextDecoder();
for await (const chunk of stream.readable) answer += decoder.decode(chunk, { stream: true });
console.log(`\nasked ${whois} by a raw stream about ${hostname}: ${answer.length} characters`);
console.log(`  ${firstLine(answer)}`);
console.log(`  by ${await circuits.takenTo(host)}`);

/** The first line that says something, without what would steer a terminal. */
function firstLine(text: string): string {
  const lines = text.split("\n").map((line) => line.replace(/\p{Cc}/gu, "").trim());
  return lines.find((line) => line !== "") ?? "";
}
