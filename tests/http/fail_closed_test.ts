import { after, before, describe, it } from "node:test";
import assert from "node:assert/strict";
import dns from "node:dns";
import http, { type Agent } from "node:http";
import { Socket } from "node:net";
import { createHttpAgent } from "../../lib/http/http_agent.ts";
import { HttpClient } from "../../lib/http/http_client.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { connectToMemory } from "./_memory_server.ts";
import { rejection } from "./_support.ts";

/** What must never be called, by whatever asks for the platform's own ways out. */
const WAYS_OUT: readonly [name: string, owner: object, method: string][] = [
  ["fetch", globalThis, "fetch"],
  ["dns.lookup", dns, "lookup"],
  ["dns.resolve4", dns, "resolve4"],
  ["dns.promises.lookup", dns.promises, "lookup"],
  ["net.Socket.connect", Socket.prototype, "connect"],
];

describe("nothing goes out but by the dialer", () => {
  const used: string[] = [];
  const restore: (() => void)[] = [];

  before(() => {
    for (const [name, owner, method] of WAYS_OUT) {
      const original = Object.getOwnPropertyDescriptor(owner, method);
      if (original === undefined) continue;
      Object.defineProperty(owner, method, {
        configurable: true,
        writable: true,
        value: () => {
          used.push(name);
          throw new Error(`${name} was called`);
        },
      });
      restore.push(() => Object.defineProperty(owner, method, original));
    }
  });

  after(() => {
    for (const each of restore) each();
  });

  it("is watched: each way out that is tried is seen", () => {
    assert.throws(() => void fetch("http://127.0.0.1:1/"));
    assert.throws(() => new Socket().connect(1, "127.0.0.1"));
    assert.throws(() => dns.lookup("localhost", () => {}));
    assert.deepEqual(used.splice(0), ["fetch", "net.Socket.connect", "dns.lookup"]);
  });

  it("by fetch", async () => {
    await using client = new HttpClient({
      runtime: await detectRuntime(),
      dial: () => Promise.resolve(connectToMemory()),
    });
    for (const url of ["http://abcdefgh.onion/a", "http://www.example:81/", "http://127.0.0.1/"]) {
      const { pathname, host } = new URL(url);
      assert.equal(await (await client.fetch(url)).text(), `GET ${pathname} of ${host}`);
    }
    assert.deepEqual(used, []);
  });

  it("by fetch whose dialer fails", async () => {
    const refusal = new Error("refused");
    const runtime = await detectRuntime();
    await using client = new HttpClient({ runtime, dial: () => Promise.reject(refusal) });
    for (const url of ["http://www.example/", "https://www.example/"]) {
      assert.equal((await rejection(client.fetch(url))).cause, refusal);
    }
    assert.deepEqual(used, []);
  });

  it("by fetch that is given what other fetches take for a proxy or an agent", async () => {
    await using client = new HttpClient({
      runtime: await detectRuntime(),
      dial: () => Promise.resolve(connectToMemory()),
    });
    const init = { proxy: "http://127.0.0.1:1", unix: "/nowhere", agent: {} };
    const response = await client.fetch("http://www.example/", init as RequestInit);
    assert.equal(await response.text(), "GET / of www.example");
    assert.deepEqual(used, []);
  });

  it("by the agent", async () => {
    const agent = await createHttpAgent<Agent>({
      runtime: await detectRuntime(),
      dial: () => Promise.resolve(connectToMemory()),
    });
    const text = await new Promise<string>((resolve, reject) => {
      http.get("http://abcdefgh.onion/a", { agent }, (message) => {
        message.setEncoding("utf8").on("data", resolve);
      }).on("error", reject);
    });
    assert.equal(text, "GET /a of abcdefgh.onion");
    assert.deepEqual(used, []);
    agent.destroy();
  });
});
