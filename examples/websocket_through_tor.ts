/**
 * Joins a running Tor and opens a WebSocket through it, by the package `ws`: sends a line, and prints what
 * comes back.
 *
 *     deno run --allow-net --allow-env --allow-read --allow-write=/run/tor examples/websocket_through_tor.ts
 *     bun examples/websocket_through_tor.ts [--control ADDRESS] [URL] [TEXT]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control. It works on Deno, Bun and
 * Node. Deno asks for `--allow-env` since ws reads how it is to be built from the environment.
 *
 * The option `agent` is what makes it go through Tor: without it, and with the platform's own `WebSocket`,
 * which knows no agent, the connection is a direct one. Certificates are verified whatever ws is told.
 */
import type { Agent } from "node:http";
import { parseArgs } from "node:util";
import { WebSocket } from "ws";
import { connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [url = "wss://ws.postman-echo.com/raw", text = "Hello by Tor"] = positionals;
await using tor = await connect({ control: values.control });
const agent = await tor.httpAgent<Agent>();

const socket = new WebSocket(url, { agent });
const answer = await new Promise((resolve, reject) => {
  socket.once("open", () => socket.send(text));
  socket.once("message", (data) => resolve(String(data)));
  socket.once("error", reject);
});
console.log(`${url} has answered ${JSON.stringify(answer)}`);
socket.close();
await new Promise((resolve) => socket.once("close", resolve));
