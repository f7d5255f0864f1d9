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
import { readFile, stat, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { connect, OnionServiceKey } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const [file] = positionals;
if (file === undefined) throw new TypeError("Cannot serve a site without a FILE for its key");

const privateKey = await readKey(file) ?? await makeKey(file);
await using tor = await connect({ control: values.control });
await using server = await tor.serve(() => new Response("This key stays\n"), {
  privateKey,
  awaitUploads: "all",
});
console.log(`The site is at ${server.url}`);
await server.finished;

/** The key in a file; `undefined` where there is no such file yet. */
async function readKey(file: string): Promise<OnionServiceKey | undefined> {
  try {
    const { mode } = await stat(file);
    if ((mode & 0o077) !== 0) throw new Error(`Others can read ${file}; to close it: chmod 600`);
    return OnionServiceKey.fromSecretKeyFile(await readFile(file));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Makes a key and keeps it, in a new file that only its owner can read. */
async function makeKey(file: string): Promise<OnionServiceKey> {
  const key = OnionServiceKey.generate();
  await writeFile(file, key.toSecretKeyFile(), { mode: 0o600, flag: "wx" });
  return key;
}
