import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OnionClientAuthMissingError } from "../../lib/errors/mod.ts";
import { EphemeralOnionService } from "../../lib/onion/ephemeral_onion_service.ts";
import { FilesystemOnionService } from "../../lib/onion/filesystem_onion_service.ts";
import type { OnionProgress } from "../../lib/onion/publication.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { connect } from "../../lib/tor/connect.ts";
import { SLOW, startWebServer, TwoTors, type WebServer } from "./_network.ts";

describe("onion services on a real network", () => {
  let tors: TwoTors;
  let server: WebServer;

  before(async () => {
    [tors, server] = await Promise.all([TwoTors.start(), startWebServer()]);
  }, SLOW);
  after(async () => {
    await tors?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  it("publishes an ephemeral service, which comes back with its key", SLOW, async () => {
    const progress: OnionProgress[] = [];
    const ports = { virtual: 80, target: server.port };
    const first = await tors.host.createOnionService({
      ports,
      onProgress: (step) => progress.push(step),
    });
    const percents = progress.map(({ percent }) => percent);
    assert.deepEqual([percents[0], percents.at(-1)], [0, 100]);
    assert.deepEqual(percents, [...percents].sort((a, b) => a - b));
    assert.equal(progress.at(-1)?.uploaded, 1);
    await tors.lookUp(first);
    assert.equal(await tors.visit(first.hostname), "hidden /page");
    assert.equal(await tors.curl(first.hostname), "hidden /curled");
    const { directory, elapsed } = await first.checkReachable();
    assert.match(`${directory} ${elapsed}`, /^[0-9A-F]{40} \d+$/);
    assert.deepEqual(await tors.host.onionServices(), [first]);

    await first.remove();
    await first.whenRemoved();
    assert.deepEqual(await tors.host.onionServices(), []);
    const again = await tors.host.createOnionService({
      ports,
      privateKey: first.privateKey,
      awaitUploads: "all",
    });
    assert.equal(again.hostname, first.hostname);
    await tors.lookUp(again);
    assert.equal(await tors.visit(again.hostname), "hidden /page");
    await again.remove();
  });

  it("publishes a filesystem service, which comes back with its directory", SLOW, async () => {
    const runtime = await detectRuntime();
    const path = `${tors.hostNode.dataDirectory}/site`;
    const ports = [[80, server.port]] as const;
    const first = await tors.host.createFilesystemOnionService(path, {
      ports,
      awaitUploads: "all",
    });
    assert.equal((await runtime.stat(path))?.mode, 0o700);
    const config = await tors.host.getConfig();
    assert.deepEqual(config.hiddenServices.map(({ dir }) => dir), [path]);
    assert.equal(await tors.visit(first.hostname), "hidden /page");
    assert.equal(await tors.curl(first.hostname), "hidden /curled");
    await first.checkReachable();
    assert.deepEqual(await tors.host.onionServices(), [first]);

    await using other = await connect({ control: tors.hostNode.control });
    const [read] = await other.onionServices({ kinds: ["filesystem"] });
    assert.ok(read instanceof FilesystemOnionService);
    assert.deepEqual([read.hostname, read.ports], [first.hostname, first.ports]);
    assert.ok(read.privateKey?.equals(first.privateKey!));
    const removed = first.whenRemoved();
    await read.remove();
    await removed;
    assert.equal(config.hiddenServices.length, 0);

    const again = await tors.host.createFilesystemOnionService(path, {
      ports,
      awaitUploads: "all",
    });
    assert.equal(again.hostname, first.hostname);
    await tors.lookUp(again);
    assert.equal(await tors.visit(again.hostname), "hidden /page");
    await again.remove();
  });

  it("lets in only the clients of an ephemeral service", SLOW, async () => {
    await using service = await tors.host.createOnionService({
      ports: [[80, server.port]],
      clients: { alice: "generate" },
      awaitUploads: "all",
    });
    const { hostname } = service;
    const key = service.clients!.get("alice")!.key!;
    await assert.rejects(tors.visit(hostname), (error: Error) => {
      assert.ok(error.cause instanceof OnionClientAuthMissingError, String(error.cause));
      return true;
    });
    {
      await using authentication = await tors.visitor.onionAuthentication(hostname, key, {
        nickname: "me",
      });
      assert.ok(["added", "decrypted"].includes(authentication.result), authentication.result);
      assert.equal(await tors.visit(hostname), "hidden /page");
      assert.equal(await tors.curl(hostname), "hidden /curled");
    }
    assert.deepEqual(await tors.visitor.listOnionAuthentications(), []);
    await service.checkReachable();
    assert.deepEqual(await tors.host.listOnionAuthentications(), []);
    await assert.rejects(service.addClient(), /Tor cannot do that for an ephemeral service/);
  });

  it("changes the clients of a filesystem service while it runs", SLOW, async () => {
    const path = `${tors.hostNode.dataDirectory}/members`;
    await using service = await tors.host.createFilesystemOnionService(path, {
      ports: [[80, server.port]],
      clients: { alice: "generate" },
      awaitUploads: "all",
    });
    const { hostname } = service;
    const missing = (error: Error) => error.cause instanceof OnionClientAuthMissingError;
    await assert.rejects(tors.visit(hostname), missing);
    const bob = await service.addClient("bob", "generate");
    assert.deepEqual([...service.clients!.keys()], ["alice", "bob"]);
    await tors.visitor.addOnionAuthentication(hostname, bob.key!);
    assert.equal(await tors.visit(hostname), "hidden /page");
    assert.equal(await tors.visitor.removeOnionAuthentication(hostname), true);

    assert.equal(await service.removeClient("alice"), true);
    assert.equal(await service.removeClient("alice"), false);
    await assert.rejects(service.removeClient("bob"), /last client/);
    assert.equal(await service.removeClient("bob", { openToEveryone: true }), true);
    await tors.lookUp(service);
    assert.equal(await tors.visit(hostname), "hidden /page");
  });

  it("publishes two services at once, one of them detached", SLOW, async () => {
    const ports = [[80, server.port]] as const;
    const [one, two] = await Promise.all([
      tors.host.createOnionService({ ports, discardKey: true, awaitUploads: "all" }),
      tors.host.createOnionService({ ports, detach: true, maxStreams: 5, awaitUploads: "all" }),
    ]);
    assert.equal(one.privateKey, undefined);
    assert.deepEqual(
      await Promise.all([tors.visit(one.hostname), tors.visit(two.hostname)]),
      ["hidden /page", "hidden /page"],
    );
    await two[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    await using other = await connect({ control: tors.hostNode.control });
    const [read, ...rest] = await other.onionServices();
    assert.ok(read instanceof EphemeralOnionService);
    assert.deepEqual([read.hostname, read.isDetached, rest], [two.hostname, true, []]);
    assert.equal(await tors.visit(two.hostname), "hidden /page");
    await read.remove();
    assert.deepEqual(await other.onionServices(), []);
  });
});
