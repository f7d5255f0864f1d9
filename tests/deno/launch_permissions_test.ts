/** A Tor is launched under exactly the permissions that docs/permissions.md tells, and not without. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { DenoRuntime } from "../../lib/runtime/deno.ts";
import type { Process } from "../../lib/runtime/types.ts";
import type { TorLaunchOptions } from "../../lib/tor/launch.ts";
import { useNetwork } from "../_support/network.ts";
import { isAlive } from "../testing/_processes.ts";
import { startServer } from "../tor/_support.ts";

const runtime = new DenoRuntime();
const PROBE = fileURLToPath(new URL("./fixtures/launch_probe.ts", import.meta.url));
const OFFLINE = { torrc: { DisableNetwork: 1, OutboundBindAddress: "127.0.0.1" } };

/** What the probe prints. */
interface Outcome {
  readonly text?: string;
  readonly error?: { readonly name: string; readonly message: string; readonly cause?: string };
}

/** What the probe does besides. */
interface ProbeOptions {
  /** What it fetches. */
  url?: string;
  /** Variables of its environment. */
  env?: Record<string, string>;
}

/** Starts a launch in a Deno of its own. */
async function start(
  flags: readonly string[],
  options: TorLaunchOptions,
  { url, env }: ProbeOptions = {},
): Promise<Process> {
  return await runtime.spawn(Deno.execPath(), {
    args: [
      ...["run", "--quiet", "--no-prompt", "--no-check", ...flags, PROBE, JSON.stringify(options)],
      ...(url === undefined ? [] : [url]),
    ],
    env,
  });
}

async function probe(...args: Parameters<typeof start>): Promise<Outcome> {
  await using process = await start(...args);
  const [out, err] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
  ]);
  assert.equal(err, "");
  return JSON.parse(out) as Outcome;
}

/**
 * A launch works with the flags, and for each flag that is left out it fails by a `PermissionError`
 * that names it.
 */
async function needs(
  flags: readonly string[],
  options: TorLaunchOptions,
  probeOptions: ProbeOptions = {},
): Promise<void> {
  assert.deepEqual(await probe(flags, options, probeOptions), {});
  for (const missing of flags) {
    const { error } = await probe(
      flags.filter((flag) => flag !== missing),
      options,
      probeOptions,
    );
    assert.equal(error?.name, "LaunchError", `it works without ${missing}`);
    assert.equal(error.cause, "PermissionError", missing);
    assert.ok(error.message.includes(missing.split("=", 1)[0]!), error.message);
  }
}

/** Runs `body` with the path of a directory that is not there yet, in one that is gone afterwards. */
async function withPath(body: (path: string) => Promise<void>): Promise<void> {
  const directory = await runtime.makeTempDirectory("torcon-test-");
  try {
    await body(`${directory}/tor`);
  } finally {
    await runtime.remove(directory, { recursive: true });
  }
}

/** The flags of a launch in `path`, less that for its sockets. */
const common = (path: string) => [
  "--allow-run=tor",
  `--allow-read=${path}`,
  `--allow-write=${path}`,
];

Deno.test("to launch a Tor in a directory of one's own needs the directory, its socket and tor", () =>
  withPath(async (dataDirectory) => {
    const options = { ...OFFLINE, dataDirectory };
    const flags = [...common(dataDirectory), `--allow-net=unix:${dataDirectory}/control`];
    await needs(flags, options);
  }));

Deno.test("to launch a Tor with TCP ports needs --allow-net of them", () =>
  withPath(async (dataDirectory) => {
    const options = { ...OFFLINE, dataDirectory, control: "127.0.0.1:0", socks: ["127.0.0.1:0"] };
    await needs([...common(dataDirectory), "--allow-net=127.0.0.1"], options);
  }));

Deno.test("to fetch through a launched Tor needs its SOCKS port besides", () =>
  withPath(async (dataDirectory) => {
    await using network = await useNetwork();
    await using server = await startServer((_request, response) => response.end("fetched"));
    const url = `http://127.0.0.1:${server.port}/`;
    const options = { torrc: network.clientOptions, dataDirectory };
    const control = `unix:${dataDirectory}/control`;
    const flags = common(dataDirectory);
    const both = `--allow-net=${control},unix:${dataDirectory}/socks`;
    assert.deepEqual(await probe([...flags, both], options, { url }), { text: "fetched" });
    const { error } = await probe([...flags, `--allow-net=${control}`], options, { url });
    assert.equal(error?.name, "TypeError");
    assert.equal(error.cause, "PermissionError");
    assert.equal(server.accepted(), 1);
  }));

Deno.test("to launch a Tor in a temporary directory needs --allow-net and the place for them", async () => {
  const path = await runtime.makeTempDirectory("torcon-test-");
  await runtime.remove(path);
  const parent = path.slice(0, path.lastIndexOf("/"));
  await runtime.makeDirectory(path);
  try {
    await needs([...common(parent), "--allow-net"], OFFLINE, { env: { TMPDIR: path } });
    assert.deepEqual(await runtime.readDirectory(path), []);
  } finally {
    await runtime.remove(path, { recursive: true });
  }
});

Deno.test("a program that may run nothing but tor ends when it is interrupted, and leaves nothing", async () => {
  const path = await runtime.makeTempDirectory("torcon-test-");
  await runtime.remove(path);
  const flags = [...common(path.slice(0, path.lastIndexOf("/"))), "--allow-net"];
  await using program = await start(flags, OFFLINE, { url: "interrupted" });
  const lines = program.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { pid, dataDirectory } = JSON.parse((await lines.read()).value!);
  program.kill("SIGINT");
  assert.deepEqual(await program.status, { success: false, code: 130, signal: null });
  assert.equal(isAlive(pid), false);
  assert.equal(await runtime.stat(dataDirectory), undefined);
  await lines.cancel();
});
