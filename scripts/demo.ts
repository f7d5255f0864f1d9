// deno-lint-ignore-file no-console -- a command prints
/**
 * Shows torcon at work, on real input: starts a private Tor network on loopback, joins its client by
 * Unix socket and by TCP on Deno, Bun and Node, prints what Tor reports, and leaves nothing behind.
 *
 * @module
 */
import { type NetworkProgress, PrivateNetwork } from "../lib/testing/mod.ts";
import { run, runOrThrow } from "./support/run.ts";

const EXAMPLE = "examples/connect";

interface Visit {
  readonly runtime: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** How the example is run on each runtime, with the permissions that it needs and no more. */
function visits(address: string, dataDirectory: string): Visit[] {
  const path = address.replace(/^unix:/, "");
  const permissions = address.startsWith("unix:")
    ? [`--allow-net=${address}`, `--allow-read=${dataDirectory}`, `--allow-write=${path}`]
    : [`--allow-net=${address}`, `--allow-read=${dataDirectory}`];
  const bin = "node_modules/.bin";
  return [
    {
      runtime: "Deno",
      command: `${bin}/deno`,
      args: ["run", "--no-prompt", ...permissions, `${EXAMPLE}.ts`, address],
    },
    { runtime: "Bun", command: `${bin}/bun`, args: [`${EXAMPLE}.ts`, address] },
    { runtime: "Node", command: "node", args: [`npm/${EXAMPLE}.js`, address] },
  ];
}

function showProgress({ phase, elapsed, nickname, summary }: NetworkProgress): void {
  if (nickname === undefined) console.log(`  ${(elapsed / 1000).toFixed(1)} s  ${phase}`);
  else if (phase === "bootstrap" && summary === "Done") {
    console.log(`  ${(elapsed / 1000).toFixed(1)} s  ${nickname} is ready`);
  }
}

const begin = performance.now();
console.log("Building the package for Node");
await runOrThrow(Deno.execPath(), ["run", "--allow-all", "scripts/build_npm.ts"]);

console.log("Starting a private Tor network on loopback: 3 authorities, 3 exits, 1 client");
await using network = await PrivateNetwork.start({ onProgress: showProgress });
const { controlPort, controlSocket, dataDirectory } = network.client;

for (const address of [controlSocket, controlPort]) {
  if (address === undefined) continue;
  for (const { runtime, command, args } of visits(address, dataDirectory)) {
    console.log(`\n${runtime} joins it at ${address}`);
    const { code, output } = await run(command, args);
    console.log(output.trimEnd().replaceAll(/^/gm, "  "));
    if (code !== 0) throw new Error(`${runtime} failed with exit code ${code}`);
  }
}
const seconds = Math.round((performance.now() - begin) / 1000);
console.log(`\nDone in ${seconds} s: ending the network, which leaves nothing behind`);
