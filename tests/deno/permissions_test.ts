/** Each operation runs under exactly the permissions that docs/permissions.md tells, and not without. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DenoRuntime } from "../../lib/runtime/deno.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { ScriptedOnionTor } from "../tor/_scripted_onion.ts";

const runtime = new DenoRuntime();
const PROBE = fileURLToPath(new URL("./fixtures/permission_probe.ts", import.meta.url));

/** What the probe prints. */
interface Outcome {
  readonly result?: unknown;
  readonly error?: { readonly name: string; readonly message: string; readonly cause?: string };
}

/** Runs one operation in a Deno of its own. */
async function probe(
  operation: string,
  argument: string,
  { flags, env }: { flags: readonly string[]; env?: Record<string, string> },
): Promise<Outcome> {
  await using process = await runtime.spawn(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", ...flags, PROBE, operation, argument],
    ...(env === undefined ? {} : { env }),
  });
  const [out, err] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
  ]);
  assert.equal(err, "");
  return JSON.parse(out) as Outcome;
}

/**
 * The operation works with the flags, and for each flag that is left out it fails with a
 * `PermissionError` that names all of them.
 */
async function needs(
  operation: string,
  argument: string,
  flags: readonly string[],
  { named = flags.join(" ") }: { named?: string } = {},
): Promise<void> {
  const granted = await probe(operation, argument, { flags });
  assert.equal(granted.error, undefined, JSON.stringify(granted));
  for (const missing of flags) {
    const fewer = flags.filter((flag) => flag !== missing);
    const { error } = await probe(operation, argument, { flags: fewer });
    assert.ok(error, `${operation} works without ${missing}`);
    assert.equal(error.name, "PermissionError");
    assert.equal(error.cause, "NotCapable");
    assert.ok(error.message.includes(named), error.message);
  }
}

/** Runs `body` in a temporary directory that is gone afterwards. */
async function inTempDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await runtime.makeTempDirectory("torcon-test-");
  try {
    await body(directory);
  } finally {
    await runtime.remove(directory, { recursive: true });
  }
}

Deno.test("to connect to a TCP port needs --allow-net=HOST:PORT", async () => {
  await using listener = await runtime.listen({ hostname: "127.0.0.1", port: 0 });
  const address = formatAddress(listener.address);
  await needs("connect", address, [`--allow-net=${address}`]);
});

Deno.test("to connect to a Unix socket needs --allow-read, --allow-write and --allow-net", async () => {
  await inTempDirectory(async (directory) => {
    const path = `${directory}/socket`;
    await using _listener = await runtime.listen({ path });
    await needs("connect", `unix:${path}`, [
      `--allow-read=${path}`,
      `--allow-write=${path}`,
      `--allow-net=unix:${path}`,
    ]);
  });
});

Deno.test("to listen on a TCP port needs --allow-net=HOST:PORT", async () => {
  await needs("listen", "127.0.0.1:0", ["--allow-net=127.0.0.1:0"]);
});

Deno.test("to listen on a Unix socket needs --allow-read, --allow-write and --allow-net", async () => {
  await inTempDirectory(async (directory) => {
    const path = `${directory}/socket`;
    await needs("listen", `unix:${path}`, [
      `--allow-read=${path}`,
      `--allow-write=${path}`,
      `--allow-net=unix:${path}`,
    ]);
    assert.deepEqual(await runtime.readDirectory(directory), []);
  });
});

Deno.test("to serve at an onion address needs the control port and the local port", async () => {
  await using scripted = await ScriptedOnionTor.start();
  const control = scripted.port.address;
  const argument = JSON.stringify({ control, localPort: 0 });
  const granted = await probe("serveOnion", argument, {
    flags: [`--allow-net=${control},127.0.0.1:0`],
  });
  assert.deepEqual(granted, {});
  for (const [flag, missing] of [[control, "127.0.0.1:0"], ["127.0.0.1:0", control]]) {
    const { error } = await probe("serveOnion", argument, { flags: [`--allow-net=${flag}`] });
    assert.equal(error?.name, "PermissionError");
    assert.ok(error.message.includes(`--allow-net=${missing}`), error.message);
  }
});

Deno.test("to serve at an onion address by a Unix socket needs a temporary directory, too", async () => {
  await using scripted = await ScriptedOnionTor.start();
  const argument = JSON.stringify({ control: scripted.port.address });
  await inTempDirectory(async (directory) => {
    const env = { TMPDIR: directory };
    const read = `--allow-read=${directory}`;
    const write = `--allow-write=${directory}`;
    const net = "--allow-net";
    assert.deepEqual(await probe("serveOnion", argument, { flags: [net, read, write], env }), {});
    for (
      const flags of [[net, read], [net, write], [`${net}=${scripted.port.address}`, read, write]]
    ) {
      const { error } = await probe("serveOnion", argument, { flags, env });
      assert.equal(error?.name, "PermissionError", flags.join(" "));
      assert.deepEqual(await runtime.readDirectory(directory), []);
    }
  });
});

Deno.test("a UDP socket needs --allow-net for itself and for whom it sends to", async () => {
  await needs("listenDatagram", "", ["--allow-net=127.0.0.1"], {
    named: "bind a UDP socket to 127.0.0.1:0: Deno was not granted --allow-net=127.0.0.1:0",
  });
  const { error } = await probe("listenDatagram", "", { flags: ["--allow-net=127.0.0.1:0"] });
  assert.equal(error?.name, "PermissionError");
  assert.match(
    error.message,
    /^Cannot send a datagram to (127\.0\.0\.1:\d+): Deno was not granted --allow-net=\1$/,
  );
});

Deno.test("to start tor, with variables of its own and input, needs --allow-run=tor alone", async () => {
  await needs("spawn", "tor", ["--allow-run=tor"]);
});

Deno.test("Deno's reason is told where a loader's variable forbids to start tor", async () => {
  const { error } = await probe("spawn", "tor", {
    flags: ["--allow-run=tor"],
    env: { LD_LIBRARY_PATH: "/nowhere" },
  });
  assert.equal(error?.name, "PermissionError");
  assert.match(error.message, /^Cannot run tor: .*LD_LIBRARY_PATH environment variable/);
});

Deno.test("files need --allow-read or --allow-write of their path", async () => {
  await inTempDirectory(async (directory) => {
    const path = `${directory}/file`;
    await needs("writeFile", path, [`--allow-write=${path}`]);
    await needs("readFile", path, [`--allow-read=${path}`]);
    await needs("stat", path, [`--allow-read=${path}`]);
    await needs("remove", path, [`--allow-write=${path}`]);
  });
});

Deno.test("directories need --allow-read or --allow-write of their path", async () => {
  await inTempDirectory(async (directory) => {
    const path = `${directory}/made`;
    await needs("makeDirectory", path, [`--allow-write=${path}`]);
    await needs("readDirectory", path, [`--allow-read=${path}`]);
    await needs("remove", path, [`--allow-write=${path}`]);
  });
});

Deno.test("a temporary directory needs --allow-write of the place for them", async () => {
  const directory = await runtime.makeTempDirectory("torcon-test-");
  await runtime.remove(directory);
  const place = directory.slice(0, directory.lastIndexOf("/"));
  await needs("makeTempDirectory", "", [`--allow-write=${place}`], { named: "--allow-write" });
});

Deno.test("a variable and the user id are undefined where they are not permitted", async () => {
  const flags = ["--allow-env=PATH", "--allow-sys=uid"];
  assert.equal((await probe("env", "PATH", { flags })).result, Deno.env.get("PATH"));
  assert.equal((await probe("uid", "", { flags })).result, Deno.uid());
  assert.deepEqual(await probe("env", "PATH", { flags: [] }), {});
  assert.deepEqual(await probe("uid", "", { flags: [] }), {});
});

Deno.test("onInterrupt() needs no permission", async () => {
  assert.deepEqual(await probe("onInterrupt", "", { flags: [] }), {});
});

Deno.test("endBySignal() exits with the signal's code where no signal may be sent", async () => {
  const fixture = fileURLToPath(new URL("../runtime/_ended_by_signal.ts", import.meta.url));
  for (const [signal, code] of [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const) {
    await using process = await runtime.spawn(Deno.execPath(), {
      args: ["run", "--quiet", "--no-prompt", "--no-check", "--allow-run=tor", fixture, signal],
      stdin: new TextEncoder().encode("end\n"),
    });
    assert.deepEqual(await process.status, { success: false, code, signal: null });
  }
});

Deno.test("fetch needs no permission but what its dialer needs", async () => {
  const fixture = fileURLToPath(new URL("./fixtures/http_in_memory.ts", import.meta.url));
  await using process = await runtime.spawn(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", fixture],
  });
  const [out, err] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
  ]);
  assert.deepEqual([out, err], ["GET /a of abcdefgh.onion\nTimeoutError\n", ""]);
});
