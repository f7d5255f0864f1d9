/**
 * Joins a running Tor and prints what it tells of: the traffic of each second, its circuits and streams,
 * and its warnings, until it is interrupted or the Tor ends.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/monitor_events.ts
 *     bun examples/monitor_events.ts [ADDRESS]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control.
 */
import process from "node:process";
import { connect, DisconnectedError } from "@torcon/torcon";

const interruption = new AbortController();
const { signal } = interruption;
process.once("SIGINT", () => interruption.abort());

const [control] = process.argv.slice(2);
await using tor = await connect({ control });
const events = tor.control.events("BW", "CIRC", "STREAM", "WARN", "ERR", { signal });
await events.ready;
console.log("listening");

try {
  for await (const event of events) {
    // Its type tells TypeScript what else it has.
    switch (event.type) {
      case "BW":
        console.log(`${event.read} bytes read and ${event.written} bytes written in one second`);
        break;
      case "CIRC": {
        const path = event.path.map((relay) => relay.nickname ?? relay.fingerprint).join(" > ");
        console.log(`circuit ${event.circuitId} ${event.status} ${path}`.trimEnd());
        break;
      }
      case "STREAM": {
        const { streamId, status, targetAddress, targetPort, circuitId } = event;
        const target = `${targetAddress}:${targetPort}`;
        console.log(`stream ${streamId} ${status} ${target} by circuit ${circuitId}`);
        break;
      }
      default:
        console.log(`Tor warns (${event.type}): ${event.message}`);
    }
  }
} catch (error) {
  if (signal.aborted) console.log("interrupted");
  else if (error instanceof DisconnectedError) console.log("Tor has ended");
  else throw error;
}
