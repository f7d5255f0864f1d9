/**
 * Joins a running Tor and has streams to some ports go by circuits of their own, one for each port; all
 * others are left to Tor, and so are these when it is interrupted.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/attacher_by_port.ts
 *     bun examples/attacher_by_port.ts [--control ADDRESS] PORT...
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control.
 *
 * Streams that share a circuit can be told to come from one user: Tor's own choice keeps them apart.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { type Circuit, CircuitBuilder, connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const ports = positionals.map(Number);
const interrupted = new Promise<void>((resolve) => process.once("SIGINT", () => resolve()));
await using tor = await connect({ control: values.control });
const state = await tor.getState();

const circuits = new Map<number, Circuit>();
for (const port of ports) {
  const circuit = await new CircuitBuilder(state, { exit: { ports: [port] } }).build();
  circuits.set(port, circuit);
  console.log(`port ${port}: ${circuit}`);
}
await state.setAttacher({
  attachStream({ id, targetHost, targetPort }) {
    const circuit = circuits.get(targetPort ?? 0);
    if (circuit === undefined) return null;
    console.log(`stream ${id} to ${targetHost}:${targetPort} goes by circuit ${circuit.id}`);
    return circuit;
  },
});
console.log("ready");
await Promise.race([interrupted, tor.control.closed]);
