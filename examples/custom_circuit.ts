/**
 * Launches a Tor of its own, builds a circuit of three relays, and fetches a page by that circuit and no
 * other. Tells the circuit that it has built, and the one that Tor says the page came by.
 *
 *     deno run --allow-net --allow-run=tor,sh --allow-read=/tmp --allow-write=/tmp examples/custom_circuit.ts
 *     bun examples/custom_circuit.ts [--torrc FILE] [--by GUARD,MIDDLE,EXIT] [URL]
 *
 * The relays are known by nickname or fingerprint. Without them the circuit begins at one of Tor's own
 * entry guards and ends at an exit that accepts the URL's port. Whoever chooses relays by themselves is
 * easier to tell from others: do it to measure or to debug, not to be safer.
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { CircuitBuilder, launch, type Router, type TorState } from "@torcon/torcon";
import { progressBar } from "./support/progress_bar.ts";
import { StreamCircuits } from "./support/stream_circuits.ts";

const { values, positionals } = parseArgs({
  options: { torrc: { type: "string" }, by: { type: "string" } },
  allowPositionals: true,
});
const [target = "https://www.torproject.org/"] = positionals;
const url = new URL(target);
const { stdout } = process;
const columns = stdout.isTTY ? stdout.columns : undefined;

await using tor = await launch({
  torrc: values.torrc === undefined ? "" : await readFile(values.torrc, "utf8"),
  onProgress: (phase) => stdout.write(progressBar(phase, columns)),
}).finally(() => stdout.write(columns === undefined ? "" : "\n"));
console.log(`Tor ${tor.version} is ready, as process ${tor.process?.pid}`);

const state = await tor.getState();
const builder = values.by === undefined
  ? new CircuitBuilder(state, { exit: { ports: [portOf(url)] } })
  : builderBy(state, values.by.split(","));
const circuit = await builder.build();
const path = circuit.path.map(({ nickname, idHex }) => nickname ?? idHex).join(" > ");
console.log(`\nbuilt circuit ${circuit.id}: ${path}`);

const circuits = await StreamCircuits.watch(tor.control);
const response = await circuit.fetch(url);
const { length } = await response.text();
console.log(`fetched ${url}: status ${response.status}, ${length} characters`);
console.log(`  by ${await circuits.takenTo(url.hostname)}`);

/** Builds circuits by three relays. */
function builderBy(state: TorState, names: readonly string[]): CircuitBuilder {
  const [guard, middle, exit] = names.map((name) => findRelay(state, name));
  if (names.length !== 3 || !guard || !middle || !exit) {
    throw new RangeError(`Cannot build a circuit by ${names.length} relays: expected 3`);
  }
  return new CircuitBuilder(state, { guard, middle: [middle], exit });
}

/** The relay of a nickname that no other has, or of a fingerprint. */
function findRelay(state: TorState, name: string): Router {
  const router = state.routers.get(name) ?? state.routers.get(name.toUpperCase());
  if (router === undefined) throw new TypeError(`Cannot find the relay ${name}, or not only one`);
  return router;
}

function portOf({ port, protocol }: URL): number {
  if (port !== "") return Number(port);
  return protocol === "http:" ? 80 : 443;
}
