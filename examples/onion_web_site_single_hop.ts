/**
 * Launches a Tor of its own and serves a web site by a single hop: fast, and NOT ANONYMOUS. Tor connects to
 * its relays directly, not over three hops; they see the address of this machine, and anybody can run such a
 * relay. It is for sites that are known by name and hide nothing. Their visitors stay anonymous.
 *
 *     deno run --allow-net --allow-run=tor,sh --allow-read=/tmp --allow-write=/tmp examples/onion_web_site_single_hop.ts
 *     bun examples/onion_web_site_single_hop.ts [--torrc FILE]
 *
 * FILE has further options for Tor. A Tor in this mode (HiddenServiceNonAnonymousMode and
 * HiddenServiceSingleHopMode) has all its services so, and no SOCKS port (SocksPort 0): nobody can visit
 * anything by it. So it is never the Tor that is there already. Ctrl-C ends it.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { launch } from "@torcon/torcon";

const { values } = parseArgs({ options: { torrc: { type: "string" } } });

console.warn("WARNING: this onion service is NOT ANONYMOUS: relays see where this machine is");

await using tor = await launch({
  torrc: values.torrc === undefined ? "" : await readFile(values.torrc, "utf8"),
  nonAnonymousMode: true,
});
// Said a second time, of the service: Tor refuses one that does not fit its mode.
await using server = await tor.serve(() => new Response("Everyone may know where I am\n"), {
  nonAnonymous: true,
  awaitUploads: "all",
});
console.log(`The site is at ${server.url}`);
await server.finished;
