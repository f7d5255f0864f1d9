/**
 * Joins a running Tor and is two people at once: what the one does never shares a circuit with what the
 * other does, so that nobody can tell by the circuit that they are one.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/isolation.ts
 *     bun examples/isolation.ts [--control ADDRESS] [URL...]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control. Each of the two fetches each
 * URL; give some of different hosts.
 *
 * The isolation is any text: requests that have the same one may share circuits, others never do. Tor is
 * told of it by the password at its SOCKS port. Without it each origin has circuits of its own, and
 * "per-request" gives one to each request. What pages remember, such as cookies, is another matter:
 * `fetch` has none.
 */
import { parseArgs } from "node:util";
import { connect } from "@torcon/torcon";
import { StreamCircuits } from "./support/stream_circuits.ts";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const urls = positionals.length > 0
  ? positionals
  : ["https://www.torproject.org/", "https://check.torproject.org/"];
await using tor = await connect({ control: values.control });
const circuits = await StreamCircuits.watch(tor.control);

for (const isolation of ["alice", "bob"]) {
  for (const url of urls) {
    const response = await tor.fetch(url, { isolation });
    await response.body?.cancel();
    const { hostname } = new URL(url);
    console.log(`${isolation} visits ${hostname}: status ${response.status}`);
    console.log(`  by ${await circuits.takenTo(hostname)}`);
  }
}
