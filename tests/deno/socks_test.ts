/**
 * What a SOCKS handshake opens, it closes, however it ends: Deno's sanitizers, which see only tests of
 * `Deno.test`, fail a test that leaves a socket, a timer or a call under way.
 */
import assert from "node:assert/strict";
import { DenoRuntime } from "../../lib/runtime/deno.ts";
import type { SocksOptions } from "../../lib/socks/negotiate.ts";
import { socksConnect } from "../../lib/socks/socks_connect.ts";
import { socksResolve } from "../../lib/socks/socks_resolve.ts";
import { ScriptedSocksServer, type SocksScript } from "../_support/scripted_socks_server.ts";

const runtime = new DenoRuntime();
const TARGET = { hostname: "a.example", port: 80 };

/** A test under the sanitizers, whatever the configuration says; the server stays until its end. */
function test(
  name: string,
  script: SocksScript,
  body: (server: ScriptedSocksServer) => Promise<void>,
): void {
  Deno.test({
    name,
    sanitizeResources: true,
    sanitizeOps: true,
    async fn() {
      await using server = await ScriptedSocksServer.start(script);
      await body(server);
      await server.clientsGone;
    },
  });
}

const LOGIN: SocksOptions = { username: "me", password: "hidden" };
const FAILURES: [string, SocksScript, SocksOptions?][] = [
  ["a refusal", { reply: [5, 5, 0, 1, 0, 0, 0, 0, 0, 0] }],
  ["a refused method", { method: [5, 255] }],
  ["a refused password", { authentication: [1, 1] }, LOGIN],
  ["garbage", { method: [0x48, 0x54, 0x54, 0x50] }],
  ["a server that speaks first", { first: [50, 50, 48] }],
  ["a server that hangs up", { first: "close" }],
  ["half a reply", { reply: [5, 0, 0, 1], then: "close" }],
  ["a reset of the greeting", { method: "reset" }],
  ["a reset of the request", { reply: "reset" }],
  ["a silent greeting", { method: "silence" }, { timeout: 20 }],
  ["a silent authentication", { authentication: "silence" }, { ...LOGIN, timeout: 20 }],
  ["a silent request", { reply: "silence" }, { timeout: 20 }],
  ["an abort beforehand", {}, { signal: AbortSignal.abort() }],
  ["a wrong credential", {}, { isolation: "" }],
];
for (const [what, script, options] of FAILURES) {
  test(`a handshake leaves nothing open after ${what}`, script, async (server) => {
    await assert.rejects(socksConnect(await runtime.connect(server.address), TARGET, options));
  });
}

test("a handshake leaves nothing open after an abort", { reply: "silence" }, async (server) => {
  const controller = new AbortController();
  server.asked.then(() => controller.abort());
  const { signal } = controller;
  await assert.rejects(socksConnect(await runtime.connect(server.address), TARGET, { signal }));
});

test("a connection leaves nothing open when it is closed", {}, async (server) => {
  const conn = await socksConnect(await runtime.connect(server.address), TARGET);
  await conn.close();
});

test("a connection that begins with bytes leaves nothing open when it is closed", {
  data: Uint8Array.of(1, 2, 3),
}, async (server) => {
  const conn = await socksConnect(await runtime.connect(server.address), TARGET);
  const reader = conn.readable.getReader();
  assert.equal((await reader.read()).value!.length, 3);
  const waiting = reader.read();
  await conn.close();
  assert.equal((await waiting).done, true);
});

test("a connection that begins with bytes leaves nothing open when it is over", {
  data: Uint8Array.of(1, 2, 3),
}, async (server) => {
  const conn = await socksConnect(await runtime.connect(server.address), TARGET);
  await conn.writable.close();
  for await (const _ of conn.readable);
  await conn.closed;
});

test("a resolved name leaves nothing open", {}, async (server) => {
  const conn = await runtime.connect(server.address);
  assert.equal(await socksResolve(conn, "a.example"), "0.0.0.0");
});
