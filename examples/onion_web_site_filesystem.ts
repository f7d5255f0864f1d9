/**
 * Joins a running Tor and serves a web site whose key is in a directory, Tor's HiddenServiceDir: the site has
 * the same address at each start. Ctrl-C takes it out of Tor's configuration, and leaves the directory.
 *
 *     deno run --allow-net --allow-read --allow-write examples/onion_web_site_filesystem.ts DIRECTORY
 *     bun examples/onion_web_site_filesystem.ts [--control ADDRESS] DIRECTORY
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control; `torcon launch` starts a Tor
 * that has one. Tor must run as the same user, for it reads and writes the DIRECTORY. One that is missing is
 * made, of mode 0700. Keep a copy of hs_ed25519_secret_key: without it the address is lost.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { connect } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [directory] = positionals;
if (directory === undefined) throw new TypeError("Cannot serve a site without a DIRECTORY");

await using tor = await connect({ control: values.control });
await using server = await tor.serve(() => new Response("This address stays\n"), {
  directory: resolve(directory),
  awaitUploads: "all",
});
console.log(`The site is at ${server.url}`);
await server.finished;
