import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";

const SLOW = { timeout: 60_000 };
const EXTENSION = import.meta.url.slice(import.meta.url.lastIndexOf("."));

let lone: LoneTor;

/** Runs an example on the runtime of this test, with the permissions that it tells of. */
async function example(
  name: string,
  args: readonly string[],
): Promise<{ stdout: string; stderr: string }> {
  const path = fileURLToPath(new URL(`../../examples/${name}${EXTENSION}`, import.meta.url));
  const permissions = [
    "run",
    "--no-prompt",
    "--allow-net",
    "--allow-read",
    "--allow-write=/run/tor",
  ];
  const command = "Deno" in globalThis ? permissions : [];
  const given = ["--control", lone.controlPort, ...args];
  return await promisify(execFile)(process.execPath, [...command, path, ...given], {
    env: { ...process.env, NO_COLOR: "1" },
    timeout: SLOW.timeout,
  });
}

before(async () => {
  lone = await startLoneTor();
}, SLOW);
after(async () => {
  await lone?.[Symbol.asyncDispose]();
});

describe("examples/configuration", () => {
  async function configuration(...args: string[]): Promise<string> {
    const { stdout, stderr } = await example("configuration", args);
    assert.equal(stderr, "");
    return stdout;
  }

  it("writes a torrc, tells an option and sets it", SLOW, async () => {
    assert.match(await configuration(), /^DisableNetwork 1$/m);
    assert.equal(
      await configuration("maxcircuitdirtiness"),
      "type     TimeInterval\nvalue    600\ndefault  600\n",
    );
    assert.equal(
      await configuration("MaxCircuitDirtiness", "20 minutes"),
      "MaxCircuitDirtiness was 600 and is 1200\n",
    );
    assert.equal(await configuration("MaxCircuitDirtiness", "1200"), "Tor has that already\n");
    assert.equal(
      await configuration("SocksPort", "9150", "9160 IsolateDestAddr"),
      "SocksPort was [0] and is [9150, 9160 IsolateDestAddr]\n",
    );
    assert.match(await configuration(), /^SocksPort 9150\nSocksPort 9160 IsolateDestAddr$/m);
    assert.equal(
      await configuration("maxcircuitdirtiness", "default"),
      "MaxCircuitDirtiness was 1200 and is 600\n",
    );
  });

  it("tells why Tor refuses a value", SLOW, async () => {
    const failure = await example("configuration", ["Nickname", "not a name"])
      .then(() => assert.fail("It did not fail"), (error) => error);
    assert.equal(failure.code, 1);
    assert.match(failure.stderr, /^Tor refused to set Nickname: 513 /);
  });
});

describe("examples/info_tree", () => {
  it("shows the tree, and asks", SLOW, async () => {
    const { stdout } = await example("info_tree", []);
    assert.match(stdout, /^version {18}The current version of Tor\.$/m);
    assert.equal((await example("info_tree", ["process/pid"])).stdout, `${lone.pid}\n`);
    assert.equal((await example("info_tree", ["ip-to-country", "1.2.3.4"])).stdout, "au\n");
    assert.match(
      (await example("info_tree", ["net/listeners"])).stdout,
      /^net\/listeners\/socks /m,
    );
    const failure = await example("info_tree", ["no/such"])
      .then(() => assert.fail("It did not fail"), (error) => error);
    assert.equal(failure.code, 1);
    assert.match(failure.stderr, /^Tor \S+ has no no\/such\n$/);
  });
});
