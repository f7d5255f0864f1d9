import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { useNetwork } from "../_support/network.ts";
import { startServer, type TestServer } from "../tor/_support.ts";
import { Example, type ExampleOutcome, SLOW } from "./_example.ts";

const PAGE = "www.custom-circuit.test";

describe("examples/custom_circuit", () => {
  let network: PrivateNetwork;
  let directory: string;
  let server: TestServer;
  let url: string;

  async function run(...args: string[]): Promise<ExampleOutcome> {
    const given = ["--torrc", `${directory}/torrc`, ...args];
    await using example = new Example("custom_circuit", { directory, args: given });
    return await example.outcome();
  }

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [PAGE]: "127.0.0.1" });
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await writeFile(`${directory}/torrc`, network.clientTorrc);
    server = await startServer((_request, response) => response.end("A page"));
    url = `http://${PAGE}:${server.port}/`;
  }, SLOW);
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true });
    for (const held of [server, network]) await held?.[Symbol.asyncDispose]();
  });

  /** What it says behind its progress. */
  function told(lines: readonly string[]): readonly string[] {
    return lines.slice(lines.findIndex((line) => line.startsWith("Tor ")) + 1);
  }

  it("fetches a page by the three relays that it is given", SLOW, async () => {
    const relays = [network.relays[0]!, network.authorities[2]!, network.relays[2]!];
    const names = relays.map(({ nickname }) => nickname);
    const { code, stderr, lines } = await run("--by", names.join(), url);
    assert.equal(code, 0, stderr);
    // It depends on which relays Tor has chosen for itself.
    assert.match(stderr, /^(?:A circuit is built .* is none of Tor's entry guards\n)?$/);
    const said = told(lines);
    const [, circuit] = /^built (circuit \d+: .*)$/.exec(said[1]!) ?? assert.fail(lines.join("\n"));
    assert.equal(circuit!.slice(circuit!.indexOf(":") + 2), names.join(" > "));
    assert.deepEqual(said.slice(2), [
      `fetched ${url}: status 200, 6 characters`,
      `  by ${circuit}`,
    ]);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });

  it("finds relays by itself, the exit by the port", SLOW, async () => {
    const { nickname, exclusivePort } = network.relays[1]!;
    await using _server = await startServer((_request, response) => response.end("Alone"), {
      port: exclusivePort!,
    });
    const { code, stderr, lines } = await run(`http://${PAGE}:${exclusivePort}/`);
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    const said = told(lines);
    assert.match(said[1]!, new RegExp(`^built circuit \\d+: \\w+ > \\w+ > ${nickname}$`));
    assert.equal(said[3], said[1]!.replace("built", "  by"));
  });

  it("fails with the reason where there is no such relay, and leaves nothing", SLOW, async () => {
    const { code, stderr } = await run("--by", "relay1,nobody,relay2", url);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot find the relay nobody/);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });
});
