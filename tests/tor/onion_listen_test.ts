import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AddressInUseError, DisconnectedError, OnionPublishError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn, SocketAddress } from "../../lib/runtime/types.ts";
import type { OnionHandler } from "../../lib/tor/onion_server.ts";
import { parseAddress } from "../../lib/util/address.ts";
import { receive, send, text } from "../runtime/_support.ts";
import { PRIVATE_KEY, ScriptedOnionTor, SERVICE_ID } from "./_scripted_onion.ts";
import { rejection } from "./_support.ts";

const HOSTNAME = `${SERVICE_ID}.onion`;

/** Connects to where the service leads, as Tor would. */
async function visit({ target }: ScriptedOnionTor): Promise<Conn> {
  const runtime = await detectRuntime();
  return await runtime.connect(parseAddress(target!));
}

/** What a web server behind the service answers. */
async function ask(where: ScriptedOnionTor | SocketAddress, path: string = "/"): Promise<string> {
  const runtime = await detectRuntime();
  await using conn = where instanceof ScriptedOnionTor
    ? await visit(where)
    : await runtime.connect(where);
  await send(conn, `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`);
  return await text(conn.readable);
}

describe("listenOnion", () => {
  it("gives the connections that come, and of none tells who made it", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const percents: number[] = [];
    await using listener = await scripted.tor.listenOnion({
      port: 7777,
      onProgress: ({ percent }) => percents.push(percent),
    });
    assert.equal(percents[0], 0);
    assert.equal(percents.at(-1), 100);
    assert.deepEqual([listener.hostname, listener.port], [HOSTNAME, 7777]);
    assert.equal(listener.address, listener.service.address);
    assert.deepEqual(listener.localAddress, parseAddress(scripted.target!));
    for (const word of ["one", "two"]) {
      await using client = await visit(scripted);
      await send(client, word);
      for await (const conn of listener) {
        assert.equal(conn.remoteAddress, undefined);
        assert.deepEqual(conn.localAddress, { hostname: HOSTNAME, port: 7777 });
        assert.equal(new TextDecoder().decode(await receive(conn.readable, 3)), word);
        await send(conn, `${word} back`);
        await conn.close();
        break;
      }
      assert.equal(await text(client.readable), `${word} back`);
    }
  });

  it("listens on a Unix socket that only its user can reach, which is gone in the end", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const listener = await scripted.tor.listenOnion({ port: 80 });
    const path = /^unix:(.*)\/[^/]+$/.exec(scripted.target!)?.[1];
    assert.ok(path !== undefined, scripted.target);
    const runtime = await detectRuntime();
    assert.equal((await runtime.stat(path))?.mode, 0o700);
    await listener.close();
    assert.equal(await scripted.leavesFiles(), false);
    assert.equal(scripted.isRemoved, true);
  });

  it("listens on a free port where Tor could not reach a socket, or is asked to", async () => {
    for (const uid of [4_000_000_000, -1, null, undefined]) {
      await using scripted = await ScriptedOnionTor.start({ uid: uid! });
      const localPort = uid === undefined ? 0 : undefined;
      await using listener = await scripted.tor.listenOnion({ port: 80, localPort });
      assert.match(scripted.target!, /^127\.0\.0\.1:[1-9]\d*$/);
      assert.deepEqual(listener.localAddress, parseAddress(scripted.target!));
    }
  });

  it("listens on the port that is chosen, and is refused one that is taken", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const runtime = await detectRuntime();
    const taken = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
    const { port: localPort } = taken.address as { port: number };
    const options = { port: 80, localPort };
    await assert.rejects(scripted.tor.listenOnion(options), AddressInUseError);
    assert.equal(scripted.target, undefined);
    await taken.close();
    await using _listener = await scripted.tor.listenOnion(options);
    assert.equal(scripted.target, `127.0.0.1:${localPort}`);
  });

  it("ends the iteration when it is closed, and leaves what was taken", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const listener = await scripted.tor.listenOnion({ port: 80 });
    await using client = await visit(scripted);
    const iterator = listener[Symbol.asyncIterator]();
    const { value: conn } = await iterator.next();
    const waits = iterator.next();
    await Promise.all([listener.close(), listener.close()]);
    assert.deepEqual(await waits, { done: true, value: undefined });
    await send(conn, "still here");
    await conn.close();
    assert.equal(await text(client.readable), "still here");
    await listener[Symbol.asyncDispose]();
    await assert.rejects(visit(scripted));
  });

  it("leaves nothing where Tor refuses, or the service cannot be published", async () => {
    for (
      const [add, expected] of [
        ["refused", { name: "ArgumentSyntaxError" }],
        ["failed", { name: "OnionPublishError", message: /UPLOAD_REJECTED/ }],
      ] as const
    ) {
      await using scripted = await ScriptedOnionTor.start({ add });
      await assert.rejects(scripted.tor.listenOnion({ port: 80 }), expected);
      assert.equal(await scripted.leavesFiles(), false);
      assert.equal(scripted.isRemoved, add === "failed");
    }
  });

  it("leaves nothing where it takes too long, or is given up", async () => {
    await using scripted = await ScriptedOnionTor.start({ add: "silent" });
    const error = await rejection(scripted.tor.listenOnion({ port: 80, timeout: 20 }));
    assert.ok(error instanceof OnionPublishError);
    assert.equal((error.cause as Error).name, "TimeoutError");
    assert.equal(await scripted.leavesFiles(), false);
    await using other = await ScriptedOnionTor.start({ add: "silent" });
    const stop = new AbortController();
    const listening = other.tor.listenOnion({ port: 80, signal: stop.signal });
    await other.port.waitFor(/^ADD_ONION/);
    stop.abort(new Error("enough"));
    await assert.rejects(listening, /enough/);
    assert.equal(await other.leavesFiles(), false);
    assert.equal(other.isRemoved, true);
    const early = other.tor.listenOnion({ port: 80, signal: AbortSignal.abort(new Error("no")) });
    await assert.rejects(early, /no/);
  });

  it("tells when the service is lost with the connection, and leaves nothing", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const listener = await scripted.tor.listenOnion({ port: 80 });
    const waits = rejection(listener[Symbol.asyncIterator]().next());
    await scripted.port.closeConnections();
    const error = await waits;
    assert.ok(error instanceof DisconnectedError);
    assert.match(error.message, /^Cannot listen on z3k5.*\.onion any more: the control connection/);
    await listener.close();
    assert.equal(await scripted.leavesFiles(), false);
  });

  it("ends where its service is removed by itself", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const listener = await scripted.tor.listenOnion({ port: 80 });
    const waits = listener[Symbol.asyncIterator]().next();
    await listener.service.remove();
    assert.equal((await waits).done, true);
    await listener.close();
    assert.equal(await scripted.leavesFiles(), false);
  });

  it("closes all else where Tor refuses to remove the service, and tells so", async () => {
    await using scripted = await ScriptedOnionTor.start({ removes: false });
    const listener = await scripted.tor.listenOnion({ port: 80 });
    await assert.rejects(listener.close(), { code: 551 });
    assert.equal(await scripted.leavesFiles(), false);
  });

  it("refuses what cannot be meant, before anything is opened", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const { tor } = scripted;
    const secret = PRIVATE_KEY.slice(11);
    for (
      const [options, name, message] of [
        [{ port: 0 }, "RangeError", /Cannot use 0 as port/],
        [{ port: 65536 }, "RangeError", /Cannot use 65536 as port/],
        [{ port: 80.5 }, "RangeError", /Cannot use 80\.5 as port/],
        [{ port: 80, localPort: -1 }, "RangeError", /Cannot use -1 as localPort/],
        [{ port: 80, directory: "/a", privateKey: "x" }, "TypeError", /Cannot use privateKey/],
        [{ port: 80, directory: "/a", discardKey: true }, "TypeError", /Cannot use discardKey/],
        [{ port: 80, groupReadable: true }, "TypeError", /Cannot use groupReadable/],
        [{ port: 80, directory: "a" }, "TypeError", /absolute/],
        [{ port: 80, privateKey: "x" }, "TypeError", /onion service's key/],
        [{ port: 80, privateKey: `ED25519-V3:${secret}A` }, "TypeError", /base64/],
        [{ port: 80, clients: { bob: "x" } }, "TypeError", /the client "bob"/],
        [{ port: 80, maxStreams: 70000 }, "RangeError", /maxStreams/],
      ] as const
    ) {
      const error = await rejection(tor.listenOnion(options));
      assert.equal(error.name, name, error.message);
      assert.match(error.message, message);
      assert.ok(!error.message.includes(secret.slice(0, 20)));
    }
    assert.equal(scripted.target, undefined);
  });
});

describe("serve", () => {
  it("tells a handler what is asked for, and at which address", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const handler: OnionHandler = ({ url }, info) =>
      Response.json({ url, address: `${info.address}`, port: info.port, keys: Object.keys(info) });
    for (const [port, origin] of [[undefined, HOSTNAME], [8080, `${HOSTNAME}:8080`]] as const) {
      await using server = await scripted.tor.serve(handler, { port, localPort: 0 });
      assert.equal(server.url, `http://${origin}/`);
      assert.deepEqual([server.hostname, server.port], [HOSTNAME, port ?? 80]);
      assert.equal(server.address, server.service.address);
      const answer = await ask(server.service.ports![0]!.target, "/a?b");
      const told = JSON.parse(/\{.*\}/.exec(answer)![0]);
      assert.deepEqual(told, {
        url: `http://${origin}/a?b`,
        address: HOSTNAME,
        port: port ?? 80,
        keys: ["address", "port"],
      });
    }
  });

  it("takes what a module for other servers exports", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const module = {
      greeting: "hello",
      fetch(): Response {
        return new Response(this.greeting);
      },
    };
    await using _server = await scripted.tor.serve(module);
    assert.match(await ask(scripted), /hello/);
  });

  it("answers 500 for a handler that throws, and tells onError alone of it", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const errors: unknown[] = [];
    await using _server = await scripted.tor.serve(() => {
      throw new Error("a secret");
    }, { onError: (error) => errors.push(error) });
    const answer = await ask(scripted);
    assert.match(answer, /^HTTP\/1\.1 500 /);
    assert.doesNotMatch(answer, /secret/);
    assert.match(String(errors), /a secret/);
  });

  it("tells the console by default, and the program goes on", async () => {
    await using scripted = await ScriptedOnionTor.start();
    await using _server = await scripted.tor.serve(() => Promise.reject(new Error("a mistake")));
    const { console } = globalThis;
    const { error } = console;
    const told: unknown[] = [];
    console.error = (...args) => told.push(...args);
    try {
      assert.match(await ask(scripted), /^HTTP\/1\.1 500 /);
    } finally {
      console.error = error;
    }
    assert.match(String(told), /handler of an onion service.*a mistake/);
  });

  it("answers what was asked when it is shut down, and cuts it off when that is forced", async () => {
    for (const isForced of [false, true]) {
      await using scripted = await ScriptedOnionTor.start();
      let begin = (_signal: AbortSignal) => {};
      const begun = new Promise<AbortSignal>((resolve) => begin = resolve);
      let answer = (_response: Response) => {};
      const server = await scripted.tor.serve(({ signal }) => {
        begin(signal);
        return new Promise((resolve) => answer = resolve);
      });
      const asking = ask(scripted);
      const signal = await begun;
      const closing = server.shutdown({ force: isForced });
      await scripted.port.waitFor(/^DEL_ONION/);
      if (!isForced) answer(new Response("at last"));
      if (isForced) assert.equal(await asking.catch(() => ""), "");
      else assert.match(await asking, /at last/);
      await closing;
      await server.finished;
      assert.equal(signal.aborted, isForced);
      assert.equal(await scripted.leavesFiles(), false);
      answer(new Response());
    }
  });

  it("gives up the wait for a shutdown, which goes on", async () => {
    await using scripted = await ScriptedOnionTor.start();
    let begin = () => {};
    const begun = new Promise<void>((resolve) => begin = resolve);
    const server = await scripted.tor.serve(() => {
      begin();
      return new Promise(() => {});
    });
    const asking = ask(scripted).catch(() => {});
    await begun;
    const stop = new AbortController();
    const closing = server.shutdown({ signal: stop.signal });
    stop.abort(new Error("enough"));
    await assert.rejects(closing, /enough/);
    await server[Symbol.asyncDispose]();
    await asking;
    await server.finished;
  });

  it("is finished when the service is lost with the connection", async () => {
    await using scripted = await ScriptedOnionTor.start();
    const server = await scripted.tor.serve(() => new Response());
    await scripted.port.closeConnections();
    await assert.rejects(server.finished, DisconnectedError);
    assert.equal(await scripted.leavesFiles(), false);
    await server.shutdown();
  });

  it("refuses what is no handler, and leaves nothing where it cannot be published", async () => {
    await using scripted = await ScriptedOnionTor.start({ add: "failed" });
    for (const handler of [undefined, null, "x", {}, { fetch: 1 }]) {
      const serving = scripted.tor.serve(handler as unknown as OnionHandler);
      await assert.rejects(serving, { name: "TypeError", message: /^Cannot serve with what is/ });
    }
    assert.equal(scripted.target, undefined);
    await assert.rejects(scripted.tor.serve(() => new Response()), OnionPublishError);
    assert.equal(await scripted.leavesFiles(), false);
  });
});
