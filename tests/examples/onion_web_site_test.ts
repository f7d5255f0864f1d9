import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { useNetwork } from "../_support/network.ts";
import { Example, SLOW } from "./_example.ts";

describe("examples/onion_web_site", () => {
  let network: PrivateNetwork;
  let directory: string;

  function start(...args: string[]): Example {
    const given = ["--torrc", `${directory}/torrc`, ...args];
    return new Example("onion_web_site", { directory, args: given });
  }

  before(async () => {
    network = await useNetwork();
    directory = await mkdtemp(`${tmpdir()}/torcon-test-`);
    await writeFile(`${directory}/torrc`, network.clientTorrc);
  }, SLOW);
  after(async () => {
    await rm(directory, { recursive: true });
    await network?.[Symbol.asyncDispose]();
  });

  it("serves a page, and fetches it from its onion address", SLOW, async () => {
    await using example = start("--visit");
    const lines = await example.end();
    const at = lines.findIndex((line) => line.startsWith("The site is at "));
    const [url] = /http:\/\/[a-z2-7]{56}\.onion\/$/.exec(lines[at]!) ?? [];
    assert.match(lines[at - 1]!, /^\[#{20}\] 100 % {2}Published at \d+ of \d+ directories/);
    assert.deepEqual(lines.slice(at + 1), [
      "",
      `fetched ${url}: status 200`,
      "  <!doctype html><title>Hidden</title><p>You are visitor 1 of this site",
      "",
      "The site is shut down",
    ]);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });

  it("serves until it is interrupted, and leaves nothing", SLOW, async () => {
    await using example = start();
    await example.line(/^The site is at /);
    assert.ok((await readdir(directory)).some((name) => name.startsWith("torcon-onion-")));
    example.interrupt();
    const { code, signal, stderr } = await example.outcome();
    // Without the permission to send a signal Deno exits with its code.
    assert.ok(signal === "SIGINT" || code === 130, `${code} ${signal} ${stderr}`);
    assert.deepEqual(await readdir(directory), ["torrc"]);
  });
});
