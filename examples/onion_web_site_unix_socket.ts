/**
 * Joins a running Tor and gives an onion address to a web server that listens on a Unix socket already, such
 * as nginx by `listen unix:/run/site/socket;`. Checks that visitors reach it, and keeps it up until Ctrl-C.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/onion_web_site_unix_socket.ts SOCKET
 *     bun examples/onion_web_site_unix_socket.ts [--control ADDRESS] SOCKET
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control; `torcon launch` starts a Tor
 * that has one. Tor connects to the SOCKET by itself, so that its user must be allowed to; to a port of
 * 127.0.0.1 every program of the machine could.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [socket] = positionals;
if (socket === undefined) throw new TypeError("Cannot offer a server without its SOCKET");

await using tor = await connect({ control: values.control });
// The service ends with the connection to Tor, and so with this program.
await using service = await tor.createOnionService({
  ports: { virtual: 80, target: { path: resolve(socket) } },
  discardKey: true,
  awaitUploads: "all",
});
console.log(`${socket} is offered at http://${service.hostname}/`);

const { elapsed } = await service.checkReachable();
console.log(`It was reached through Tor, after ${elapsed} ms`);
await service.whenRemoved();
