/**
 * Joins a running Tor and serves a web site that lets in one client, Alice. Then visits it twice: without
 * a key, which fails, and with Alice's.
 *
 *     deno run --allow-net --allow-read --allow-write=/tmp,/run/tor examples/onion_web_site_authorized_clients.ts
 *     bun examples/onion_web_site_authorized_clients.ts [ADDRESS]
 *
 * ADDRESS is a control port, such as 127.0.0.1:9051 or unix:/run/tor/control; `torcon launch` starts a Tor
 * that has one.
 *
 * Here one program is both sides. In earnest Alice makes the key on her own machine and sends its public half
 * to the service. The private half stays with her: for her Tor, as below, or for the Tor Browser, which asks
 * for `key.toBase32()`.
 */
import process from "node:process";
import { connect, OnionClientKey, type Tor } from "@torcon/torcon";

const [control] = process.argv.slice(2);
await using tor = await connect({ control });

// Alice's side.
const key = OnionClientKey.generate();
console.log(`Alice's public key is ${key.publicKey}`);

// The service's side. Its descriptor is encrypted to its clients: nobody else learns how to reach it.
await using server = await tor.serve(() => new Response("Hello, Alice\n"), {
  clients: { alice: key.publicKey },
  awaitUploads: "all",
});
console.log(`The site is at ${server.url}`);

// The visitors' side.
console.log(`without a key: ${await visit(tor, server.url)}`);
await tor.addOnionAuthentication(server.hostname, key);
try {
  console.log(`with Alice's key: ${await visit(tor, server.url)}`);
} finally {
  await tor.removeOnionAuthentication(server.hostname);
}

/** What a visitor gets to see. */
async function visit(tor: Tor, url: string): Promise<string> {
  try {
    const response = await tor.fetch(url, { signal: AbortSignal.timeout(60_000) });
    return `${response.status} ${(await response.text()).trim()}`;
  } catch (error) {
    // As the platform's fetch does: the reason is the cause.
    if (!(error instanceof TypeError && error.cause instanceof Error)) throw error;
    return error.cause.name;
  }
}
