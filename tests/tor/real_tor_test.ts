import assert from "node:assert/strict";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import type { StreamEvent } from "../../lib/codec/events/mod.ts";
import type { ControlConnection } from "../../lib/control/connection.ts";
import { DisconnectedError } from "../../lib/errors/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import { connect } from "../../lib/tor/connect.ts";
import { useNetwork } from "../_support/network.ts";
import { rejection, SLOW, startServer, StreamCircuits } from "./_support.ts";

describe("a real tor", () => {
  let network: PrivateNetwork;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ "endless.tor.example": "127.0.0.1" });
  }, SLOW);
  after(async () => await network?.[Symbol.asyncDispose]());

  it("that is killed in the middle of a body ends it with an error", SLOW, async () => {
    await using client = await network.addClient();
    await using server = await startServer((_request, response) => {
      response.writeHead(200, { "Content-Length": "1000000" });
      response.write("the beginning");
    });
    await using tor = await connect({ control: client.control });
    const url = `http://endless.tor.example:${server.port}/`;
    const answer = await tor.fetch(url);
    const reader = answer.body!.getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "the beginning");
    await using stream = await tor.streamVia("endless.tor.example", server.port);
    const reading = stream.readable.getReader().read();
    const rest = rejection(reader.read());
    process.kill(client.pid, "SIGKILL");
    const error = await rest;
    assert.ok(
      error instanceof TypeError && error.cause instanceof DisconnectedError,
      String(error),
    );
    const end = await reading.then(
      ({ done }) => done,
      (error) => error instanceof DisconnectedError,
    );
    assert.equal(end, true);
    await assert.rejects(tor.fetch(url), TypeError);
    await assert.rejects(tor.newIdentity(), { name: "DisconnectedError" });
  });

  const losses: [string, (control: ControlConnection, stream: StreamEvent) => unknown][] = [
    ["a stream", (control, { streamId }) => control.closeStream(streamId)],
    ["a circuit", (control, { circuitId }) => control.closeCircuit(circuitId)],
  ];
  for (const [what, lose] of losses) {
    it(`that loses ${what} in the middle of a body ends it with an error`, SLOW, async () => {
      await using server = await startServer((_request, response) => {
        response.writeHead(200, { "Content-Length": "1000000" }).write("the beginning");
      });
      await using client = await network.addClient({ torrc: { ConfluxEnabled: 0 } });
      await using tor = await connect({ control: client.control });
      await using streams = await StreamCircuits.watch(tor.control);
      const answer = await tor.fetch(`http://endless.tor.example:${server.port}/`);
      const reader = answer.body!.getReader();
      await reader.read();
      const rest = rejection(reader.read());
      await lose(tor.control, await streams.nextEvent(server.port));
      const error = await rest;
      assert.ok(
        error instanceof TypeError && error.cause instanceof DisconnectedError,
        String(error),
      );
    });
  }

  it("whose exit loses the server ends the body, and the stream, with an error", SLOW, async () => {
    let drop = (): void => {};
    await using server = await startServer((request, response) => {
      response.writeHead(200, { "Content-Length": "1000000" }).write("the beginning");
      drop = () => request.socket.resetAndDestroy();
    });
    await using tor = await connect({ control: network.client.control });
    const answer = await tor.fetch(`http://endless.tor.example:${server.port}/`);
    const reader = answer.body!.getReader();
    await reader.read();
    const rest = rejection(reader.read());
    drop();
    const error = await rest;
    assert.ok(
      error instanceof TypeError && error.cause instanceof DisconnectedError,
      String(error),
    );
    // Tor tells an end of the stream, whichever it was.
    const stream = await tor.streamVia("endless.tor.example", server.port);
    const request = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    await stream.writable.getWriter().write(request);
    const raw = stream.readable.getReader();
    await raw.read();
    const ending = raw.read();
    drop();
    const end = await ending.then(
      ({ done }) => done,
      (error) => error instanceof DisconnectedError,
    );
    assert.equal(end, true);
    await stream.close();
  });

  it("that has no SOCKS port is given one, and loses none", SLOW, async () => {
    await using client = await network.addClient();
    await using server = await startServer((_request, response) => response.end("hello"));
    await using tor = await connect({ control: client.control });
    const url = `http://endless.tor.example:${server.port}/`;
    await tor.control.setConf({ SocksPort: 0 });
    assert.equal(await tor.control.getInfo("net/listeners/socks"), "");
    assert.equal(await (await tor.fetch(url)).text(), "hello");
    const [added] = await tor.control.getConf("SocksPort");
    assert.equal(added?.value, "127.0.0.1:auto ExtendedErrors");
  });

  it("keeps the SOCKS ports and the DNS port that it has", SLOW, async () => {
    await using client = await network.addClient();
    await using server = await startServer((_request, response) => response.end("hello"));
    await using tor = await connect({ control: client.control });
    const keys = ["net/listeners/socks", "config-text"];
    const before = await tor.control.getInfo(keys);
    await (await tor.fetch(`http://endless.tor.example:${server.port}/`)).text();
    await tor.dnsResolve("endless.tor.example");
    assert.deepEqual(await tor.control.getInfo(keys), before);
    // The first is on TCP; the Unix socket is better.
    const [line] = (await tor.control.getInfo("net/listeners/socks")).split(" ");
    assert.match(line!, /^"127\.0\.0\.1:/);
  });

  it("without a network is not reconfigured", SLOW, async () => {
    await using lone = await startLoneTor();
    await using tor = await connect({ control: lone.control });
    const before = await tor.control.getInfo("config-text");
    await assert.rejects(tor.streamVia("a.example", 80), { name: "TorError" });
    assert.equal(await tor.control.getInfo("config-text"), before);
  });

  it("takes on a new identity, and tells when it has let it wait", SLOW, async () => {
    await using client = await network.addClient({ torrc: { ConfluxEnabled: 0 } });
    const paths: string[] = [];
    await using server = await startServer((request, response) => {
      paths.push(request.url!);
      response.end("hello");
    });
    await using tor = await connect({ control: client.control });
    await using streams = await StreamCircuits.watch(tor.control);
    const fetch = async (path: string) => {
      await (await tor.fetch(`http://endless.tor.example:${server.port}${path}`)).text();
    };
    await fetch("/1");
    await fetch("/2"); // on the same connection
    const first = await tor.newIdentity();
    await fetch("/3");
    assert.equal(server.accepted(), 2);
    const circuits = await streams.next(server.port, 2);
    assert.notEqual(circuits[0], circuits[1]);
    assert.deepEqual(paths, ["/1", "/2", "/3"]);
    const second = await tor.newIdentity();
    assert.ok(first.delayed < second.delayed, `${first.delayed} ${second.delayed}`);
    assert.ok(second.delayed > 1000 && second.delayed <= 30_000, String(second.delayed));
  });
});
