/**
 * Shows torcon at work, on real input: starts a private Tor network on loopback; on Deno, Bun and
 * Node launches a Tor of that network and connects through it; builds a circuit by relays of one's
 * choice and fetches a page by it; joins a Tor that runs already; and serves a page at an onion address,
 * from where it is fetched.
 * Checks that nothing is left behind.
 *
 * @module
 */
import { type NetworkProgress, PrivateNetwork } from "../lib/testing/mod.ts";
import { checkGone, checkOnly } from "./demo/check_gone.ts";
import { type Program, programs } from "./demo/programs.ts";
import { DemoServers } from "./demo/servers.ts";
import { run, runOrThrow } from "./support/run.ts";

const PROGRAM_TIMEOUT_MS = 90_000;
const PAGE = "www.torcon.example";
const WHOIS = "whois.torcon.example";
const TORRC = "torrc";

function showProgress({ phase, elapsed, nickname, summary }: NetworkProgress): void {
  if (nickname === undefined) console.log(`  ${(elapsed / 1000).toFixed(1)} s  ${phase}`);
  else if (phase === "bootstrap" && summary === "Done") {
    console.log(`  ${(elapsed / 1000).toFixed(1)} s  ${nickname} is ready`);
  }
}

/** Runs a program, which prints for itself, and checks that it leaves nothing in its `directory`. */
async function runProgram(
  { runtime, command, args }: Program,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  const begin = performance.now();
  const timeout = AbortSignal.timeout(PROGRAM_TIMEOUT_MS);
  const { code, leftProcesses } = await run(command, args, {
    env: { TMPDIR: directory },
    signal: AbortSignal.any([signal, timeout]),
    show: true,
  });
  signal.throwIfAborted();
  timeout.throwIfAborted();
  if (code !== 0) throw new Error(`The program failed on ${runtime}, with exit code ${code}`);
  if (leftProcesses) throw new Error(`The program has left a process on ${runtime}`);
  await checkOnly(directory, TORRC);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`\n${runtime} took ${seconds} s; no process and no file of it is left`);
}

/** Launches a Tor of the network on each runtime, and connects through it. */
async function showLaunch(
  network: PrivateNetwork,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  await using servers = new DemoServers();
  await network.dns.add({ [PAGE]: ["127.0.0.1", "2001:db8::7"], [WHOIS]: "127.0.0.1" });
  const torrc = `${directory}/${TORRC}`;
  await Deno.writeTextFile(torrc, network.clientTorrc);
  const launching = programs("launch", {
    args: [
      "--torrc",
      torrc,
      `http://${PAGE}:${servers.pagePort}/`,
      `${WHOIS}:${servers.whoisPort}`,
    ],
    // The sockets of a Tor in a fresh directory have no names yet that could be allowed.
    permissions: [
      "--allow-net",
      "--allow-run=tor,sh",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
    ],
  });
  for (const program of launching) {
    console.log(`\n== ${program.runtime} launches a Tor of its own ==\n`);
    await runProgram(program, { directory, signal });
  }
}

/** Builds a circuit by relays of one's choice on each runtime, and fetches a page by it. */
async function showCustomCircuit(
  network: PrivateNetwork,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  await using servers = new DemoServers();
  const relays = [network.relays[0]!, network.authorities[0]!, network.relays[2]!];
  const names = relays.map(({ nickname }) => nickname);
  const building = programs("custom_circuit", {
    args: [
      "--torrc",
      `${directory}/${TORRC}`,
      "--by",
      names.join(),
      `http://${PAGE}:${servers.pagePort}/`,
    ],
    permissions: [
      "--allow-net",
      "--allow-run=tor,sh",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
    ],
  });
  for (const program of building) {
    console.log(`\n== ${program.runtime} builds a circuit by ${names.join(", ")} ==\n`);
    await runProgram(program, { directory, signal });
  }
}

/** Joins the network's client on each runtime. */
async function showConnect(
  network: PrivateNetwork,
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  const { control, controlSocket, dataDirectory } = network.client;
  const joining = programs("connect", {
    args: [control],
    permissions: [
      `--allow-net=${control}`,
      `--allow-read=${dataDirectory}`,
      ...(controlSocket === undefined ? [] : [`--allow-write=${controlSocket.slice(5)}`]),
    ],
  });
  for (const program of joining) {
    console.log(`\n== ${program.runtime} joins a Tor that runs, at ${control} ==\n`);
    await runProgram(program, { directory, signal });
  }
}

/** Serves a page at an onion address on each runtime, and fetches it from there. */
async function showWebSite(
  { directory, signal }: { directory: string; signal: AbortSignal },
): Promise<void> {
  const serving = programs("onion_web_site", {
    args: ["--torrc", `${directory}/${TORRC}`, "--visit"],
    // The sockets of a Tor, and of the service, have no names yet that could be allowed.
    permissions: [
      "--allow-net",
      "--allow-run=tor,sh",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
    ],
  });
  for (const program of serving) {
    console.log(`\n== ${program.runtime} serves a page at an onion address ==\n`);
    await runProgram(program, { directory, signal });
  }
}

/** Shows it all; what was started has ended when this does. */
async function demo(signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  console.log("Building the package for Node");
  await runOrThrow(Deno.execPath(), ["run", "--allow-all", "scripts/build_npm.ts"], { signal });

  console.log("Starting a private Tor network on loopback: 3 authorities, 3 exits, 1 client");
  const directory = await Deno.makeTempDir({ prefix: "torcon-demo-" });
  let count: number;
  try {
    await using network = await PrivateNetwork.start({ onProgress: showProgress, signal });
    await showLaunch(network, { directory, signal });
    await showCustomCircuit(network, { directory, signal });
    await showConnect(network, { directory, signal });
    await showWebSite({ directory, signal });
    await network[Symbol.asyncDispose]();
    count = await checkGone(network);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  const seconds = Math.round((performance.now() - begin) / 1000);
  console.log(
    `\nDone in ${seconds} s: the network has ended, and of its ${count} tors no process and no file is left`,
  );
}

const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const interrupted = new AbortController();
let exitCode = 0;
for (const [name, number] of Object.entries(SIGNALS)) {
  Deno.addSignalListener(name as keyof typeof SIGNALS, () => {
    exitCode = 128 + number;
    interrupted.abort(new Error(`Interrupted by ${name}`));
  });
}
try {
  await demo(interrupted.signal);
} catch (error) {
  exitCode ||= 1;
  if (interrupted.signal.aborted) console.error(`\n${interrupted.signal.reason.message}`);
  else console.error("\nThe demo has failed:", error);
}
Deno.exit(exitCode);
