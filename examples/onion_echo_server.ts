/**
 * Joins a running Tor and listens behind an onion address: whoever connects to its port 7 gets back what
 * they send, as many at once as come. Ctrl-C takes the service down, and ends it.
 *
 *     deno run --allow-net --allow-read --allow-write=/tmp,/run/tor examples/onion_echo_server.ts
 *     bun examples/onion_echo_server.ts [ADDRESS]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control; `torcon launch` starts a Tor
 * that has one. To talk to the server: `torcon connect ….onion 7`.
 */
import process from "node:process";
import { type Conn, connect } from "@torcon/torcon";

const [control] = process.argv.slice(2);
await using tor = await connect({ control });
await using listener = await tor.listenOnion({ port: 7, awaitUploads: "all" });
console.log(`Listening on ${listener.hostname}:7, until Ctrl-C`);

let visitors = 0;
for await (const conn of listener) void echo(conn, ++visitors);

/** Never rejects: what becomes of one visitor must not end the program. */
async function echo(conn: Conn, visitor: number): Promise<void> {
  console.log(`visitor ${visitor} came`);
  try {
    await conn.readable.pipeTo(conn.writable);
    console.log(`visitor ${visitor} left`);
  } catch (error) {
    console.log(`visitor ${visitor} was lost: ${error instanceof Error ? error.message : error}`);
  }
}
