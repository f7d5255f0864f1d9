/**
 * What the adapter for Deno opens, it closes: Deno's sanitizers, which see only tests of `Deno.test`,
 * fail a test that leaves a socket, a process, a file or a call under way.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DenoRuntime } from "../../lib/runtime/deno.ts";
import type { Conn, SocketAddress } from "../../lib/runtime/types.ts";

const runtime = new DenoRuntime();
const TCP: SocketAddress = { hostname: "127.0.0.1", port: 0 };

/** A test under the sanitizers, whatever the configuration says. */
function test(name: string, body: () => Promise<void>): void {
  Deno.test({ name, fn: body, sanitizeResources: true, sanitizeOps: true });
}

/** Runs `body` with both ends of a connection by TCP, then by Unix socket, and closes nothing. */
async function onPairs(body: (client: Conn, server: Conn) => Promise<void>): Promise<void> {
  const directory = await runtime.makeTempDirectory("torcon-test-");
  for (const address of [TCP, { path: `${directory}/socket` }]) {
    const listener = await runtime.listen(address);
    const accepted = listener[Symbol.asyncIterator]().next();
    const client = await runtime.connect(listener.address);
    const server: Conn = (await accepted).value;
    await body(client, server);
    await listener.close();
  }
  await runtime.remove(directory, { recursive: true });
}

async function write(conn: Conn, data: Uint8Array): Promise<void> {
  const writer = conn.writable.getWriter();
  try {
    await writer.write(data);
  } finally {
    writer.releaseLock();
  }
}

test("close() leaves nothing open", () =>
  onPairs(async (client, server) => {
    await client.close();
    await server.close();
  }));

test("close() leaves nothing open while a read and a write wait", () =>
  onPairs(async (client, server) => {
    const read = client.readable.getReader().read();
    const writing = write(client, new Uint8Array(16 * 1024 * 1024)).catch(() => {});
    await client.close();
    assert.equal((await read).done, true);
    await writing;
    await server.close();
  }));

test("both half-closes free the connection without close()", () =>
  onPairs(async (client, server) => {
    await client.writable.close();
    for await (const _ of server.readable);
    await server.writable.close();
    for await (const _ of client.readable);
    await Promise.all([client.closed, server.closed]);
  }));

test("a cancel and a half-close free the connection without close()", () =>
  onPairs(async (client, server) => {
    for (const conn of [client, server]) {
      await conn.readable.cancel();
      await conn.writable.close();
      await conn.closed;
    }
  }));

test("a cancel while a read waits, and an abort, free the connection", () =>
  onPairs(async (client, server) => {
    const reader = client.readable.getReader();
    const read = reader.read();
    await reader.cancel();
    assert.equal((await read).done, true);
    await client.writable.abort();
    await server.writable.abort();
    await Promise.all([client.closed, server.closed]);
  }));

test("a reset frees the connection without close() once it is read to its end", () =>
  onPairs(async (client, server) => {
    const writing = write(client, new Uint8Array(16 * 1024 * 1024));
    writing.catch(() => {});
    await server.readable.getReader().read();
    await server.close();
    await assert.rejects(writing);
    await assert.rejects(client.readable.getReader().read());
    await assert.rejects(client.closed);
  }));

test("an abort of connect() leaves nothing open", async () => {
  const directory = await runtime.makeTempDirectory("torcon-test-");
  for (const address of [TCP, { path: `${directory}/socket` }]) {
    const listener = await runtime.listen(address);
    const controller = new AbortController();
    const connecting = runtime.connect(listener.address, { signal: controller.signal });
    controller.abort();
    await assert.rejects(connecting, { name: "AbortError" });
    await listener.close();
    await assert.rejects(runtime.connect(listener.address));
  }
  await runtime.remove(directory, { recursive: true });
});

test("close() of a listener leaves nothing open while an accept waits", async () => {
  const listener = await runtime.listen(TCP);
  const waits = listener[Symbol.asyncIterator]().next();
  await listener.close();
  assert.equal((await waits).done, true);
});

test("a process that ended, and was read, leaves nothing open", async () => {
  const process = await runtime.spawn("sh", {
    args: ["-c", "cat; echo err >&2"],
    stdin: new Uint8Array(1024 * 1024),
  });
  for await (const _ of process.stdout);
  for await (const _ of process.stderr);
  await process.status;
});

test("a process whose outputs are cancelled leaves nothing open", async () => {
  const process = await runtime.spawn("sleep", { args: ["600"] });
  await process.stdout.cancel();
  await process.stderr.cancel();
  process.kill("SIGKILL");
  await process.status;
});

test("a process that is disposed leaves nothing open, though it does not read its input", async () => {
  const process = await runtime.spawn("sleep", {
    args: ["600"],
    stdin: new Uint8Array(8 * 1024 * 1024),
  });
  await process[Symbol.asyncDispose]();
});

test("a process that an abort killed leaves nothing open when it is disposed", async () => {
  const controller = new AbortController();
  const process = await runtime.spawn("sleep", { args: ["600"], signal: controller.signal });
  controller.abort();
  assert.equal((await process.status).signal, "SIGKILL");
  await process[Symbol.asyncDispose]();
});

test("a program that cannot be started leaves nothing open", async () => {
  await assert.rejects(runtime.spawn("torcon-no-such-program", { stdin: new Uint8Array(1) }));
});

test("files leave nothing open, when they fail or are aborted too", async () => {
  const directory = await runtime.makeTempDirectory("torcon-test-");
  const path = `${directory}/file`;
  await runtime.writeFile(path, new Uint8Array(1024 * 1024));
  await runtime.readFile(path);
  await assert.rejects(runtime.writeFile(path, new Uint8Array(1), { createNew: true }));
  await assert.rejects(runtime.writeFile(directory, new Uint8Array(1)));
  const controller = new AbortController();
  const calls = [
    runtime.writeFile(path, new Uint8Array(1), { signal: controller.signal }),
    runtime.readFile(path, { signal: controller.signal }),
  ];
  controller.abort();
  await Promise.all(calls.map((call) => assert.rejects(call, { name: "AbortError" })));
  await runtime.remove(directory, { recursive: true });
});

test("onInterrupt() leaves nothing open when it is taken back", async () => {
  const stop = runtime.onInterrupt(() => {});
  await Promise.resolve();
  stop();
});

Deno.test("the sanitizers catch what is left open", async () => {
  const fixture = fileURLToPath(new URL("./fixtures/leaks.ts", import.meta.url));
  await using process = await runtime.spawn(Deno.execPath(), {
    args: ["test", "--quiet", "--no-check", "-A", fixture],
    env: { NO_COLOR: "1" },
  });
  const report = await new Response(process.stdout).text();
  assert.equal((await process.status).success, false);
  for (const leak of ["a TCP connection", "a Unix connection", "a listener", "a child process"]) {
    assert.match(report, new RegExp(`^leaves ${leak} \\.\\.\\. FAILED`, "m"));
  }
  assert.match(report, /\| 0 passed \| 4 failed/);
});
