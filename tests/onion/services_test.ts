import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { inspect } from "node:util";
import {
  ArgumentSyntaxError,
  OnionKeyFileError,
  TorError,
  UnrecognizedArgumentError,
  UnspecifiedTorError,
} from "../../lib/errors/mod.ts";
import { FilesystemOnionService } from "../../lib/onion/filesystem_onion_service.ts";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionServiceDirectory } from "../../lib/onion/onion_service_directory.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";

/** Nothing is published by a Tor that is off the network. */
const OFFLINE = { ports: 80, awaitUploads: "none" } as const;

describe("onion services of a real tor off the network", () => {
  let runtime: Runtime;
  let root: string;
  let lone: LoneTor;
  let tor: Tor;
  let count = 0;
  /** A directory that is not there, for each test. */
  let path: string;

  before(async () => {
    runtime = await detectRuntime();
    root = await runtime.makeTempDirectory("torcon-test-");
    lone = await startLoneTor();
    tor = await connect({ control: lone.control });
  });
  after(async () => {
    await tor?.[Symbol.asyncDispose]();
    await lone?.[Symbol.asyncDispose]();
    await runtime.remove(root, { recursive: true });
  });
  beforeEach(() => {
    path = `${root}/service${++count}`;
  });

  /** What Tor has, by its own account. */
  const inTor = async () =>
    [
      ...(await tor.control.getConf("HiddenServiceOptions")).map(({ value }) => value ?? ""),
      await tor.control.getInfo("onions/current"),
      await tor.control.getInfo("onions/detached"),
    ].join("");
  /** What is in a directory, with the folder of its clients. */
  const filesOf = async (path: string) => {
    const names = await runtime.readDirectory(path);
    const clients = names.includes("authorized_clients")
      ? await runtime.readDirectory(`${path}/authorized_clients`)
      : [];
    return [...names, ...clients].sort();
  };
  const writeClientFile = async (name: string, text: string) => {
    await runtime.makeDirectory(`${path}/authorized_clients`, { recursive: true });
    const contents = new TextEncoder().encode(text);
    await runtime.writeFile(`${path}/authorized_clients/${name}`, contents);
  };

  describe("in memory", () => {
    it("are refused where the caller is mistaken, and Tor has nothing", async () => {
      const create = (options: object) => tor.createOnionService({ ...OFFLINE, ...options });
      const cases: [object, string | RegExp][] = [
        [{ ports: 65536 }, "RangeError"],
        [{ ports: "80 192.0.2.1:80" }, "TypeError"],
        [{ privateKey: "ED25519-V3:c2VjcmV0" }, "RangeError"],
        [{ privateKey: "RSA1024:c2VjcmV0" }, "TypeError"],
        [{ clients: {} }, "TypeError"],
        [{ clients: { alice: "MFRGG" } }, "RangeError"],
        [{ clients: { alice: "no key" } }, "TypeError"],
        [{ maxStreams: 65536 }, "RangeError"],
      ];
      for (const [options, name] of cases) {
        await assert.rejects(create(options), { name }, JSON.stringify(options));
      }
      const { publicKey } = OnionClientKey.generate();
      const twice = { alice: publicKey, bob: publicKey };
      await assert.rejects(create({ clients: twice }), /"alice" and "bob": they have the same key/);
      assert.equal(await inTor(), "");
    });

    it("are refused where Tor refuses them, and Tor has nothing", async () => {
      const refused = tor.createOnionService({ ...OFFLINE, nonAnonymous: true });
      await assert.rejects(refused, ArgumentSyntaxError);
      assert.equal(await inTor(), "");
      await using first = await tor.createOnionService(OFFLINE);
      const { privateKey } = first;
      const taken = tor.createOnionService({ ...OFFLINE, privateKey });
      await assert.rejects(taken, (error) => {
        assert.ok(error instanceof UnspecifiedTorError);
        assert.match(error.message, /Onion address collision/);
        assert.ok(!error.message.includes(privateKey!.toBlob().slice(12, 40)));
        return true;
      });
      assert.deepEqual(await tor.onionServices(), [first]);
    });

    it("have their facts at hand, and no secret in a log", async () => {
      await using service = await tor.createOnionService({
        ...OFFLINE,
        clients: { alice: "generate" },
        maxStreams: 3,
        maxStreamsCloseCircuit: true,
        powDefences: { queueRate: 5 },
      });
      const { hostname, address, privateKey, clients, ports } = service;
      assert.equal(hostname, address.hostname);
      assert.ok(privateKey?.address.equals(address));
      assert.deepEqual(ports, [{ virtual: 80, target: { hostname: "127.0.0.1", port: 80 } }]);
      const { key, publicKey } = clients!.get("alice")!;
      assert.ok(key?.publicKey.equals(publicKey));
      const printed = [
        inspect(service, { depth: null, showHidden: true, getters: false }),
        JSON.stringify(service),
        `${service}`,
      ].join("\n");
      assert.ok(!printed.includes(privateKey!.toBlob().slice(12, 40)), printed);
      assert.ok(!printed.toUpperCase().includes(key!.toBase32()), printed);
    });

    it("are removed by whoever has them, and with the connection", async () => {
      const other = await connect({ control: lone.control });
      const detached = await other.createOnionService({ ...OFFLINE, detach: true });
      const attached = await other.createOnionService(OFFLINE);
      await detached[Symbol.asyncDispose]();
      const removed = attached.whenRemoved();
      const unknown = assert.rejects(detached.whenRemoved(), { name: "DisconnectedError" });
      await other[Symbol.asyncDispose]();
      await removed;
      await unknown;
      assert.equal(attached.isRemoved, true);
      await attached.remove();
      await assert.rejects(detached.remove(), { name: "DisconnectedError" });

      const [read, ...rest] = await tor.onionServices({ kinds: ["detached"] });
      assert.deepEqual([read?.hostname, rest], [detached.hostname, []]);
      assert.deepEqual([read?.ports, read?.clients, read?.privateKey], Array(3).fill(undefined));
      await assert.rejects(read!.checkReachable(), /Tor does not tell its ports/);
      await tor.control.delOnion(detached.hostname);
      await read!.remove();
      assert.equal(await inTor(), "");
      const signal = AbortSignal.abort(new Error("enough"));
      await using third = await tor.createOnionService(OFFLINE);
      await assert.rejects(third.whenRemoved({ signal }), /enough/);
    });
  });

  describe("in directories", () => {
    it("are refused where the caller is mistaken, and nothing is made", async () => {
      const cases: [string, object, string][] = [
        ["service", {}, "TypeError"],
        [`${root}/../service`, {}, "TypeError"],
        ["/", {}, "TypeError"],
        [path, { ports: 0 }, "RangeError"],
        [path, { clients: {} }, "TypeError"],
        [path, { clients: { "../bob": "generate" } }, "TypeError"],
        [path, { maxStreams: -1 }, "RangeError"],
        [path, { settings: { HiddenServiceMaxStreams: "many" } }, "TypeError"],
      ];
      for (const [at, options, name] of cases) {
        const creating = tor.createFilesystemOnionService(at, { ...OFFLINE, ...options });
        await assert.rejects(creating, { name }, `${at} ${JSON.stringify(options)}`);
      }
      assert.equal(await runtime.stat(path), undefined);
      assert.equal(await inTor(), "");
    });

    it("are refused where others can read the directory, or it is a file", async () => {
      await runtime.makeDirectory(path, { mode: 0o755 });
      await runtime.writeFile(`${path}/file`, new Uint8Array());
      for (const at of [path, `${path}/file`]) {
        const creating = tor.createFilesystemOnionService(at, OFFLINE);
        await assert.rejects(creating, OnionKeyFileError, at);
      }
      assert.deepEqual(await filesOf(path), ["file"]);
      assert.equal(await inTor(), "");
    });

    it("are refused where another service has the directory or the key", async () => {
      await using first = await tor.createFilesystemOnionService(path, OFFLINE);
      const before = await inTor();
      const copy = new OnionServiceDirectory(`${path}-copy`, { runtime });
      await copy.writeKey(first.privateKey!);
      const files = await filesOf(copy.path);
      for (const at of [path, `${path}/`, `${path}//.`, copy.path]) {
        const creating = tor.createFilesystemOnionService(at, OFFLINE);
        await assert.rejects(creating, /Tor has one already/, at);
      }
      assert.equal(await inTor(), before);
      assert.deepEqual(await filesOf(copy.path), files);
      await first.remove();

      const { privateKey } = first;
      await using ephemeral = await tor.createOnionService({ ...OFFLINE, privateKey });
      await assert.rejects(
        tor.createFilesystemOnionService(path, OFFLINE),
        /ephemeral one of the same key/,
      );
      assert.deepEqual(await tor.onionServices(), [ephemeral]);
    });

    it("are refused where Tor refuses them, and what was made is removed", async () => {
      await using other = await tor.createFilesystemOnionService(`${path}-other`, OFFLINE);
      const before = await inTor();
      const options = {
        ...OFFLINE,
        clients: { alice: "generate" },
        settings: { HiddenServiceNumIntroductionPoints: 99 },
      };
      const fresh = tor.createFilesystemOnionService(`${path}/a/b`, options);
      await assert.rejects(fresh, UnrecognizedArgumentError);
      assert.equal(await runtime.stat(path), undefined);

      await writeClientFile("alice.auth", OnionClientKey.generate().publicKey.toAuthorizedClient());
      const bob = { ...options, clients: { alice: "generate", bob: "generate" } };
      const there = tor.createFilesystemOnionService(path, bob);
      await assert.rejects(there, UnrecognizedArgumentError);
      assert.deepEqual(await filesOf(path), ["alice.auth", "authorized_clients"]);
      assert.equal(await inTor(), before);
      assert.equal(other.isRemoved, false);
    });

    it("take back what was made where it cannot be published in time", async () => {
      await using other = await tor.createFilesystemOnionService(`${path}-other`, OFFLINE);
      const before = await inTor();
      const options = { ports: 80, timeout: 300 };
      const creating = tor.createFilesystemOnionService(path, options);
      await assert.rejects(creating, { name: "OnionPublishError" });
      assert.equal(await inTor(), before);
      assert.equal(await runtime.stat(path), undefined);
      assert.equal(other.isRemoved, false);
    });

    it("never let everyone in by a client's file that cannot be read", async () => {
      await writeClientFile("alice.auth", "descriptor:x25519:MFRGG");
      const creating = tor.createFilesystemOnionService(path, OFFLINE);
      await assert.rejects(creating, /alice\.auth/);
      assert.equal(await inTor(), "");
      const bob = { ...OFFLINE, clients: { bob: "generate" } };
      await assert.rejects(tor.createFilesystemOnionService(path, bob), /alice\.auth/);
      assert.deepEqual(await filesOf(path), ["alice.auth", "authorized_clients"]);
    });

    it("let in the clients that are given, and no others", async () => {
      const { publicKey } = OnionClientKey.generate();
      await writeClientFile("alice.auth", publicKey.toAuthorizedClient());
      const create = (clients?: Record<string, string>) =>
        tor.createFilesystemOnionService(path, { ...OFFLINE, clients });
      await assert.rejects(create({ bob: "generate" }), /"alice" is not among clients/);
      const another = `${OnionClientKey.generate().publicKey}`;
      await assert.rejects(create({ alice: another }), /"alice" has another key there/);
      assert.equal(await inTor(), "");

      const both = await create({ alice: "generate", bob: "generate" });
      assert.deepEqual([...both.clients!.keys()], ["alice", "bob"]);
      assert.ok(both.clients!.get("alice")!.publicKey.equals(publicKey));
      assert.equal(both.clients!.get("alice")!.key, undefined);
      assert.ok(both.clients!.get("bob")!.key !== undefined);
      await both.remove();
      await using again = await create();
      assert.deepEqual([...again.clients!.keys()], ["alice", "bob"]);
      assert.equal(again.clients!.get("bob")!.key, undefined);
    });

    it("change their clients while they run, and keep the last one", async () => {
      await using service = await tor.createFilesystemOnionService(path, OFFLINE);
      const quick = { awaitUploads: "none" } as const;
      const [alice, bob] = await Promise.all([
        service.addClient("alice", "generate", quick),
        service.addClient("bob", OnionClientKey.generate().publicKey, quick),
      ]);
      assert.ok(alice.key !== undefined && bob.key === undefined);
      assert.deepEqual([...service.clients!.keys()].sort(), ["alice", "bob"]);
      await assert.rejects(service.addClient("bob", "generate", quick), /has a client "bob"/);
      await assert.rejects(service.addClient("carol", "MFRGG", quick), RangeError);
      // Nothing is published: the client is taken out again.
      await assert.rejects(service.addClient("carol", "generate", { timeout: 2_000 }), {
        name: "OnionPublishError",
      });
      assert.deepEqual([...(await service.directory.readClients()).keys()], ["alice", "bob"]);
      assert.equal(await service.removeClient("bob", quick), true);
      await assert.rejects(service.removeClient("alice", quick), /is its last client/);
      assert.deepEqual([...service.clients!.keys()], ["alice"]);
      // One that cannot be published stays out.
      const opening = service.removeClient("alice", { openToEveryone: true, timeout: 2_000 });
      await assert.rejects(opening, { name: "OnionPublishError" });
      assert.equal(service.clients!.size, 0);
      assert.equal((await service.directory.readClients()).size, 0);
      await service.remove();
      await assert.rejects(service.addClient("dave", "generate", quick), /Tor has it no more/);
      assert.equal((await service.directory.readClients()).size, 0);
    });

    it("are in the configuration, with their options, and leave it by whomever", async () => {
      const config = await tor.getConfig();
      const service = await tor.createFilesystemOnionService(`${path}/`, {
        ...OFFLINE,
        ports: [80, "81 unix:/run/web"],
        maxStreams: 7,
        maxStreamsCloseCircuit: true,
        groupReadable: true,
        powDefences: { queueRate: 5, queueBurst: 6 },
        settings: { HiddenServiceNumIntroductionPoints: 5 },
      });
      const settings = { ...config.hiddenServices[0] };
      assert.deepEqual(Object.keys(settings).sort(), [
        "HiddenServiceDirGroupReadable",
        "HiddenServiceMaxStreams",
        "HiddenServiceMaxStreamsCloseCircuit",
        "HiddenServiceNumIntroductionPoints",
        "HiddenServicePoWDefensesEnabled",
        "HiddenServicePoWQueueBurst",
        "HiddenServicePoWQueueRate",
        "dir",
        "ports",
      ]);
      assert.equal(settings.dir, path);
      await using other = await connect({ control: lone.control });
      const [read] = await other.onionServices();
      assert.ok(read instanceof FilesystemOnionService);
      assert.deepEqual(read.ports, service.ports);
      assert.deepEqual(await tor.onionServices(), [service]);

      config.hiddenServices.push({ dir: `${path}-unsaved`, ports: ["80"] });
      const creating = tor.createFilesystemOnionService(`${path}-other`, OFFLINE);
      await assert.rejects(creating, /not saved: save or discard/);
      assert.equal(await runtime.stat(`${path}-other`), undefined);
      await assert.rejects(service.remove(), TorError);
      config.discard("hiddenServices");

      const removed = service.whenRemoved();
      config.hiddenServices.length = 0;
      await config.save();
      await removed;
      assert.equal(service.isRemoved, true);
      await service.remove();
      await assert.rejects(
        service.whenRemoved({ signal: AbortSignal.abort(new Error("enough")) }),
        /enough/,
      );
    });

    it("are created one after the other, so that none is lost", async () => {
      const services = await Promise.all(
        ["a", "b", "c"].map((name) => tor.createFilesystemOnionService(`${path}/${name}`, OFFLINE)),
      );
      const dirs = (await tor.getConfig()).hiddenServices.map(({ dir }) => dir);
      assert.deepEqual(dirs.sort(), services.map(({ directory }) => directory.path).sort());
      await Promise.all(services.map((service) => service.remove()));
      assert.equal(await inTor(), "");
    });

    it("cannot be followed when the connection is lost", async () => {
      const other = await connect({ control: lone.control });
      const service = await other.createFilesystemOnionService(path, OFFLINE);
      const removed = assert.rejects(service.whenRemoved(), { name: "DisconnectedError" });
      await other[Symbol.asyncDispose]();
      await removed;
      await service[Symbol.asyncDispose]();
      const [read] = await tor.onionServices();
      assert.equal(read?.hostname, service.hostname);
      await read!.remove();
    });
  });

  describe("that want authorization", () => {
    const address = OnionServiceKey.generate().address.hostname;
    const [one, two] = [OnionClientKey.generate(), OnionClientKey.generate()];

    it("are visited with keys that can be added, listed and removed", async () => {
      assert.deepEqual(await tor.listOnionAuthentications(), []);
      assert.equal(await tor.addOnionAuthentication(address, one), "added");
      assert.equal(
        await tor.addOnionAuthentication(address, two.toBase32(), { nickname: "me" }),
        "replaced",
      );
      const [known, ...rest] = await tor.listOnionAuthentications();
      assert.deepEqual([known?.clientName, known?.exportPrivateKey(), rest], [
        "me",
        two.toControl(),
        [],
      ]);
      {
        await using authentication = await tor.onionAuthentication(address, one.toControl());
        assert.equal(authentication.result, "replaced");
        assert.equal(
          (await tor.listOnionAuthentications())[0]?.exportPrivateKey(),
          one.toControl(),
        );
      }
      const [again] = await tor.listOnionAuthentications();
      assert.deepEqual([again?.clientName, again?.exportPrivateKey()], ["me", two.toControl()]);
      assert.equal(await tor.removeOnionAuthentication(address), true);
      assert.equal(await tor.removeOnionAuthentication(address), false);
      const disposable = await tor.onionAuthentication(address, one);
      await disposable[Symbol.asyncDispose]();
      await disposable[Symbol.asyncDispose]();
      assert.deepEqual(await tor.listOnionAuthentications(), []);
    });

    it("are not with what is no address or no key", async () => {
      const wrong = address.replace(/^./, (first) => first === "a" ? "b" : "a");
      await assert.rejects(tor.addOnionAuthentication(wrong, one), {
        name: "TypeError",
        message: /checksum is wrong/,
      });
      await assert.rejects(tor.addOnionAuthentication(address, "x25519:c2VjcmV0"), RangeError);
      await assert.rejects(tor.onionAuthentication(address, "no key"), TypeError);
      const nickname = "x".repeat(17);
      await assert.rejects(tor.addOnionAuthentication(address, one, { nickname }), RangeError);
      // Tor has no directory to store it in.
      const permanent = tor.addOnionAuthentication(address, one, { permanent: true });
      await assert.rejects(permanent, { name: "InvalidConfigurationValueError" });
      await assert.rejects(tor.removeOnionAuthentication("www.example"), TypeError);
      assert.deepEqual(await tor.listOnionAuthentications(), []);
    });
  });
});
