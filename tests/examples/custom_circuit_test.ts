import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { useNetwork } from "../_support/network.ts";

const SLOW = { timeout: 120_000 };
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const EXAMPLE = fileURLToPath(
  new URL(`../../examples/custom_circuit${EXTENSION}`, import.meta.url),
);
const PAGE = "www.custom-circuit.test";

/** A server of one page; its port is the one that is asked for, or any. */
async function serve(page: string, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer((_request, response) => response.end(page));
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

describe("examples/custom_circuit", () => {
  let network: PrivateNetwork;
  let directory: string;
  let server: Server | undefined;
  let url: string;

  /** Runs the example on the runtime of this test, with the permissions that it tells of. */
  async function example(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const permissions = [
      "--allow-net",
      "--allow-run=tor,sh",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
    ];
    const command = "Deno" in globalThis ? ["run", "--no-prompt", ...permissions] : [];
    const given = ["--torrc", `${directory}/torrc`, ...args];
    return await promisify(execFile)(process.execPath, [...command, EXAMPLE, ...given], {
      env: { ...process.env, TMPDIR: directory, NO_COLOR: "1" },
      timeout: SLOW.timeout,
    });
  }

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [PAGE]: "127.0.0.1" });
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await writeFile(`${directory}/torrc`, network.clientTorrc);
    const served = await serve("A page");
    server = served.server;
    url = `http://${PAGE}:${served.port}/`;
  }, SLOW);
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true });
    server?.close();
    await network?.[Symbol.asyncDispose]();
  });

  /** What it says behind its progress. */
  function told(stdout: string): string[] {
    const lines = stdout.split("\n");
    return lines.slice(lines.findIndex((line) => line.startsWith("Tor ")) + 1);
  }

  it("fetches a page by the three relays that it is given", SLOW, async () => {
    const relays = [network.relays[0]!, network.authorities[2]!, network.relays[2]!];
    const names = relays.map(({ nickname }) => nickname);
    const { stdout, stderr } = await example(["--by", names.join(), url]);
    // It depends on which relays Tor has chosen for itself.
    assert.match(stderr, /^(?:A circuit is built .* is none of Tor's entry guards\n)?$/);
    const lines = told(stdout);
    const circuit = /^built (circuit \d+: .*)$/.exec(lines[1] ?? "")?.[1] ?? assert.fail(stdout);
    assert.equal(circuit.slice(circuit.indexOf(":") + 2), names.join(" > "));
    assert.deepEqual(lines.slice(2), [
      `fetched ${url}: status 200, 6 characters`,
      `  by ${circuit}`,
      "",
    ]);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });

  it("finds relays by itself, the exit by the port", SLOW, async () => {
    const { nickname, exclusivePort } = network.relays[1]!;
    const { server } = await serve("Alone", exclusivePort);
    const { stdout, stderr } = await example([`http://${PAGE}:${exclusivePort}/`])
      .finally(() => server.close());
    assert.equal(stderr, "");
    const lines = told(stdout);
    assert.match(lines[1] ?? "", new RegExp(`^built circuit \\d+: \\w+ > \\w+ > ${nickname}$`));
    assert.equal(lines[3], lines[1]!.replace("built", "  by"));
  });

  it("fails with the reason where there is no such relay, and leaves nothing", SLOW, async () => {
    const failure = await example(["--by", "relay1,nobody,relay2", url])
      .then(() => assert.fail("It did not fail"), (error) => error);
    assert.equal(failure.code, 1);
    assert.match(failure.stderr, /Cannot find the relay nobody/);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });
});
