import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { Example, SLOW } from "./_example.ts";

let lone: LoneTor;

/** An example with the Tor to join. */
function start(name: string, args: readonly string[]): Example {
  return new Example(name, { args: ["--control", lone.controlPort, ...args] });
}

before(async () => {
  lone = await startLoneTor();
}, SLOW);
after(async () => {
  await lone?.[Symbol.asyncDispose]();
});

describe("examples/configuration", () => {
  async function configuration(...args: string[]): Promise<string> {
    await using example = start("configuration", args);
    return (await example.end()).join("\n");
  }

  it("writes a torrc, tells an option and sets it", SLOW, async () => {
    assert.match(await configuration(), /^DisableNetwork 1$/m);
    assert.equal(
      await configuration("maxcircuitdirtiness"),
      "type     TimeInterval\nvalue    600\ndefault  600",
    );
    assert.equal(
      await configuration("MaxCircuitDirtiness", "20 minutes"),
      "MaxCircuitDirtiness was 600 and is 1200",
    );
    assert.equal(await configuration("MaxCircuitDirtiness", "1200"), "Tor has that already");
    assert.equal(
      await configuration("SocksPort", "9150", "9160 IsolateDestAddr"),
      "SocksPort was [0] and is [9150, 9160 IsolateDestAddr]",
    );
    assert.match(await configuration(), /^SocksPort 9150\nSocksPort 9160 IsolateDestAddr$/m);
    assert.equal(
      await configuration("maxcircuitdirtiness", "default"),
      "MaxCircuitDirtiness was 1200 and is 600",
    );
  });

  it("tells why Tor refuses a value", SLOW, async () => {
    await using example = start("configuration", ["Nickname", "not a name"]);
    const { code, stderr } = await example.outcome();
    assert.equal(code, 1);
    assert.match(stderr, /^Tor refused to set Nickname: 513 /);
  });
});

describe("examples/monitor_events", () => {
  it("ends with the Tor", SLOW, async () => {
    await using ending = await startLoneTor();
    await using example = new Example("monitor_events", { args: [ending.controlPort] });
    await example.line(/^listening$/);
    await ending[Symbol.asyncDispose]();
    assert.equal((await example.end()).at(-1), "Tor has ended");
  });
});

describe("examples/attacher_by_port", () => {
  it("fails where its Tor ends", SLOW, async () => {
    await using ending = await startLoneTor();
    const args = ["--control", ending.controlPort];
    await using example = new Example("attacher_by_port", { args });
    await example.line(/^ready$/);
    await ending[Symbol.asyncDispose]();
    const { code, stderr } = await example.outcome();
    assert.equal(code, 1, stderr);
    assert.match(stderr, /DisconnectedError/);
  });
});

describe("examples/info_tree", () => {
  async function infoTree(...args: string[]): Promise<string> {
    await using example = start("info_tree", args);
    return (await example.end()).join("\n");
  }

  it("shows the tree, and asks", SLOW, async () => {
    assert.match(await infoTree(), /^version {18}The current version of Tor\.$/m);
    assert.equal(await infoTree("process/pid"), `${lone.pid}`);
    assert.equal(await infoTree("ip-to-country", "1.2.3.4"), "au");
    assert.match(await infoTree("net/listeners"), /^net\/listeners\/socks /m);
    await using example = start("info_tree", ["no/such"]);
    const { code, stderr } = await example.outcome();
    assert.equal(code, 1);
    assert.match(stderr, /^Tor \S+ has no no\/such\n$/);
  });
});
