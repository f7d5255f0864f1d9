import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { createInterface, type Interface } from "node:readline";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { build, circuitsOf } from "../state/_real_circuits.ts";

const SLOW = { timeout: 120_000 };
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));
const PAGE = "www.state-examples.test";

/**
 * An example that runs, on the runtime of this test, with the permissions that it tells of; the directory has
 * the Unix sockets.
 */
class Example implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  #complaint = "";

  constructor(name: string, { directory, args }: { directory: string; args: readonly string[] }) {
    const path = fileURLToPath(new URL(`../../examples/${name}${EXTENSION}`, import.meta.url));
    const command = "Deno" in globalThis
      ? [
        "run",
        "--quiet",
        "--no-prompt",
        "--allow-net",
        "--allow-read",
        `--allow-write=${directory}`,
      ]
      : [];
    this.#process = spawn(process.execPath, [...command, path, ...args], {
      env: { ...process.env, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
    });
    this.#process.stderr.on("data", (text) => this.#complaint += text);
    this.#reader = createInterface({ input: this.#process.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** The next line that matches. */
  async line(pattern: RegExp): Promise<string> {
    const seen: string[] = [];
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done) throw new Error(`No ${pattern} in ${seen.join("\n")}, but ${this.#complaint}`);
      if (pattern.test(value)) return value;
      seen.push(value);
    }
  }

  interrupt(): void {
    // Of a program that was sent a signal by its own method, Deno says that it has ended by that.
    process.kill(this.#process.pid!, "SIGINT");
  }

  /** The lines to the end, which must be a good one. */
  async rest(): Promise<string[]> {
    const ended = this.#process.exitCode === null ? once(this.#process, "exit") : undefined;
    const lines: string[] = [];
    for (let next = await this.#lines.next(); !next.done; next = await this.#lines.next()) {
      lines.push(next.value);
    }
    await ended;
    assert.equal(this.#complaint, "");
    const { exitCode, signalCode } = this.#process;
    assert.deepEqual({ exitCode, signalCode }, { exitCode: 0, signalCode: null });
    return lines;
  }

  // deno-lint-ignore require-await
  async [Symbol.asyncDispose](): Promise<void> {
    this.#reader.close();
    this.#process.kill("SIGKILL");
  }
}

describe("the examples of live state", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let server: Server;
  let port: number;
  let url: string;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [PAGE]: "127.0.0.1" });
    client = await network.addClient();
    tor = await connect({ control: client.control });
    server = createServer((_request, response) => response.end("A page"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
    url = `http://${PAGE}:${port}/`;
  }, SLOW);
  after(async () => {
    server?.close();
    for (const held of [tor, client, network]) await held?.[Symbol.asyncDispose]();
  });

  const example = (name: string, ...args: string[]) =>
    new Example(name, { directory: client.dataDirectory, args });

  it("stream_circuit_log tells what becomes of circuits and streams", SLOW, async () => {
    await using running = example("stream_circuit_log", client.control);
    await running.line(/^\d+ circuits and \d+ streams now$/);
    assert.equal(await (await tor.fetch(url, { isolation: "per-request" })).text(), "A page");
    const [, stream] = /^(stream \d+) NEW /.exec(await running.line(/^stream \d+ NEW /))!;
    await running.line(new RegExp(`^${stream} \\w+ ${PAGE}:${port} goes by circuit \\d+$`));
    await running.line(new RegExp(`^${stream} SUCCEEDED 127\\.0\\.0\\.1:${port} \\(${PAGE}\\)$`));
    await build(await tor.getState());
    await running.line(/^circuit \d+ is begun: GENERAL$/);
    await running.line(/^circuit \d+ BUILT \w+>\w+>\w+ \(GENERAL\)$/);
    running.interrupt();
    await running.rest();
  });

  it("attacher_by_port has a circuit for each port, and gives all back", SLOW, async () => {
    const option = async () => (await tor.control.getConf("__LeaveStreamsUnattached"))[0]?.value;
    await using running = example("attacher_by_port", "--control", client.control, `${port}`);
    const built = await running.line(/^port /);
    const [, circuit] = new RegExp(`^port ${port}: circuit (\\d+) BUILT `).exec(built)!;
    await running.line(/^ready$/);
    assert.equal(await option(), "1");
    const state = await tor.getState();
    const [taken] = await circuitsOf({ tor, state }, async () => {
      assert.equal(await (await tor.fetch(url, { isolation: "per-request" })).text(), "A page");
    });
    assert.equal(taken?.id, Number(circuit));
    await running.line(new RegExp(`^stream \\d+ to ${PAGE}:${port} goes by circuit ${circuit}$`));
    running.interrupt();
    await running.rest();
    assert.equal(await option(), "0");
  });

  it("fetch_over_circuit fetches by two circuits, one after the other", SLOW, async () => {
    await using running = example("fetch_over_circuit", "--control", client.control, url);
    const lines = await running.rest();
    assert.equal(lines.length, 4);
    for (const line of [0, 2]) assert.match(lines[line]!, /^circuit \d+ BUILT \w+>\w+>\w+$/);
    for (const line of [1, 3]) assert.equal(lines[line], "  200 A page");
    assert.notEqual(lines[0], lines[2]);
  });

  it("close_all_circuits closes those that there are, or those without streams", SLOW, async () => {
    const state = await tor.getState();
    const used = await build(state);
    await using _conn = await used.streamVia(PAGE, port);
    const unused = await build(state);
    await using polite = example("close_all_circuits", "--if-unused", client.control);
    const told = await polite.rest();
    assert.ok(told.includes(`left circuit ${used.id} with 1 streams`), told.join("\n"));
    assert.ok(told.includes(`closed circuit ${unused.id} with 0 streams`), told.join("\n"));
    await unused.whenClosed();
    assert.equal(used.state, "BUILT");
    await using running = example("close_all_circuits", client.control);
    const all = await running.rest();
    assert.ok(all.includes(`closed circuit ${used.id} with 1 streams`), all.join("\n"));
    await used.whenClosed();
  });
});
