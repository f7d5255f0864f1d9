import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import type { ControlConnectionOptions } from "../../lib/control/connection_options.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { ScriptedControlPort } from "../../lib/testing/mod.ts";

const runtime = await detectRuntime();
const LINES = Array.from({ length: 40_000 }, (_, i) => `r relay${i} ${"x".repeat(60)}`);
const BODY = [...LINES, ""].join("\r\n");

interface Pair extends AsyncDisposable {
  port: ScriptedControlPort;
  control: ControlConnection;
}

async function pair(options: Partial<ControlConnectionOptions> = {}): Promise<Pair> {
  const port = await ScriptedControlPort.start();
  const control = await ControlConnection.connect({ control: port.address, runtime, ...options });
  return {
    port,
    control,
    async [Symbol.asyncDispose]() {
      await control.close();
      await port[Symbol.asyncDispose]();
    },
  };
}

async function collect(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

describe("getInfoLines", () => {
  it("gives every line of a value that is longer than a reply may be", async () => {
    await using both = await pair({ replyLimit: 1024 * 1024 });
    both.port.expect("GETINFO ns/all").send(`250+ns/all=\r\n${BODY}.\r\n250 OK\r\n`);
    assert.deepEqual(await collect(both.control.getInfoLines("ns/all")), LINES);
    both.port.expect("GETINFO a").reply("250-a=1", "250 OK");
    assert.equal(await both.control.getInfo("a"), "1");
  });

  it("unstuffs dots, and keeps empty lines", async () => {
    await using both = await pair();
    both.port.expect("GETINFO x").reply("250+x=", "a", "", "..b", ".", "250 OK");
    assert.deepEqual(await collect(both.control.getInfoLines("x")), ["a", "", ".b"]);
  });

  it("gives a value of one line, and nothing of an empty one", async () => {
    await using both = await pair();
    both.port.expect("GETINFO x").reply("250-x=a=b", "250 OK");
    both.port.expect("GETINFO y").reply("250-y=", "250 OK");
    assert.deepEqual(await collect(both.control.getInfoLines("x")), ["a=b"]);
    assert.deepEqual(await collect(both.control.getInfoLines("y")), []);
  });

  it("rejects where Tor refuses, where it is given up and where the connection breaks", async () => {
    await using both = await pair();
    const { port, control } = both;
    port.expect("GETINFO x").reply("552 no");
    await assert.rejects(collect(control.getInfoLines("x")), { name: "UnrecognizedEntityError" });
    const signal = AbortSignal.abort(new Error("enough"));
    await assert.rejects(collect(control.getInfoLines("x", { signal })), /enough/);
    port.expect("GETINFO y").send("250+y=\r\nline\r\n").close();
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const line of control.getInfoLines("y")) seen.push(line);
    }, { name: "DisconnectedError" });
    assert.deepEqual(seen, ["line"]);
  });

  it("leaves the connection in order when the reader leaves in the middle", async () => {
    await using both = await pair();
    const { port, control } = both;
    port.expect("GETINFO ns/all").send(`250+ns/all=\r\n${BODY}.\r\n250 OK\r\n`);
    for await (const line of control.getInfoLines("ns/all")) {
      assert.equal(line, LINES[0]);
      break;
    }
    port.expect("GETINFO a").reply("250-a=1", "250 OK");
    assert.equal(await control.getInfo("a"), "1");
  });

  it("does not stop the connection while its reader waits for another command on it", async () => {
    await using both = await pair();
    const { port, control } = both;
    port.expect("GETINFO ns/all").send(`250+ns/all=\r\n${BODY}.\r\n250 OK\r\n`);
    port.expect("GETINFO a").reply("250-a=1", "250 OK");
    let count = 0;
    for await (const _line of control.getInfoLines("ns/all")) {
      if (count++ === 0) assert.equal(await control.getInfo("a"), "1");
    }
    assert.equal(count, LINES.length);
  });

  it("fails, and names the limit, where its reader stalls and too much waits", async () => {
    await using both = await pair({ replyLimit: 300_000 });
    const { port, control } = both;
    port.expect("GETINFO ns/all").send(`250+ns/all=\r\n${BODY}.\r\n250 OK\r\n`);
    port.expect("GETINFO a").reply("250-a=1", "250 OK");
    await assert.rejects(async () => {
      let first = true;
      for await (const _line of control.getInfoLines("ns/all")) {
        if (first) await control.getInfo("a");
        first = false;
      }
    }, { name: "LimitExceededError", message: /300000 unread characters \(replyLimit\)/ });
  });
});
