import assert from "node:assert/strict";
import dns from "node:dns";
import type { Agent } from "node:http";
import { isIP } from "node:net";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { hasLonelyNetworks, withLonelyNetwork } from "../_support/lonely_network.ts";
import { useNetwork } from "../_support/network.ts";
import { runProgram } from "../_support/run_program.ts";
import { SLOW, startServer, type TestServer } from "./_support.ts";
import {
  connectionAnswers,
  getText,
  goEveryWay,
  startWaysServer,
  waysAnswers,
  waysRecords,
  type WaysTarget,
} from "./_ways.ts";

/** Elsewhere than on Linux, and where user namespaces are forbidden, there is no such network. */
const skip = await hasLonelyNetworks() ? false : "No network can be made for a program alone";

describe("what goes through a Tor", () => {
  let network: PrivateNetwork;
  let tor: Tor;
  let server: TestServer;
  let decoy: TestServer;
  /** An address that Tor takes for 127.0.0.1; whoever connects to it directly meets the decoy. */
  const alias = `127.99.${[...crypto.getRandomValues(new Uint8Array(2))].join(".")}`;
  /** Names with this end are known to the exits' DNS server alone. */
  const suffix = `${crypto.randomUUID()}.leak.example`;
  let target: WaysTarget;

  before(async () => {
    network = await useNetwork();
    await network.dns.add(waysRecords(suffix));
    server = await startWaysServer();
    target = { suffix, port: server.port };
    decoy = await startServer((_request, response) => response.end("direct"), {
      hostname: alias,
      port: server.port,
    });
    tor = await connect({ control: network.client.control, allowPrivate: true });
    await tor.control.mapAddress({ [alias]: "127.0.0.1" });
  }, SLOW);
  after(async () => {
    // An address that is mapped to itself is mapped no longer.
    await tor?.control.mapAddress({ [alias]: alias });
    await tor?.[Symbol.asyncDispose]();
    await decoy?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  it("reaches no server directly", SLOW, async () => {
    const { port } = server;
    const hello = `hello ${alias}:${port}`;
    assert.equal(await (await tor.fetch(`http://${alias}:${port}/`)).text(), hello);
    await (await tor.streamVia(alias, port)).close();
    const agent = await tor.httpAgent<Agent>();
    assert.equal(await getText(`http://${alias}:${port}/`, agent), hello);
    agent.destroy();
    assert.equal(decoy.accepted(), 0);
    assert.equal(await (await fetch(`http://${alias}:${port}/`)).text(), "direct");
    assert.equal(decoy.accepted(), 1);
  });

  it("asks no resolver but that of the exits", SLOW, async () => {
    const asked: string[] = [];
    const real = { lookup: dns.lookup, resolve: dns.resolve };
    const spy = (name: string, ...rest: unknown[]) => {
      // Of an address nobody is asked.
      if (isIP(name) !== 0) return Reflect.apply(real.lookup, dns, [name, ...rest]);
      asked.push(name);
      (rest.at(-1) as (error: Error) => void)(new Error(`${name} was asked for`));
    };
    Object.assign(dns, { lookup: spy, resolve: spy });
    try {
      assert.deepEqual(await goEveryWay(tor, target), waysAnswers(target));
    } finally {
      Object.assign(dns, real);
    }
    assert.deepEqual(asked, []);
    // No other resolver knows the names, so that what has come had them from there.
    const resolved = new Set((await network.dns.queries()).map(({ name }) => name));
    for (const name of Object.keys(waysRecords(suffix))) {
      assert.ok(resolved.has(name), `No exit was asked for ${name}`);
    }
  });

  it("meets nothing of a network where all else would be seen", { ...SLOW, skip }, async () => {
    const byCircuit = `circuit.${suffix}`;
    await network.dns.add(waysRecords(byCircuit));
    // Of its own: it is told to leave streams to the program for a while.
    await using client = await network.addClient();
    const { control, socksSocket: socks } = client;
    await withLonelyNetwork(async (by) => {
      const printed = await runProgram(new URL("./_watched.ts", import.meta.url), {
        argument: JSON.stringify({ ...target, control, socks }),
        by,
      });
      const [through, around] = printed.trim().split("\n").map((line) => JSON.parse(line));
      const answers = {
        ...waysAnswers(target),
        circuit: connectionAnswers({ ...target, suffix: byCircuit }),
        offered: [`stream.${suffix}`],
      };
      assert.deepEqual(through, { answers, asked: [], accepted: 0 });
      // What leaves Tor on purpose is seen.
      assert.deepEqual(around, {
        answers: { looked: "127.0.0.1", fetched: "direct" },
        asked: [`leak.${suffix}`],
        accepted: 1,
      });
    });
  });

  it("fails where the SOCKS port is gone, and goes no other way", SLOW, async () => {
    const before = server.accepted();
    const gone = await startServer(() => {});
    await gone[Symbol.asyncDispose]();
    await using lost = await connect({
      control: network.client.control,
      socks: { hostname: "127.0.0.1", port: gone.port },
      allowPrivate: true,
    });
    const { port } = server;
    await assert.rejects(lost.fetch(`http://127.0.0.1:${port}/`), TypeError);
    await assert.rejects(lost.streamVia("127.0.0.1", port), { name: "ConnectionRefusedError" });
    const agent = await lost.httpAgent<Agent>();
    await assert.rejects(getText(`http://127.0.0.1:${port}/`, agent), {
      name: "ConnectionRefusedError",
    });
    assert.equal(server.accepted(), before);
  });
});
