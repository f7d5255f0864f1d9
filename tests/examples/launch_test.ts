import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer as createWebServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { useNetwork } from "../_support/network.ts";

const SLOW = { timeout: 120_000 };
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const EXAMPLE = fileURLToPath(new URL(`../../examples/launch${EXTENSION}`, import.meta.url));
const PAGE = "www.launch-example.test";
const WHOIS = "whois.launch-example.test";

/** The port that a server listens on from now on. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

describe("examples/launch", () => {
  let network: PrivateNetwork;
  let directory: string;
  const web = createWebServer((_request, response) => response.end("\n\x1b[1mA page\nand more\n"));
  const whois = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (question) => socket.end(`% asked about ${question}`));
  });

  /** Runs the example on the runtime of this test, with the permissions that it tells of. */
  async function example(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
    const permissions = [
      "--allow-net",
      "--allow-run=tor,sh",
      `--allow-read=${directory}`,
      `--allow-write=${directory}`,
    ];
    const command = "Deno" in globalThis ? ["run", "--no-prompt", ...permissions] : [];
    return await promisify(execFile)(process.execPath, [...command, EXAMPLE, ...args], {
      env: { ...process.env, TMPDIR: directory, NO_COLOR: "1" },
      timeout: SLOW.timeout,
    });
  }

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [PAGE]: ["127.0.0.1", "2001:db8::7"], [WHOIS]: "127.0.0.1" });
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await writeFile(`${directory}/torrc`, network.clientTorrc);
  }, SLOW);
  after(async () => {
    web.close();
    whois.close();
    await rm(directory, { recursive: true });
    await network?.[Symbol.asyncDispose]();
  });

  it("fetches, resolves and opens a stream, and tells the circuit of each", SLOW, async () => {
    const [pagePort, whoisPort] = await Promise.all([listen(web), listen(whois)]);
    const url = `http://${PAGE}:${pagePort}/`;
    const { stdout, stderr } = await example([
      "--torrc",
      `${directory}/torrc`,
      url,
      `${WHOIS}:${whoisPort}`,
    ]);
    assert.equal(stderr, "");
    const lines = stdout.split("\n");
    const ready = lines.findIndex((line) => line.startsWith("Tor "));
    assert.match(lines[ready]!, /^Tor \d+\.\S+ is ready, as process \d+$/);
    for (const line of lines.slice(0, ready)) assert.match(line, /^\[#*-*\] +\d+ % {2}\S/);
    assert.equal(lines[ready - 1], `[${"#".repeat(20)}] 100 %  Done`);

    const circuit = /^ {2}by circuit \d+: \w+ > \w+ > \w+$/;
    const expected: (string | RegExp)[] = [
      "",
      `fetched ${url}: status 200, 21 characters`,
      "  [1mA page",
      circuit,
      "",
      `resolved ${PAGE}: 127.0.0.1 and 2001:db8::7`,
      circuit,
      "",
      `asked ${WHOIS}:${whoisPort} by a raw stream about ${PAGE}: 39 characters`,
      `  % asked about ${PAGE}`,
      circuit,
      "",
    ];
    const told = lines.slice(ready + 1);
    assert.equal(told.length, expected.length, stdout);
    for (const [i, line] of expected.entries()) {
      if (typeof line === "string") assert.equal(told[i], line);
      else assert.match(told[i]!, line);
    }
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });

  it("fails with the reason, and leaves nothing", SLOW, async () => {
    const failure = await example(["--torrc", `${directory}/torrc`, "http://127.0.0.1/"])
      .then(() => assert.fail("It did not fail"), (error) => error);
    assert.equal(failure.code, 1);
    assert.match(failure.stderr, /private address 127\.0\.0\.1 /);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });
});
