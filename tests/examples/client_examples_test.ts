import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { WebSocketServer } from "ws";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { startServer, type TestServer } from "../tor/_support.ts";
import { Example, SLOW } from "./_example.ts";

/** Names that only the network's exits can resolve: whatever reaches the server came through Tor. */
const HOST = "www.client-examples.test";
const OTHER = "api.client-examples.test";
const UNKNOWN = "none.client-examples.test";
const ADDRESS = "203.0.113.77";
const PATH = /^ {2}by (circuit \d+: \w+ > \w+ > \w+)$/;

describe("the examples of connections through a running Tor", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let server: TestServer;
  const sockets = new WebSocketServer({ port: 0, host: "127.0.0.1" });

  before(async () => {
    network = await useNetwork();
    await network.dns.add({
      [HOST]: ["127.0.0.1", "2001:db8::77"],
      [OTHER]: "127.0.0.1",
      [ADDRESS]: HOST,
    });
    // Streams of one isolation would go by either leg of a conflux set.
    client = await network.addClient({ torrc: { ConfluxEnabled: 0 } });
    tor = await connect({ control: client.control });
    server = await startServer(({ url, headers }, response) => {
      if (url !== "/json") return void response.end("A page");
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ accept: headers.accept }));
    });
    sockets.on("connection", (socket) => {
      socket.on("message", (data) => socket.send(`${data}, too`));
    });
  }, SLOW);
  after(async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    for (const held of [tor, client, server, network]) await held?.[Symbol.asyncDispose]();
  });

  /** Starts an example that takes the control port as an option. */
  function start(name: string, ...args: string[]): Example {
    const { control, dataDirectory } = client;
    return new Example(name, { sockets: dataDirectory, args: ["--control", control, ...args] });
  }

  const urlAt = (host: string, path = "/") => `http://${host}:${server.port}${path}`;

  it("connect tells of Tor and its network", SLOW, async () => {
    const { control, dataDirectory } = client;
    await using example = new Example("connect", { sockets: dataDirectory, args: [control] });
    const [version, phase, relays, ...rest] = await example.end();
    assert.equal(version, `Tor ${tor.version}`);
    assert.equal(phase, "bootstrapped 100 %: Done");
    const count = network.relays.length + network.authorities.length;
    assert.match(relays!, /^(\d+) relays in the consensus$/);
    assert.ok(parseInt(relays!) >= count, relays);
    assert.match(rest.pop()!, /^\d+ bytes read and \d+ bytes written in one second$/);
    for (const line of rest) assert.match(line, /^circuit \d+ \(\w+\): \w+( > \w+)*$/);
  });

  it("fetch_over_tor fetches JSON and a page, each origin by its own circuit", SLOW, async () => {
    await using example = start("fetch_over_tor", urlAt(OTHER, "/json"), urlAt(HOST));
    const lines = await example.end();
    assert.equal(lines.length, 4, lines.join("\n"));
    assert.equal(lines[0], 'the answer is {"accept":"application/json"}');
    assert.equal(lines[2], "the page is null of 6 bytes");
    assert.match(lines[1]!, PATH);
    assert.match(lines[3]!, PATH);
    assert.notEqual(lines[1], lines[3]);
  });

  it("isolation never has two people on one circuit", SLOW, async () => {
    await using example = start("isolation", urlAt(HOST), urlAt(OTHER));
    const lines = await example.end();
    const visits = ["alice", "bob"].flatMap((who) => {
      return [HOST, OTHER].map((host) => `${who} visits ${host}: status 200`);
    });
    assert.deepEqual(lines.filter((_, i) => i % 2 === 0), visits);
    const [alice, aliceAgain, bob, bobAgain] = lines.filter((_, i) => i % 2 === 1);
    assert.match(alice!, PATH);
    assert.match(bob!, PATH);
    assert.deepEqual([aliceAgain, bobAgain], [alice, bob]);
    assert.notEqual(alice, bob);
  });

  it("dns resolves both ways, and tells what is not known", SLOW, async () => {
    await using known = start("dns", HOST, ADDRESS);
    assert.deepEqual(await known.end(), [
      `${HOST} is at 127.0.0.1 and 2001:db8::77`,
      `${ADDRESS} is called ${HOST}`,
    ]);
    await using unknown = start("dns", UNKNOWN, OTHER);
    const { code, lines, stderr } = await unknown.outcome();
    assert.equal(code, 1);
    assert.deepEqual(lines, [`${OTHER} is at 127.0.0.1`]);
    assert.match(stderr, new RegExp(`^${UNKNOWN} is not known: .*\n$`));
  });

  it("monitor_events prints events until it is interrupted", SLOW, async () => {
    const { control, dataDirectory } = client;
    await using example = new Example("monitor_events", {
      sockets: dataDirectory,
      args: [control],
    });
    await example.line(/^listening$/);
    assert.equal(await (await tor.fetch(urlAt(HOST))).text(), "A page");
    const begun = await example.line(/ NEW /);
    const [, stream] = new RegExp(`^(stream \\d+) NEW ${HOST}:${server.port} by circuit 0$`)
      .exec(begun)!;
    await example.line(
      new RegExp(`^${stream} SUCCEEDED 127\\.0\\.0\\.1:${server.port} by circuit`),
    );
    const { id } = await (await tor.getState()).buildCircuit();
    await example.line(new RegExp(`^circuit ${id} LAUNCHED$`));
    await example.line(/^\d+ bytes read and \d+ bytes written in one second$/);
    example.interrupt();
    assert.equal((await example.end()).at(-1), "interrupted");
  });

  it("endpoint_strings listens and connects by texts", SLOW, async () => {
    await using example = start("endpoint_strings");
    const [at] = /[a-z2-7]{56}\.onion:80$/.exec(await example.line(/^onion:80 listens at /))!;
    assert.deepEqual(await example.end(), [
      `tor:${at} is connected to ${at}`,
      'received "Hello\\r\\n"',
    ]);
  });

  it("axios_through_tor fetches JSON", SLOW, async () => {
    await using example = start("axios_through_tor", urlAt(HOST, "/json"));
    assert.deepEqual(await example.end(), [
      `${urlAt(HOST, "/json")} has answered 200: {"accept":"application/json, text/plain, */*"}`,
    ]);
  });

  it("websocket_through_tor sends and receives", SLOW, async () => {
    const url = `ws://${HOST}:${(sockets.address() as AddressInfo).port}/`;
    await using example = start("websocket_through_tor", url, "Hello");
    assert.deepEqual(await example.end(), [`${url} has answered "Hello, too"`]);
  });
});
