import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OnionClientAuthMissingError, OnionClientAuthWrongError } from "../../lib/errors/mod.ts";
import { EphemeralOnionService } from "../../lib/onion/ephemeral_onion_service.ts";
import { FilesystemOnionService } from "../../lib/onion/filesystem_onion_service.ts";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import type { OnionService } from "../../lib/onion/onion_service.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import type { OnionProgress } from "../../lib/onion/publication.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import { connect } from "../../lib/tor/connect.ts";
import { formatAddress } from "../../lib/util/address.ts";
import { useNetwork } from "../_support/network.ts";
import { Client, SLOW, startWebServer, type WebServer } from "./_network.ts";

const ALL = { awaitUploads: "all" } as const;
const ALICE = OnionClientKey.generate();
const CLIENTS = { alice: ALICE.publicKey };
const KEY = OnionServiceKey.generate();

describe("onion services on a real network", () => {
  let network: PrivateNetwork;
  let host: Client;
  let visitor: Client;
  let byPort: WebServer;
  let byPath: WebServer;
  const progress: OnionProgress[] = [];

  /** Creates a service of each kind; with the one that was, again. */
  const kinds: Record<string, (was?: OnionService) => Promise<OnionService>> = {
    "in memory": (was) =>
      host.tor.createOnionService({
        ...ALL,
        ports: [[80, byPort.address]],
        privateKey: was?.privateKey,
        onProgress: (step) => progress.push(step),
      }),
    "in memory, for clients": (was) =>
      host.tor.createOnionService({
        ...ALL,
        ports: `80 ${formatAddress(byPort.address)}`,
        privateKey: was?.privateKey,
        clients: CLIENTS,
      }),
    "in memory, by a key that is forgotten, with a Unix socket": () =>
      host.tor.createOnionService({
        ...ALL,
        ports: { virtual: 80, target: byPath.address },
        privateKey: KEY,
        discardKey: true,
        maxStreams: 5,
      }),
    "in memory, detached": (was) =>
      host.tor.createOnionService({
        ...ALL,
        ports: [[80, byPort.address]],
        privateKey: was?.privateKey,
        detach: true,
      }),
    "in a directory, with a Unix socket": () =>
      host.tor.createFilesystemOnionService(pathOf("site"), {
        ...ALL,
        ports: [{ virtual: 80, target: byPath.address }],
      }),
    "in a directory, for clients": () =>
      host.tor.createFilesystemOnionService(pathOf("members"), {
        ...ALL,
        ports: [[80, byPort.address]],
        clients: CLIENTS,
      }),
  };
  const names = Object.keys(kinds);
  const services = new Map<string, OnionService>();

  before(async () => {
    network = await useNetwork();
    [host, visitor] = await Promise.all([Client.start(network), Client.start(network)]);
    byPort = await startWebServer();
    byPath = await startWebServer(pathOf("web"));
    await createAll();
  }, SLOW);
  after(async () => {
    for (const held of [visitor, host, network, byPort, byPath]) {
      await held?.[Symbol.asyncDispose]();
    }
  });

  const pathOf = (name: string) => `${host.node.dataDirectory}/${name}`;
  const isMissing = (error: Error) => error.cause instanceof OnionClientAuthMissingError;
  const createAll = async () => {
    await Promise.all(names.map(async (name) => {
      services.set(name, await kinds[name]!(services.get(name)));
    }));
  };
  /** The services, and those of them that are in directories. */
  const all = () => [...services.values()];
  const inDirectories = () => all().filter((service) => service instanceof FilesystemOnionService);
  /** Gives the visitor what it needs for a service. */
  const authenticate = async ({ hostname, clients }: OnionService) =>
    clients?.size === 0 ? undefined : await visitor.tor.onionAuthentication(hostname, ALICE);

  it("tell of their progress, from 0 to 100", () => {
    const percents = progress.map(({ percent }) => percent);
    assert.deepEqual([percents[0], percents.at(-1)], [0, 100]);
    assert.deepEqual(percents, [...percents].sort((a, b) => a - b));
    const { announced, uploaded, failed } = progress.at(-1)!;
    assert.ok(uploaded > 1);
    assert.equal(uploaded + failed, announced);
  });

  for (const name of names) {
    it(`are visited by fetch and by curl: ${name}`, SLOW, async () => {
      const service = services.get(name)!;
      const { hostname } = service;
      if (service.clients!.size > 0) {
        await assert.rejects(visitor.visit(hostname), isMissing);
        await assert.rejects(visitor.curl(hostname), /curl/);
      }
      await using _ = await authenticate(service);
      assert.equal(await visitor.visit(hostname), "hidden /page");
      assert.equal(await visitor.curl(hostname), "hidden /curled");
    });
  }

  it("are shut again to one who has the key no more", SLOW, async () => {
    const service = services.get("in memory, for clients")!;
    await (await authenticate(service))![Symbol.asyncDispose]();
    assert.deepEqual(await visitor.tor.listOnionAuthentications(), []);
    await assert.rejects(visitor.tor.fetch(`http://${service.hostname}/`), isMissing);
  });

  it("check that they can be reached", SLOW, async () => {
    // One after the other: of many at once, Tor lets one wait for long at times.
    for (const service of all()) {
      const { directory, elapsed } = await checkReachable(service);
      assert.match(`${directory} ${elapsed}`, /^[0-9A-F]{40} \d+$/);
    }
    assert.deepEqual(await host.tor.listOnionAuthentications(), []);
  });
  const checkReachable = (service: OnionService) => service.checkReachable({ clientKey: ALICE });

  it("are read from Tor as what they are", SLOW, async () => {
    const ofHost = await host.tor.onionServices();
    assert.deepEqual(new Set(ofHost), new Set(all()));
    assert.equal(
      services.get("in memory, by a key that is forgotten, with a Unix socket")!.privateKey,
      undefined,
    );
    const config = await host.tor.getConfig();
    const dirs = config.hiddenServices.map(({ dir }) => dir).sort();
    assert.deepEqual(dirs, [pathOf("members"), pathOf("site")]);
    const runtime = await detectRuntime();
    assert.equal((await runtime.stat(pathOf("site")))?.mode, 0o700);

    await using other = await connect({ control: host.node.control });
    const [detached, ...read] = await other.onionServices();
    assert.ok(detached instanceof EphemeralOnionService && detached.isDetached);
    assert.equal(detached.hostname, services.get("in memory, detached")!.hostname);
    assert.equal(read.length, 2);
    for (const one of read) {
      const same = inDirectories().find(({ hostname }) => hostname === one.hostname)!;
      assert.ok(one instanceof FilesystemOnionService);
      assert.deepEqual([one.ports, [...one.clients!.keys()]], [same.ports, [
        ...same.clients!.keys(),
      ]]);
      assert.ok(one.privateKey?.equals(same.privateKey!));
    }
  });

  it("change their clients while they run, where they are in a directory", SLOW, async () => {
    const service = services.get("in a directory, for clients")!;
    const { hostname } = service;
    const bob = await service.addClient("bob", "generate");
    assert.deepEqual([...service.clients!.keys()], ["alice", "bob"]);
    await visitor.tor.addOnionAuthentication(hostname, bob.key!);
    assert.equal(await visitor.visit(hostname), "hidden /page");

    assert.equal(await service.removeClient("bob"), true);
    assert.equal(await service.removeClient("bob"), false);
    await assert.rejects(service.removeClient("alice"), /last client/);
    await assert.rejects(visitor.lookUp(service), OnionClientAuthWrongError);
    assert.equal(await visitor.tor.removeOnionAuthentication(hostname), true);
    const ephemeral = services.get("in memory, for clients")!;
    await assert.rejects(ephemeral.addClient("bob", "generate"), /Tor cannot do that for/);
  });

  it("are gone when they are removed, and come back with their keys", SLOW, async () => {
    const hostnames = all().map(({ hostname }) => hostname);
    const config = await host.tor.getConfig();
    {
      await using other = await connect({ control: host.node.control });
      const theirs = await other.onionServices();
      assert.equal(theirs.length, 3);
      const gone = inDirectories().map((service) => service.whenRemoved());
      await services.get("in memory, detached")![Symbol.asyncDispose]();
      assert.equal((await other.onionServices({ kinds: ["detached"] })).length, 1);
      await Promise.all(theirs.map((service) => service.remove()));
      await Promise.all(gone);
      assert.equal(config.hiddenServices.length, 0);
    }
    await Promise.all(all().map((service) => service.remove()));
    await Promise.all(all().map((service) => service.whenRemoved()));
    assert.deepEqual(await host.tor.onionServices(), []);
    // Tor goes on trying for a minute, where a second was enough before.
    await Promise.all(
      all().map(async (service) => {
        await using _ = await authenticate(service);
        await assert.rejects(visitor.visit(service.hostname, { timeout: 3_000 }));
      }),
    );

    // Another visitor, who knows nothing of the services that were.
    await visitor[Symbol.asyncDispose]();
    [visitor] = await Promise.all([Client.start(network), createAll()]);
    assert.deepEqual(all().map(({ hostname }) => hostname), hostnames);
    assert.equal(config.hiddenServices.length, 2);
    // One after the other: of many at once, Tor lets one wait for a minute at times.
    for (const service of all()) {
      await using _ = await authenticate(service);
      assert.equal(await visitor.visit(service.hostname), "hidden /page");
      assert.equal(await visitor.curl(service.hostname), "hidden /curled");
    }
    await Promise.all(all().map((service) => service.remove()));
    assert.deepEqual(await host.tor.onionServices(), []);
  });
});
