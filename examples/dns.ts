/**
 * Joins a running Tor and asks the DNS through it, both ways: the addresses of a name, and the name of an
 * address. The exit asks for us; nothing is asked of this machine's own resolver.
 *
 *     deno run --allow-net --allow-read --allow-write=/run/tor examples/dns.ts
 *     bun examples/dns.ts [--control ADDRESS] [NAME|ADDRESS...]
 *
 * The control port is such as 127.0.0.1:9051 or unix:/run/tor/control. The program ends with code 1 where
 * something could not be found.
 *
 * To connect somewhere no name has to be resolved before: give the name, which the exit resolves itself.
 */
import { isIP } from "node:net";
import process from "node:process";
import { parseArgs } from "node:util";
import { connect, SocksHostUnreachableError } from "@torcon/torcon";

const { values, positionals } = parseArgs({
  options: { control: { type: "string" } },
  allowPositionals: true,
});
const questions = positionals.length > 0
  ? positionals
  : ["www.torproject.org", "95.216.163.36", "no-such-name.invalid"];
await using tor = await connect({ control: values.control });

for (const question of questions) {
  try {
    if (isIP(question)) console.log(`${question} is called ${await tor.dnsResolvePtr(question)}`);
    else console.log(`${question} is at ${(await tor.dnsResolve(question)).join(" and ")}`);
  } catch (error) {
    if (!(error instanceof SocksHostUnreachableError)) throw error;
    console.error(`${question} is not known: ${error.message}`);
    process.exitCode = 1;
  }
}
