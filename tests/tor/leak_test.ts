import assert from "node:assert/strict";
import dns from "node:dns";
import { get } from "node:http";
import type { Agent, IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { SLOW, startServer, type TestServer } from "./_support.ts";

/** Names that the exits' DNS server alone knows, each asked for in another way. */
const WAYS = ["fetch", "redirect", "stream", "agent", "name"] as const;

describe("what goes through a Tor", () => {
  let network: PrivateNetwork;
  let tor: Tor;
  let server: TestServer;
  let decoy: TestServer;
  /** An address that Tor takes for 127.0.0.1; whoever connects to it directly meets the decoy. */
  const alias = `127.99.${[...crypto.getRandomValues(new Uint8Array(2))].join(".")}`;
  const hosts = new Map(WAYS.map((way) => [way, `${way}-${crypto.randomUUID()}.leak.example`]));
  const host = (way: typeof WAYS[number]) => hosts.get(way)!;

  before(async () => {
    network = await useNetwork();
    await network.dns.add(
      Object.fromEntries([...hosts.values()].map((name) => [name, "127.0.0.1"])),
    );
    server = await startServer((request, response) => {
      if (request.url === "/away") {
        response.writeHead(302, { Location: `http://${host("redirect")}:${server.port}/` });
      }
      response.end("hello");
    });
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
    assert.equal(await (await tor.fetch(`http://${alias}:${port}/`)).text(), "hello");
    await (await tor.streamVia(alias, port)).close();
    const agent = await tor.httpAgent<Agent>();
    assert.equal(await getText(`http://${alias}:${port}/`, agent), "hello");
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
      const { port } = server;
      for (const [way, path] of [["fetch", "/"], ["fetch", "/away"]] as const) {
        const answer = await tor.fetch(`http://${host(way)}:${port}${path}`);
        assert.equal(await answer.text(), "hello");
      }
      await (await tor.streamVia(host("stream"), port)).close();
      assert.deepEqual(await tor.dnsResolve(host("name")), ["127.0.0.1"]);
      const agent = await tor.httpAgent<Agent>();
      assert.equal(await getText(`http://${host("agent")}:${port}/`, agent), "hello");
      agent.destroy();
    } finally {
      Object.assign(dns, real);
    }
    assert.deepEqual(asked, []);
    // No other resolver knows the names, so that what has come had them from there.
    const resolved = new Set((await network.dns.queries()).map(({ name }) => name));
    for (const name of hosts.values()) {
      assert.ok(resolved.has(name), `No exit was asked for ${name}`);
    }
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

/** Gets a page by `node:http`. */
async function getText(url: string, agent: Agent): Promise<string> {
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent }, resolve).on("error", reject);
  });
  let text = "";
  for await (const chunk of message) text += chunk;
  return text;
}
