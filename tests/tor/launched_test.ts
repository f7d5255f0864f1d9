import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { launch } from "../../lib/tor/launch.ts";
import { isAlive } from "../testing/_processes.ts";
import { useNetwork } from "../_support/network.ts";
import { SLOW, type TestServer } from "./_support.ts";
import { goEveryWay, startWaysServer, waysAnswers, waysRecords, type WaysTarget } from "./_ways.ts";

describe("a Tor that was launched", () => {
  let network: PrivateNetwork;
  let server: TestServer;
  let target: WaysTarget;
  const suffix = `${crypto.randomUUID()}.launched.example`;

  before(async () => {
    network = await useNetwork();
    await network.dns.add({
      ...waysRecords(suffix),
      [`both.${suffix}`]: ["192.0.2.7", "2001:db8::7"],
    });
    server = await startWaysServer();
    target = { suffix, port: server.port };
  }, SLOW);
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  it("tells its progress, and makes every kind of connection until it is ended", SLOW, async () => {
    const percents: number[] = [];
    const tor = await launch({
      torrc: network.clientOptions,
      allowPrivate: true,
      onProgress: ({ percent }) => percents.push(percent),
    });
    try {
      assert.equal(percents.at(-1), 100);
      assert.deepEqual(percents, [...percents].sort((a, b) => a - b));
      assert.deepEqual(await goEveryWay(tor, target), waysAnswers(target));
      assert.deepEqual(await tor.dnsResolve(`both.${suffix}`), ["192.0.2.7", "2001:db8::7"]);
      assert.equal((await tor.bootstrapPhase()).tag, "done");
      await tor.whenReady();
    } finally {
      await tor.quit();
    }
    assert.equal(isAlive(tor.process!.pid), false);
    await assert.rejects(tor.fetch(`http://fetch.${suffix}:${server.port}/`), TypeError);
  });

  it("makes them without a controller, too", SLOW, async () => {
    await using tor = await launch({
      torrc: network.clientOptions,
      allowPrivate: true,
      control: 0,
    });
    // It tells nobody when it can build circuits; until then it lets a request wait.
    assert.deepEqual(await goEveryWay(tor, target), waysAnswers(target));
  });
});
