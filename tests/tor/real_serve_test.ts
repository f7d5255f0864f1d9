import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { connect } from "../../lib/tor/connect.ts";
import { launch } from "../../lib/tor/launch.ts";
import type { OnionHandler, OnionServer } from "../../lib/tor/onion_server.ts";
import { serverFromString } from "../../lib/tor/server_from_string.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { useNetwork } from "../_support/network.ts";
import { bytes, pattern, receive, same, send, text } from "../runtime/_support.ts";
import { SLOW } from "./_support.ts";

const BIG = Uint8Array.from(pattern(1_000_000));
const PUBLISHED = { awaitUploads: "all" } as const;

describe("an onion address with a handler behind it", () => {
  let network: PrivateNetwork;
  let host: Tor;
  let visitor: Tor;
  let server: OnionServer;
  const key = OnionServiceKey.generate();
  const errors: unknown[] = [];
  const percents: number[] = [];
  const left = deferred<AbortSignal>();

  const handler: OnionHandler = async (request, info) => {
    const { method, url, signal } = request;
    switch (new URL(url).pathname) {
      case "/echo":
        return new Response(request.body);
      case "/big":
        return new Response(BIG);
      case "/throw":
        throw new Error("a secret");
      case "/wait":
        left.resolve(signal);
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        return new Response();
      default: {
        const headers = new Headers({ "set-cookie": "a=1" });
        headers.append("set-cookie", "b=2");
        return Response.json({ method, url, address: `${info.address}`, port: info.port }, {
          headers,
        });
      }
    }
  };

  before(async () => {
    network = await useNetwork();
    [host, visitor] = await Promise.all([
      launch({ torrc: network.clientOptions }),
      connect({ control: network.client.control, socks: network.client.socksPort }),
    ]);
    server = await host.serve({ fetch: handler }, {
      ...PUBLISHED,
      privateKey: key,
      onProgress: ({ percent }) => percents.push(percent),
      onError: (error) => errors.push(error),
    });
  }, SLOW);
  after(async () => {
    for (const held of [server, visitor, host, network]) await held?.[Symbol.asyncDispose]();
  });

  it("is where the key says, and was told to be on its way", () => {
    assert.equal(server.url, `http://${key.address}/`);
    assert.equal(percents[0], 0);
    assert.equal(percents.at(-1), 100);
    assert.ok(percents.length > 3);
  });

  it("is fetched from, and by curl", SLOW, async () => {
    const url = `${server.url}page?a=b`;
    const told = { method: "GET", url, address: server.hostname, port: 80 };
    const response = await visitor.fetch(url);
    assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    assert.deepEqual(await response.json(), told);
    assert.deepEqual(JSON.parse(await curl([url])), told);
    const head = await curl(["--head", server.url]);
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n/);
    // Its clock would tell a machine from others.
    assert.doesNotMatch(head, /^(?:date|server|keep-alive):/im);
  });

  it("takes bodies and gives bodies, big ones too", SLOW, async () => {
    const echo = await visitor.fetch(`${server.url}echo`, { method: "POST", body: BIG });
    assert.ok(same(new Uint8Array(await echo.arrayBuffer()), BIG));
    const big = await visitor.fetch(`${server.url}big`);
    assert.ok(same(new Uint8Array(await big.arrayBuffer()), BIG));
    assert.equal(await curl(["--data-binary", "hello", `${server.url}echo`]), "hello");
  });

  it("answers 500 where the handler throws, and no more", SLOW, async () => {
    const response = await visitor.fetch(`${server.url}throw`);
    assert.equal(response.status, 500);
    assert.equal(await response.text(), "Internal Server Error\n");
    assert.match(String(errors.splice(0)), /a secret/);
  });

  it("tells the handler when the visitor leaves", SLOW, async () => {
    const stop = new AbortController();
    const fetching = visitor.fetch(`${server.url}wait`, { signal: stop.signal });
    fetching.catch(() => {});
    const signal = await left.promise;
    stop.abort(new Error("enough"));
    await assert.rejects(fetching, /enough/);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve());
    });
    assert.deepEqual(errors, []);
  });

  it("is gone when it is shut down, and comes back with its key", SLOW, async () => {
    const { target } = server.service.ports![0]!;
    await server.shutdown();
    await server.finished;
    assert.deepEqual(await host.onionServices(), []);
    const runtime = await detectRuntime();
    await assert.rejects(runtime.connect(target), formatAddress(target));
    const options = { ...PUBLISHED, privateKey: key, localPort: 0 };
    server = await host.serve(() => new Response("back again"), options);
    assert.equal(server.hostname, key.address.hostname);
    assert.equal(await (await visitor.fetch(server.url)).text(), "back again");
  });

  it("is listened on by hand, and from a text", SLOW, async () => {
    const endpoint = serverFromString("onion:7777:localPort=0", { tor: host });
    const listeners = await Promise.all([
      host.listenOnion({ ...PUBLISHED, port: 7777 }),
      endpoint.listen(PUBLISHED),
    ]);
    for (const listener of listeners) {
      const accepting = listener[Symbol.asyncIterator]().next();
      await using client = await visitor.streamVia(listener.hostname, 7777);
      const { value: conn } = await accepting;
      assert.equal(conn.remoteAddress, undefined);
      await send(client, "hello");
      assert.deepEqual(await receive(conn.readable, 5), bytes("hello"));
      await send(conn, "and back");
      await conn.close();
      assert.equal(await text(client.readable), "and back");
      await listener.close();
      assert.equal((await listener[Symbol.asyncIterator]().next()).done, true);
    }
    const services = await host.onionServices();
    assert.deepEqual(services.map(({ hostname }) => hostname), [server.hostname]);
  });

  /** What curl gets through the visitor's SOCKS port. */
  async function curl(args: readonly string[]): Promise<string> {
    const runtime = await detectRuntime();
    await using program = await runtime.spawn("curl", {
      args: [
        ...["-q", "--silent", "--show-error", "--fail", "--noproxy", ""],
        ...["--socks5-hostname", network.client.socksPort],
        ...args,
      ],
    });
    const [out, complaint, { success }] = await Promise.all([
      text(program.stdout),
      text(program.stderr),
      program.status,
    ]);
    if (!success) throw new Error(complaint);
    return out;
  }
});
