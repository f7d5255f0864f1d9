import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { useNetwork } from "../_support/network.ts";
import { startServer } from "../tor/_support.ts";
import { Example, SLOW } from "./_example.ts";

const PAGE = "www.launch-example.test";
const WHOIS = "whois.launch-example.test";

describe("examples/launch", () => {
  let network: PrivateNetwork;
  let directory: string;
  const whois = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (question) => socket.end(`% asked about ${question}`));
  });

  function start(...args: string[]): Example {
    const given = ["--torrc", `${directory}/torrc`, ...args];
    return new Example("launch", { directory, args: given });
  }

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [PAGE]: ["127.0.0.1", "2001:db8::7"], [WHOIS]: "127.0.0.1" });
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await writeFile(`${directory}/torrc`, network.clientTorrc);
  }, SLOW);
  after(async () => {
    whois.close();
    await rm(directory, { recursive: true });
    await network?.[Symbol.asyncDispose]();
  });

  it("fetches, resolves and opens a stream, and tells the circuit of each", SLOW, async () => {
    await using web = await startServer((_request, response) => {
      response.end("\n\x1b[1mA page\nand more\n");
    });
    await new Promise<void>((resolve) => whois.listen(0, "127.0.0.1", resolve));
    const { port: whoisPort } = whois.address() as AddressInfo;
    const url = `http://${PAGE}:${web.port}/`;
    await using example = start(url, `${WHOIS}:${whoisPort}`);
    const lines = await example.end();
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
    ];
    const told = lines.slice(ready + 1);
    assert.equal(told.length, expected.length, lines.join("\n"));
    for (const [i, line] of expected.entries()) {
      if (typeof line === "string") assert.equal(told[i], line);
      else assert.match(told[i]!, line);
    }
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });

  it("fails with the reason, and leaves nothing", SLOW, async () => {
    await using example = start("http://127.0.0.1/");
    const { code, stderr } = await example.outcome();
    assert.equal(code, 1);
    assert.match(stderr, /private address 127\.0\.0\.1 /);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });
});
