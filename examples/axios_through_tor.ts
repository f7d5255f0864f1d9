/**
 * Joins a running Tor and gives axios an agent of `node:http` whose every connection goes through it.
 *
 *     deno run --allow-net --allow-env --allow-read --allow-write=/run/tor examples/axios_through_tor.ts
 *     bun examples/axios_through_tor.ts [--control ADDRESS] [URL]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control. It works on Deno, Bun and
 * Node. Deno asks for `--allow-env` since axios reads the names of proxies in the environment.
 *
 * All four options are needed, on every client: with another adapter than "http" axios takes the platform's
 * `fetch`, which knows no agent and connects directly; without one of the agents `http:` or `https:` goes
 * directly; and without `proxy: false` a proxy of the environment is asked for the page, by Tor. The same
 * holds for whatever else is given an agent: a library that does not know the option ignores it. `tor.fetch`
 * cannot be used wrongly in this way. axios tells the server its version by the header User-Agent.
 */
import { parseArgs } from "node:util";
import type { Agent } from "node:http";
import axios from "axios";
import { connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [url = "https://check.torproject.org/api/ip"] = positionals;
await using tor = await connect({ control: values.control });
const agent = await tor.httpAgent<Agent>({ keepAlive: true });

const client = axios.create({
  adapter: "http",
  httpAgent: agent,
  httpsAgent: agent,
  proxy: false,
});
try {
  const { status, data } = await client.get(url);
  console.log(`${url} has answered ${status}: ${JSON.stringify(data)}`);
} finally {
  agent.destroy(); // closes the connections that it has kept
}
