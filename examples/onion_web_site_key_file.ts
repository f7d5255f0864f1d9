/**
 * Joins a running Tor and serves a web site whose key is in a file, which the first start makes: the site has
 * the same address at each start, and Tor keeps nothing of it. Ctrl-C ends it.
 *
 *     deno run --allow-net --allow-read --allow-write examples/onion_web_site_key_file.ts FILE
 *     bun examples/onion_web_site_key_file.ts [--control ADDRESS] FILE
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control; `torcon launch` starts a Tor
 * that has one. FILE is like Tor's own hs_ed25519_secret_key, which `torcon onion keygen` makes too. Whoever has
 * it is the site: it is made for its owner alone, and refused where others can read it.
 */
import { parseArgs } from "node:util";
import { connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [privateKeyFile] = positionals;
if (privateKeyFile === undefined) throw new TypeError("Cannot serve a site without a FILE");

await using tor = await connect({ control: values.control });
await using server = await tor.serve(() => new Response("This key stays\n"), {
  privateKeyFile,
  awaitUploads: "all",
});
console.log(`The site is at ${server.url}`);
await server.finished;
