/**
 * Joins a running Tor and fetches over it, as with the platform's `fetch`: a JSON answer, then a page as
 * it comes.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/fetch_over_tor.ts
 *     bun examples/fetch_over_tor.ts [--control ADDRESS] [URL_OF_JSON] [URL]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control.
 *
 * Each origin (scheme, host and port) has circuits of its own: two sites cannot see that they have the
 * same visitor by the exit that they are visited from. The names of the hosts go to Tor as they are, and
 * where Tor cannot connect the fetch fails; nothing ever goes another way.
 */
import { parseArgs } from "node:util";
import { connect } from "@torcon/torcon";
import { StreamCircuits } from "./support/stream_circuits.ts";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [jsonUrl = "https://check.torproject.org/api/ip", url = "https://www.torproject.org/"] =
  positionals;
await using tor = await connect({ control: values.control });
const circuits = await StreamCircuits.watch(tor.control);

const answer = await tor.fetch(jsonUrl, {
  headers: { accept: "application/json" },
  signal: AbortSignal.timeout(60_000),
});
if (!answer.ok) throw new Error(`${jsonUrl} has answered ${answer.status}`);
console.log(`the answer is ${JSON.stringify(await answer.json())}`);
console.log(`  by ${await circuits.takenTo(new URL(jsonUrl).hostname)}`);

const page = await tor.fetch(url, { redirect: "error" });
let bytes = 0;
for await (const chunk of page.body ?? []) bytes += chunk.byteLength;
console.log(`the page is ${page.headers.get("content-type")} of ${bytes} bytes`);
console.log(`  by ${await circuits.takenTo(new URL(url).hostname)}`);
