/**
 * Joins a running Tor and prints what it reports: its version, how far it is, its relays and its
 * circuits, and the traffic of one second.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/connect.ts
 *     bun examples/connect.ts [ADDRESS]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control.
 */
import process from "node:process";
import { connect, parseBootstrapPhase, parseCircuitStatusLine } from "@torcon/torcon";

const [address] = process.argv.slice(2);
await using tor = await connect(address === undefined ? {} : { control: address });
const { control } = tor;
console.log(`Tor ${tor.version}`);

const phase = parseBootstrapPhase(await control.getInfo("status/bootstrap-phase"));
console.log(`bootstrapped ${phase?.progress} %: ${phase?.summary}`);

let relays = 0;
for await (const line of control.getInfoLines("ns/all")) if (line.startsWith("r ")) relays++;
console.log(`${relays} relays in the consensus`);

for await (const line of control.getInfoLines("circuit-status")) {
  const circuit = parseCircuitStatusLine(line);
  if (circuit?.status !== "BUILT") continue;
  const path = circuit.path.map((relay) => relay.nickname ?? relay.fingerprint).join(" > ");
  console.log(`circuit ${circuit.circuitId} (${circuit.purpose}): ${path}`);
}

for await (const { read, written } of control.events("BW")) {
  console.log(`${read} bytes read and ${written} bytes written in one second`);
  break;
}
