/** All that goes through a Tor goes to its ports: Deno allows the connection to nothing else. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DenoRuntime } from "../../lib/runtime/deno.ts";
import { connect } from "../../lib/tor/connect.ts";
import { useNetwork } from "../_support/network.ts";
import { startWaysServer, waysAnswers, waysRecords } from "../tor/_ways.ts";
import type { ThroughTorArgument } from "./fixtures/through_tor.ts";

const runtime = new DenoRuntime();
const DATA = fileURLToPath(new URL("../data", import.meta.url));
const FIXTURE = fileURLToPath(new URL("./fixtures/through_tor.ts", import.meta.url));

Deno.test("every connection is to a port of Tor's, and no name is resolved", async () => {
  await using network = await useNetwork();
  await using client = await network.addClient({ torrc: { DNSPort: "127.0.0.1:auto" } });
  await using tor = await connect({ control: client.control });
  const dnsPort = (await tor.control.getInfo("net/listeners/dns")).replaceAll('"', "");
  await using server = await startWaysServer();
  const target = { suffix: `${crypto.randomUUID()}.leak.example`, port: server.port };
  await network.dns.add(waysRecords(target.suffix));

  const { controlPort: control, socksPort: socks, password } = client;
  // A UDP socket is bound to port 0 before it asks the DNS port.
  const ports = [control, socks, dnsPort, "127.0.0.1:0"].join(",");
  const argument: ThroughTorArgument = { ...target, control, socks, password };
  await using program = await runtime.spawn(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-prompt",
      "--no-check",
      `--allow-net=${ports}`,
      `--allow-read=${DATA}`, // the tests' certificates
      FIXTURE,
      JSON.stringify(argument),
    ],
  });
  const [out, err] = await Promise.all([
    new Response(program.stdout).text(),
    new Response(program.stderr).text(),
  ]);
  assert.equal(err, "");
  const { answers, failures } = JSON.parse(out);
  assert.deepEqual(answers, waysAnswers(target));
  assert.deepEqual(failures, Array(5).fill("NotCapable"));
});
