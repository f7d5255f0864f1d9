/** Listeners and servers behind onion addresses, whichever way they end, leave nothing open. */
import assert from "node:assert/strict";
import { DenoRuntime } from "../../lib/runtime/deno.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import type { OnionHandler } from "../../lib/tor/onion_server.ts";
import { parseAddress } from "../../lib/util/address.ts";
import { ScriptedOnionTor } from "../tor/_scripted_onion.ts";

const runtime = new DenoRuntime();
const GET = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: a\r\n\r\n");

/** A test under the sanitizers, whatever the configuration says. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeResources: true, sanitizeOps: true });
}

/** Connects to where the service leads, as Tor would. */
async function visit({ target }: ScriptedOnionTor): Promise<Conn> {
  return await runtime.connect(parseAddress(target!));
}

/** Asks, and reads the first bytes of an answer. */
async function ask(conn: Conn): Promise<void> {
  await conn.writable.getWriter().write(GET);
  await conn.readable.getReader().read();
}

test("a listener that is closed while it waits, with a connection that nobody took", async () => {
  for (const localPort of [undefined, 0]) {
    await using scripted = await ScriptedOnionTor.start();
    const listener = await scripted.tor.listenOnion({ port: 80, localPort });
    const iterator = listener[Symbol.asyncIterator]();
    const waits = iterator.next();
    const taken = await visit(scripted);
    await (await waits).value.close();
    await taken.close();
    const conn = await visit(scripted);
    await listener.close();
    await conn.close();
  }
});

test("a listener whose service is refused, not published, or lost", async () => {
  for (const add of ["refused", "failed"] as const) {
    await using scripted = await ScriptedOnionTor.start({ add });
    await assert.rejects(scripted.tor.listenOnion({ port: 80 }));
  }
  await using scripted = await ScriptedOnionTor.start();
  const listener = await scripted.tor.listenOnion({ port: 80 });
  await scripted.port.closeConnections();
  await assert.rejects(listener[Symbol.asyncIterator]().next());
  await listener.close();
});

test("a server with connections that ask for nothing, and that have asked", async () => {
  await using scripted = await ScriptedOnionTor.start();
  const server = await scripted.tor.serve(() => new Response("hello"));
  const [idle, kept] = [await visit(scripted), await visit(scripted)];
  await ask(kept);
  await server.shutdown();
  await server.finished;
  await idle.close();
  await kept.close();
});

const never = () => new Promise<Response>(() => {});
const endless = () => new Response(new ReadableStream({ start: (c) => c.enqueue(GET) }));
const failing = () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error()) }));

for (
  const [what, handler] of [["never answers", never], ["answers without an end", endless]] as [
    string,
    OnionHandler,
  ][]
) {
  test(`a handler that ${what}, where the client leaves, and where the server does`, async () => {
    await using scripted = await ScriptedOnionTor.start();
    let begin = (_signal: AbortSignal) => {};
    const errors: unknown[] = [];
    const server = await scripted.tor.serve((request, info) => {
      begin(request.signal);
      return handler(request, info);
    }, { onError: (error) => errors.push(error) });
    for (const leaves of [true, false]) {
      const begun = new Promise<AbortSignal>((resolve) => begin = resolve);
      const conn = await visit(scripted);
      await conn.writable.getWriter().write(GET);
      const signal = await begun;
      const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
      if (leaves) await conn.close();
      else await server.shutdown({ force: true });
      await aborted;
      await conn.close();
    }
    assert.deepEqual(errors, []);
  });
}

test("a body that fails", async () => {
  await using scripted = await ScriptedOnionTor.start();
  const errors: unknown[] = [];
  await using _server = await scripted.tor.serve(failing, { onError: (e) => errors.push(e) });
  const conn = await visit(scripted);
  await ask(conn).catch(() => {});
  await conn.close();
  assert.equal(errors.length, 1);
});
