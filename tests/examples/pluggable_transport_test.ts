import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { ControlConnection } from "../../lib/control/connection.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { useNetwork } from "../_support/network.ts";
import { fakeTor } from "../launch/_support.ts";
import { startServer } from "../tor/_support.ts";
import { Example, SLOW } from "./_example.ts";

const PAGE = "www.pluggable-transport.test";
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));

describe("examples/pluggable_transport", () => {
  let network: PrivateNetwork;
  let bridge: StartedClient;
  let directory: string;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [PAGE]: "127.0.0.1" });
    bridge = await network.addClient({
      nickname: "examplebridge",
      torrc: { BridgeRelay: 1, ORPort: "127.0.0.1:auto", Address: "127.0.0.1" },
    });
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await writeFile(`${directory}/torrc`, network.clientTorrc);
  }, SLOW);
  after(async () => {
    if (directory !== undefined) await rm(directory, { recursive: true });
    for (const held of [bridge, network]) await held?.[Symbol.asyncDispose]();
  });

  it("enters the network by the bridge, and prints the torrc", SLOW, async () => {
    await using control = await ControlConnection.connect({
      control: bridge.control,
      runtime: await detectRuntime(),
    });
    const fingerprint = await control.getInfo("fingerprint");
    const address = (await control.getInfo("net/listeners/or")).replaceAll('"', "");
    const line = `plain ${address} ${fingerprint} key=value`;

    const program = fileURLToPath(new URL(`../launch/_transport${EXTENSION}`, import.meta.url));
    const own = "Deno" in globalThis ? "run -A --no-check " : "";
    const record = `${directory}/record`;
    const exec = await fakeTor(
      directory,
      `exec "${process.execPath}" ${own}"${program}" "${record}"`,
    );
    await using server = await startServer((_request, response) => response.end("A page"));
    const url = `http://${PAGE}:${server.port}/`;
    const given = ["--transport", exec, "--bridge", line, "--torrc", `${directory}/torrc`, url];
    await using example = new Example("pluggable_transport", { directory, args: given });

    const lines = await example.end();
    const told = lines.slice(lines.indexOf("A torrc for it:") + 1);
    assert.deepEqual(told.slice(0, -1), [
      "  UseBridges 1",
      `  Bridge ${line}`,
      `  ClientTransportPlugin plain exec ${exec}`,
      "",
      `fetched ${url}: status 200, 6 characters`,
    ]);
    // Tor knows a bridge by its fingerprint, and by its nickname only where it has taken one.
    assert.match(told.at(-1)!, /^ {2}by circuit \d+: (examplebridge|Unnamed) > \w+ > \w+$/);
    assert.ok((await readFile(record, "utf8")).includes(`connects to ${address} with key=value`));
    assert.deepEqual((await readdir(directory)).sort(), ["record", "tor", "torrc"]);
  });

  it("says what it needs", SLOW, async () => {
    await using example = new Example("pluggable_transport", { directory });
    const { code, stderr } = await example.outcome();
    assert.equal(code, 1);
    assert.match(stderr, /Expected --transport, --bridge/);
  });
});
