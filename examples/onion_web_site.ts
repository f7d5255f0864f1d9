/**
 * Launches a Tor of its own and serves a web site on an onion address, which is published while you watch.
 * Any browser over Tor finds it, until the program is interrupted.
 *
 *     deno run --allow-net --allow-run=tor,sh --allow-read=/tmp --allow-write=/tmp examples/onion_web_site.ts
 *     bun examples/onion_web_site.ts [--torrc FILE] [--visit]
 *
 * FILE has further options for Tor. With --visit the program fetches its page from the onion address, by
 * circuits through the network like anyone else, and ends.
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { launch } from "@torcon/torcon";
import { progressBar } from "./support/progress_bar.ts";

const { values } = parseArgs({
  options: { torrc: { type: "string" }, visit: { type: "boolean", default: false } },
});
const { stdout } = process;
const columns = stdout.isTTY ? stdout.columns : undefined;
const endOfLine = () => stdout.write(columns === undefined ? "" : "\n");

await using tor = await launch({
  torrc: values.torrc === undefined ? "" : await readFile(values.torrc, "utf8"),
  onProgress: (phase) => stdout.write(progressBar(phase, columns)),
}).finally(endOfLine);
console.log(`Tor ${tor.version} is ready, as process ${tor.process?.pid}\n`);

let visits = 0;
const site = {
  fetch(request: Request): Response {
    const { pathname } = new URL(request.url);
    if (pathname !== "/") return new Response("There is no such page\n", { status: 404 });
    visits++;
    const html = `<!doctype html><title>Hidden</title><p>You are visitor ${visits} of this site\n`;
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
  },
};

await using server = await tor.serve(site, {
  awaitUploads: values.visit ? "all" : "first",
  onProgress: (progress) => stdout.write(progressBar(progress, columns)),
}).finally(endOfLine);
console.log(`The site is at ${server.url}`);

if (values.visit) {
  const response = await tor.fetch(server.url);
  console.log(`\nfetched ${server.url}: status ${response.status}`);
  console.log(`  ${(await response.text()).trim()}`);
  await server.shutdown();
  console.log("\nThe site is shut down");
} else {
  await server.finished;
}
