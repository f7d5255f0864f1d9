/**
 * Joins a running Tor and closes all its circuits, or those without streams.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/close_all_circuits.ts
 *     bun examples/close_all_circuits.ts [--if-unused] [ADDRESS]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control.
 */
import { parseArgs } from "node:util";
import { connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { "if-unused": { type: "boolean", default: false } },
  allowPositionals: true,
});
await using tor = await connect({ control: positionals[0] });
const state = await tor.getState();

await Promise.all([...state.circuits.values()].map(async (circuit) => {
  const { size } = circuit.streams;
  const isGone = await circuit.close({ ifUnused: values["if-unused"] });
  console.log(`${isGone ? "closed" : "left"} circuit ${circuit.id} with ${size} streams`);
}));
