import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { OnionAddress } from "../../lib/onion/onion_address.ts";
import { OnionClientKey } from "../../lib/onion/onion_client_key.ts";
import { OnionClientPublicKey } from "../../lib/onion/onion_client_public_key.ts";
import { OnionServiceDirectory } from "../../lib/onion/onion_service_directory.ts";
import { OnionServiceKey } from "../../lib/onion/onion_service_key.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Runtime } from "../../lib/runtime/types.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";

describe("Real Tor and the keys", () => {
  let runtime: Runtime;
  let root: string;
  let ours: OnionServiceDirectory;
  let theirs: OnionServiceDirectory;
  const key = OnionServiceKey.generate();
  const alice = OnionClientKey.generate();
  const visited = OnionServiceKey.generate().address;
  let lone: LoneTor | undefined;
  let tor: Tor | undefined;

  before(async () => {
    runtime = await detectRuntime();
    root = await runtime.makeTempDirectory("torcon-test-");
    ours = new OnionServiceDirectory(`${root}/ours`, { runtime });
    theirs = new OnionServiceDirectory(`${root}/theirs`, { runtime });
    await ours.writeKey(key);
    await ours.writeClient("alice", alice.publicKey);
    await runtime.makeDirectory(`${root}/client`);
    const text = new TextEncoder().encode(alice.toAuthPrivate(visited));
    await runtime.writeFile(`${root}/client/${visited.serviceId}.auth_private`, text);
    lone = await startLoneTor({
      torrc: [
        `HiddenServiceDir ${ours.path}`,
        "HiddenServicePort 80",
        `HiddenServiceDir ${theirs.path}`,
        "HiddenServicePort 80",
        `ClientOnionAuthDir ${root}/client`,
      ].join("\n"),
    });
    tor = await connect({ control: lone.control });
  });

  after(async () => {
    await tor?.[Symbol.asyncDispose]();
    await lone?.[Symbol.asyncDispose]();
    await runtime.remove(root, { recursive: true });
  });

  /** The connected Tor. */
  const control = () => {
    assert.ok(tor);
    return tor.control;
  };

  it("takes the key that we wrote, and complains of nothing", async () => {
    const complaints = lone?.log.filter((line) =>
      /\[(warn|err)\](?! You are running Tor as root)/.test(line)
    );
    assert.deepEqual(complaints, []);
    assert.equal(`${await ours.readAddress()}`, key.address.hostname);
    assert.ok((await ours.readKey())?.equals(key));
    assert.deepEqual([...(await ours.readClients()).keys()], ["alice"]);
  });

  it("writes a key that we read, derive alike and write alike", async () => {
    const read = await theirs.readKey();
    assert.ok(read);
    assert.equal(`${await theirs.readAddress()}`, read.address.hostname);
    const copy = new OnionServiceDirectory(`${root}/copy`, { runtime });
    await copy.writeKey(read);
    for (const name of await runtime.readDirectory(copy.path)) {
      const [a, b] = await Promise.all([
        runtime.readFile(`${copy.path}/${name}`),
        runtime.readFile(`${theirs.path}/${name}`),
      ]);
      assert.deepEqual(a, b, name);
    }
  });

  it("gives our keys the addresses that we derive", async () => {
    for (let i = 0; i < 10; i++) {
      const key = OnionServiceKey.generate();
      const added = await control().addOnion({ ports: [80], privateKey: key.toBlob() });
      assert.equal(added.serviceId, key.address.serviceId);
      await control().delOnion(key.address.hostname);
    }
  });

  it("makes keys of which we derive the addresses", async () => {
    for (let i = 0; i < 10; i++) {
      const added = await control().addOnion({ ports: [80] });
      const { serviceId } = added;
      const blob = added.exportPrivateKey() ?? "";
      const key = OnionServiceKey.parse(blob);
      assert.equal(key.address.serviceId, serviceId);
      assert.equal(key.toBlob(), blob);
      await control().delOnion(serviceId);
    }
  });

  it("lets our clients in by their keys", async () => {
    const clients = [1, 2].map(() => OnionClientKey.generate().publicKey);
    const added = await control().addOnion({ ports: [80], clients: clients.map(String) });
    assert.deepEqual(added.clients, clients.map(String));
    assert.ok(OnionClientPublicKey.parse(added.clients[0] ?? "").equals(clients[0]!));
    await control().delOnion(added.serviceId);
  });

  it("reads the client's key that we wrote", async () => {
    const [credential, ...others] = await control().onionClientAuthView();
    assert.deepEqual(others, []);
    assert.equal(credential?.serviceId, visited.serviceId);
    assert.ok(OnionClientKey.parse(credential?.exportPrivateKey() ?? "").equals(alice));
  });

  it("keeps a client's key in a file that we read and write alike", async () => {
    const { address } = OnionServiceKey.generate();
    const key = OnionClientKey.generate();
    const options = { permanent: true };
    await control().onionClientAuthAdd(address.serviceId, key.toControl(), options);
    const path = `${root}/client/${address.serviceId}.auth_private`;
    const text = new TextDecoder().decode(await runtime.readFile(path));
    const read = OnionClientKey.parseAuthPrivate(text);
    assert.ok(read.address.equals(address));
    assert.ok(read.key.equals(key));
    assert.equal(key.toAuthPrivate(address), text);
    assert.equal(await control().onionClientAuthRemove(address.serviceId), true);
  });

  it("refuses the addresses that we refuse", async () => {
    const small = "y4lwu4b5jxme7or4bn3a2edhb4vcau72fq44zrsoy76xpevman5hhfqd";
    const mixed = "2bbew4a5masv3zo7obihcbm4zurlqne3wqjyeaxlxvs6tyfneen2w3ad";
    const checksum = visited.serviceId.replace(/^./, (first) => first === "a" ? "b" : "a");
    for (const id of [small, mixed, checksum]) {
      assert.throws(() => OnionAddress.parse(id), TypeError);
      await assert.rejects(control().hsFetch(id), { name: "UnrecognizedArgumentError" }, id);
    }
  });
});
