/**
 * Joins a running Tor and fetches a page twice, over two circuits, of each of which it tells the way.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/fetch_over_circuit.ts
 *     bun examples/fetch_over_circuit.ts [--control ADDRESS] [URL]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control.
 */
import { parseArgs } from "node:util";
import { CircuitBuilder, connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const url = new URL(positionals[0] ?? "https://check.torproject.org/api/ip");
const port = Number(url.port) || (url.protocol === "http:" ? 80 : 443);
await using tor = await connect({ control: values.control });
const builder = new CircuitBuilder(await tor.getState(), { exit: { ports: [port] } });

for (let i = 0; i < 2; i++) {
  const circuit = await builder.build();
  const response = await circuit.fetch(url);
  console.log(`${circuit}\n  ${response.status} ${(await response.text()).slice(0, 72)}`);
  await circuit.close();
}
