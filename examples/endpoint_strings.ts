/**
 * Joins a running Tor, listens where one text says and connects where another says: such texts stand in a
 * program's configuration, and say all that it takes.
 *
 *     deno run --allow-net --allow-read --allow-write=/tmp,/run/tor examples/endpoint_strings.ts
 *     bun examples/endpoint_strings.ts [--control ADDRESS] [--server STRING] [--client STRING]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control. The server's text is such as
 * `onion:80`, the default, or `onion:80:privateKeyFile=/home/me/key`; the client's such as
 * `tor:www.example:443:tls=true`, and by default the address of the server. The client sends a line and
 * prints what comes back; the server sends back what it gets.
 */
import { parseArgs } from "node:util";
import { clientFromString, connect, type OnionListener, serverFromString } from "@torcon/torcon";

const { values } = parseArgs({
  options: {
    control: { type: "string" },
    server: { type: "string", default: "onion:80" },
    client: { type: "string" },
  },
});
await using tor = await connect({ control: values.control });

const server = serverFromString(values.server, { tor });
await using listener = await server.listen({ awaitUploads: "all" });
console.log(`${values.server} listens at ${listener.hostname}:${listener.port}`);
echo(listener).catch((error) => console.error(`The server has failed: ${error}`));

const text = values.client ?? `tor:${listener.hostname}:${listener.port}`;
const client = clientFromString(text, { tor });
await using conn = await client.connect();
console.log(`${text} is connected to ${client.host}:${client.port}`);
await conn.writable.getWriter().write(new TextEncoder().encode("Hello\r\n"));
const { value } = await conn.readable.getReader().read();
console.log(`received ${JSON.stringify(new TextDecoder().decode(value))}`);

/** Sends each client what it sends. */
async function echo(listener: OnionListener): Promise<void> {
  for await (const conn of listener) {
    conn.readable.pipeTo(conn.writable).catch(() => {}); // a client that has left
  }
}
