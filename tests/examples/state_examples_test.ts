import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { build, circuitsOf } from "../state/_real_circuits.ts";
import { startServer, type TestServer } from "../tor/_support.ts";
import { Example, SLOW } from "./_example.ts";

const PAGE = "www.state-examples.test";

describe("the examples of live state", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let server: TestServer;
  let port: number;
  let url: string;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [PAGE]: "127.0.0.1" });
    client = await network.addClient();
    tor = await connect({ control: client.control });
    server = await startServer((_request, response) => response.end("A page"));
    ({ port } = server);
    url = `http://${PAGE}:${port}/`;
  }, SLOW);
  after(async () => {
    // A relay may keep its connection to it for a while, though the circuit is closed.
    for (const held of [tor, client, server, network]) await held?.[Symbol.asyncDispose]();
  });

  const example = (name: string, ...args: string[]) =>
    new Example(name, { sockets: client.dataDirectory, args });

  it("stream_circuit_log tells what becomes of circuits and streams", SLOW, async () => {
    await using running = example("stream_circuit_log", client.control);
    await running.line(/^\d+ circuits and \d+ streams now$/);
    assert.equal(await (await tor.fetch(url, { isolation: "per-request" })).text(), "A page");
    const [, stream] = /^(stream \d+) NEW /.exec(await running.line(/^stream \d+ NEW /))!;
    await running.line(new RegExp(`^${stream} \\w+ ${PAGE}:${port} goes by circuit \\d+$`));
    await running.line(new RegExp(`^${stream} SUCCEEDED 127\\.0\\.0\\.1:${port} \\(${PAGE}\\)$`));
    await build(await tor.getState());
    await running.line(/^circuit \d+ is begun: GENERAL$/);
    await running.line(/^circuit \d+ BUILT \w+>\w+>\w+ \(GENERAL\)$/);
    running.interrupt();
    await running.end();
  });

  it("attacher_by_port has a circuit for each port, and gives all back", SLOW, async () => {
    const option = async () => (await tor.control.getConf("__LeaveStreamsUnattached"))[0]?.value;
    await using running = example("attacher_by_port", "--control", client.control, `${port}`);
    const built = await running.line(/^port /);
    const [, circuit] = new RegExp(`^port ${port}: circuit (\\d+) BUILT `).exec(built)!;
    await running.line(/^ready$/);
    assert.equal(await option(), "1");
    const state = await tor.getState();
    const [taken] = await circuitsOf({ tor, state }, async () => {
      assert.equal(await (await tor.fetch(url, { isolation: "per-request" })).text(), "A page");
    });
    assert.equal(taken?.id, Number(circuit));
    await running.line(new RegExp(`^stream \\d+ to ${PAGE}:${port} goes by circuit ${circuit}$`));
    running.interrupt();
    await running.end();
    assert.equal(await option(), "0");
  });

  it("fetch_over_circuit fetches by two circuits, one after the other", SLOW, async () => {
    await using running = example("fetch_over_circuit", "--control", client.control, url);
    const lines = await running.end();
    assert.equal(lines.length, 4);
    for (const line of [0, 2]) assert.match(lines[line]!, /^circuit \d+ BUILT \w+>\w+>\w+$/);
    for (const line of [1, 3]) assert.equal(lines[line], "  200 A page");
    assert.notEqual(lines[0], lines[2]);
  });

  it("close_all_circuits closes those that there are, or those without streams", SLOW, async () => {
    const state = await tor.getState();
    const used = await build(state);
    await using _conn = await used.streamVia(PAGE, port);
    const unused = await build(state);
    await using polite = example("close_all_circuits", "--if-unused", client.control);
    const told = await polite.end();
    assert.ok(told.includes(`left circuit ${used.id} with 1 streams`), told.join("\n"));
    assert.ok(told.includes(`closed circuit ${unused.id} with 0 streams`), told.join("\n"));
    await unused.whenClosed();
    assert.equal(used.state, "BUILT");
    await using running = example("close_all_circuits", client.control);
    const all = await running.end();
    assert.ok(all.includes(`closed circuit ${used.id} with 1 streams`), all.join("\n"));
    await used.whenClosed();
  });
});
