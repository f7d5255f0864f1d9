/**
 * Joins a running Tor and prints what becomes of its circuits and streams, until it is interrupted or the
 * Tor ends.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/stream_circuit_log.ts
 *     bun examples/stream_circuit_log.ts [ADDRESS]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control.
 */
import process from "node:process";
import { connect, DisconnectedError } from "@torcon/torcon";

const interrupted = new Promise<void>((resolve) => process.once("SIGINT", () => resolve()));
const [address] = process.argv.slice(2);
await using tor = await connect(address === undefined ? {} : { control: address });
const state = await tor.getState();

state.addCircuitListener({
  circuitLaunched: (circuit) => console.log(`circuit ${circuit.id} is begun: ${circuit.purpose}`),
  circuitExtend: (circuit, router) => console.log(`circuit ${circuit.id} has reached ${router}`),
  circuitBuilt: (circuit) => console.log(`${circuit} (${circuit.purpose})`),
  circuitFailed: (circuit, { reason }) => console.log(`${circuit}: ${reason}`),
  circuitClosed: (circuit, { reason }) => console.log(`${circuit}: ${reason}`),
});
state.addStreamListener({
  streamNew: (stream) => console.log(`${stream}`),
  streamAttach: (stream, circuit) => console.log(`${stream} goes by circuit ${circuit.id}`),
  streamSucceeded: (stream) => console.log(`${stream} (${stream.targetHost})`),
  streamDetach: (stream, { reason }) => console.log(`${stream}: ${reason}`),
  streamFailed: (stream, { reason }) => console.log(`${stream}: ${reason}`),
  streamClosed: (stream, { reason }) => console.log(`${stream}: ${reason}`),
});
console.log(`${state.circuits.size} circuits and ${state.streams.size} streams now`);

await Promise.race([interrupted, tor.control.closed]).catch((error) => {
  if (!(error instanceof DisconnectedError)) throw error;
});
