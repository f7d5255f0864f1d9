import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import { ControlConnection, type ControlEventType } from "../../lib/control/connection.ts";
import type { ControlEventMap } from "../../lib/control/connection_events.ts";
import { ControlReplyError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import { type LoneTor, startLoneTor } from "../../lib/testing/lone_tor.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { parseAddress } from "../../lib/util/address.ts";
import { useNetwork } from "../_support/network.ts";
import { startRawServer } from "../_support/raw_server.ts";

const runtime = await detectRuntime();

/** The first event of a type that fits; listen before what causes it. */
async function first<E>(events: AsyncIterable<E>, fits: (event: E) => boolean): Promise<E> {
  for await (const event of events) if (fits(event)) return event;
  assert.fail("The events ended before the one that was waited for");
}

describe("commands to a lone tor", () => {
  let tor: LoneTor;
  let control: ControlConnection;

  before(async () => {
    tor = await startLoneTor();
    control = await ControlConnection.connect({ control: tor.control, runtime });
  });
  after(async () => {
    await control.close();
    await tor[Symbol.asyncDispose]();
  });

  it("set, read and reset options, whatever is in their values", async () => {
    const value = fc.string({ unit: "grapheme", minLength: 1 }).map((s) => s.replaceAll("\0", ""))
      .filter((s) => s.trim() === s && s !== "");
    await fc.assert(
      fc.asyncProperty(value, async (given) => {
        await control.setConf({ ContactInfo: given });
        assert.deepEqual(await control.getConf("ContactInfo"), [{
          key: "ContactInfo",
          value: given,
        }]);
      }),
      { numRuns: 200 },
    );
    await control.resetConf("ContactInfo");
    assert.deepEqual(await control.getConf("ContactInfo"), [{
      key: "ContactInfo",
      value: undefined,
    }]);
  });

  it("set lists, and tell every change as an event", async () => {
    const events = control.events("CONF_CHANGED");
    const changed = events.next();
    await control.setConf({
      MapAddress: ["a.example b.example", "c.example d.example"],
      DirCache: false,
    });
    assert.deepEqual(await control.getConf("MapAddress"), [
      { key: "MapAddress", value: "a.example b.example" },
      { key: "MapAddress", value: "c.example d.example" },
    ]);
    const keys = (await changed).value?.changes.map(({ key }: { key: string }) => key);
    assert.deepEqual(new Set(keys), new Set(["MapAddress", "DirCache"]));
    await events.return?.();
    await control.resetConf(["MapAddress", "DirCache"]);
  });

  it("change all options or none", async () => {
    const change = control.setConf([["MaxCircuitDirtiness", 700], ["SocksPort", "notaport"]]);
    await assert.rejects(change, { name: "UnrecognizedArgumentError", code: 513 });
    await assert.rejects(control.setConf({ Nope: 1 }), { name: "UnrecognizedEntityError" });
    const [line] = await control.getConf("MaxCircuitDirtiness");
    assert.notEqual(line?.value, "700");
  });

  it("load a configuration and save it", async () => {
    const text = await control.getInfo("config-text");
    await control.loadConf(`${text}\nContactInfo me\n`);
    assert.deepEqual(await control.getConf("ContactInfo"), [{ key: "ContactInfo", value: "me" }]);
    await assert.rejects(control.loadConf("Nope 1\n"), ControlReplyError);
    await control.saveConf();
    await control.saveConf({ force: true });
    const torrc = new TextDecoder().decode(await runtime.readFile(`${tor.dataDirectory}/torrc`));
    assert.match(torrc, /^ContactInfo me$/m);
  });

  it("answer every key of info/names, or refuse it alone", async () => {
    const names = (await control.getInfo("info/names")).split("\n").map((line) =>
      line.split(" ")[0]!
    );
    const keys = names.filter((name) => !name.includes("*"));
    assert.ok(keys.length > 60);
    const results = await Promise.allSettled(keys.map((key) => control.getInfo(key)));
    for (const [i, result] of results.entries()) {
      if (result.status === "fulfilled") continue;
      assert.ok(result.reason instanceof ControlReplyError, `${keys[i]}: ${result.reason}`);
    }
    assert.ok(results.filter(({ status }) => status === "fulfilled").length > 40);
  });

  it("give the same value in one piece and by lines", async () => {
    for (const key of ["config/names", "info/names", "version", "ns/all", "config-text"]) {
      const value = await control.getInfo(key);
      const lines: string[] = [];
      for await (const line of control.getInfoLines(key)) lines.push(line);
      assert.equal(lines.join("\n"), value);
    }
  });

  it("are answered in order, a thousand at once", async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => ["version", "process/pid", "uid"][i % 3]!);
    const values = await Promise.allSettled(keys.map((key) => control.getInfo(key)));
    for (const [i, value] of values.entries()) {
      const expected = ["0.4.", String(tor.pid), undefined][i % 3];
      if (expected === undefined) assert.equal(value.status, "rejected");
      else assert.ok(value.status === "fulfilled" && value.value.startsWith(expected));
    }
  });

  it("map addresses, some refused and some not", async () => {
    const events = control.events("ADDRMAP");
    const told = events.next();
    const [picked, named] = await control.mapAddress([
      ["0.0.0.0", "a.example"],
      [".", "b.example"],
    ]);
    assert.match(picked!.original, /^127\./);
    assert.match(named!.original, /\.virtual$/);
    assert.equal((await told).value?.address, picked!.original);
    await events.return?.();
    const mixed = await control.mapAddress([["c.example", "d.example"], [
      "..",
      "bad ".trim() + "..",
    ]]);
    assert.equal(mixed[0]?.error, undefined);
    await control.mapAddress({ "c.example": "c.example" });
  });

  it("send signals, and drop guards and timeouts", async () => {
    const events = control.events("SIGNAL");
    const told = events.next();
    await control.signal("CLEARDNSCACHE");
    assert.equal((await told).value?.signal, "CLEARDNSCACHE");
    await events.return?.();
    await control.signal("HEARTBEAT");
    await control.dropGuards();
    await control.dropTimeouts();
    await control.useFeature(["VERBOSE_NAMES", "EXTENDED_EVENTS"]);
    await assert.rejects(control.useFeature("NOPE"), { code: 552 });
    await assert.rejects(control.postDescriptor("nonsense"), { name: "InvalidDescriptorError" });
    await assert.rejects(control.request("BOGUS"), { name: "UnrecognizedCommandError" });
    await assert.rejects(control.request("SETROUTERPURPOSE", { args: ["x", "y"] }), { code: 511 });
  });

  it("tell who is asked, and authenticate anew", async () => {
    const info = await control.protocolInfo();
    assert.equal(info.torVersion, control.torVersion);
    assert.equal(info.cookieFile, `${tor.dataDirectory}/control_auth_cookie`);
    await control.authenticate(tor.password);
    const { serverHash, serverNonce } = await control.authChallenge(new Uint8Array(32));
    assert.deepEqual([serverHash.length, serverNonce.length], [32, 32]);
  });

  it("keep the keys of clients of onion services", async () => {
    const address = "p53lf57qovyuvwsc6xnrppyply3vtqm7l6pcobkmyqsiofyeznfu5uqd";
    const key = "iJ1tjKCrMAbiFT2bVrCjhbfMDnE1fpaRbIS5ZHKUvEQ=";
    assert.equal(await control.onionClientAuthAdd(address, key, { clientName: "bob" }), "added");
    assert.equal(await control.onionClientAuthAdd(`${address}.onion`, `x25519:${key}`), "replaced");
    const [credential, ...more] = await control.onionClientAuthView();
    assert.deepEqual([credential?.serviceId, credential?.exportPrivateKey()], [
      address,
      `x25519:${key}`,
    ]);
    assert.equal(more.length, 0);
    assert.equal((await control.onionClientAuthView(address)).length, 1);
    assert.equal(await control.onionClientAuthRemove(address), true);
    assert.equal(await control.onionClientAuthRemove(address), false);
    await assert.rejects(control.onionClientAuthAdd("bad", key), { code: 512 });
    const permanent = control.onionClientAuthAdd(address, key, { permanent: true });
    await assert.rejects(permanent, { name: "InvalidConfigurationValueError" });
  });

  it("subscribe every event that this tor knows, at once and one by one", async () => {
    const names = (await control.getInfo("events/names")).split(" ") as ControlEventType[];
    const listener = () => {};
    await Promise.all(names.map((name) => control.addEventListener(name, listener)));
    await Promise.all(names.map((name) => control.removeEventListener(name, listener)));
    for (const name of ["TB_EMPTY", "PT_LOG", "PT_STATUS"] as const) {
      await assert.rejects(control.addEventListener(name, listener), {
        name: "UnrecognizedEntityError",
      });
    }
  });
});

describe("commands to a tor in the private network", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let control: ControlConnection;
  const unknown: string[] = [];

  before(async () => {
    network = await useNetwork();
    client = await network.addClient();
    control = await ControlConnection.connect({ control: client.control, runtime });
    await control.addEventListener("unknown", ({ text }) => unknown.push(text));
    const names = (await control.getInfo("events/names")).split(" ") as ControlEventType[];
    const quiet = names.filter((name) => name !== "DEBUG");
    await Promise.all(quiet.map((name) => control.addEventListener(name, () => {})));
  });
  after(async () => {
    await control?.close();
    await client?.[Symbol.asyncDispose]();
    await network?.[Symbol.asyncDispose]();
  });

  it("build a circuit by chosen relays, give it a purpose and close it", async () => {
    const events = control.events("CIRC");
    const path = network.relays.slice(0, 3).map(({ fingerprint }) => `$${fingerprint}`);
    const id = await control.extendCircuit(0, { path });
    const built = await first(
      events,
      ({ circuitId, status }) => circuitId === id && status !== "LAUNCHED" && status !== "EXTENDED",
    );
    assert.equal(built.status, "BUILT");
    assert.deepEqual(built.path.map(({ fingerprint }) => `$${fingerprint}`), path);
    const minor = control.events("CIRC_MINOR");
    await control.setCircuitPurpose(id, "controller");
    const changed = await first(minor, ({ circuitId }) => circuitId === id);
    assert.equal(changed.purpose, "CONTROLLER");
    const closing = control.events("CIRC");
    await control.closeCircuit(id);
    const closed = await first(
      closing,
      ({ circuitId, status }) => circuitId === id && status === "CLOSED",
    );
    assert.equal(closed.reason, "REQUESTED");
    await assert.rejects(control.closeCircuit(id), { name: "UnrecognizedEntityError" });
  });

  it("let Tor choose a path, and extend it", async () => {
    const id = await control.extendCircuit(0);
    assert.ok(id > 0);
    await assert.rejects(control.extendCircuit(0, { path: ["nosuchrelay"] }), { code: 552 });
  });

  it("attach, redirect and close a stream", async () => {
    await using server = await startRawServer(async (conn) => {
      await conn.readable.pipeTo(conn.writable);
    });
    const { port } = server.address as { port: number };
    const circuits = control.events("CIRC");
    const id = await control.extendCircuit(0);
    await first(circuits, ({ circuitId, status }) => circuitId === id && status === "BUILT");
    await control.setConf({ __LeaveStreamsUnattached: true });
    try {
      const streams = control.events("STREAM");
      const conn = await runtime.connect(parseAddress(client.socksPort));
      const reader = await startSocksConnect(conn, "127.0.0.9", port);
      const { streamId } = await first(streams, ({ status }) => status === "NEW");
      await control.redirectStream(streamId, "127.0.0.1", { port });
      const outcome = control.events("STREAM");
      await control.attachStream(streamId, id);
      const is = (wanted: string) => (event: ControlEventMap["STREAM"]) =>
        event.streamId === streamId && event.status === wanted;
      const opened = await first(outcome, is("SUCCEEDED"));
      assert.equal(opened.circuitId, id);
      assert.equal(opened.targetPort, port);
      assert.equal((await reader.read()).value?.[1], 0); // the SOCKS reply: granted
      const closing = control.events("STREAM");
      await control.closeStream(streamId, "DONE");
      await first(closing, is("CLOSED"));
      assert.equal((await reader.read()).done, true);
      await conn.close();
      await assert.rejects(control.attachStream(streamId, id), { code: 552 });
    } finally {
      await control.resetConf("__LeaveStreamsUnattached");
    }
  });

  it("resolve a name over Tor, whose answer is an event", async () => {
    const events = control.events("ADDRMAP");
    await control.resolve("nowhere.example");
    const answer = await first(events, ({ address }) => address === "nowhere.example");
    assert.equal(answer.newAddress, undefined);
    const reverse = control.events("ADDRMAP");
    await control.resolve("192.0.2.9", { reverse: true });
    await first(
      reverse,
      ({ address }) => address.includes("192.0.2.9") || address.includes("9.2.0.192"),
    );
  });

  it("start an onion service, fetch its descriptor, upload it again and end the service", async () => {
    const uploads = control.events("HS_DESC");
    const onion = await control.addOnion({
      ports: [{ virtual: 80, target: 9 }],
      maxStreams: 5,
      powDefences: { queueRate: 10, queueBurst: 20 },
    });
    assert.match(onion.serviceId, /^[a-z2-7]{56}$/);
    assert.match(onion.exportPrivateKey() ?? "", /^ED25519-V3:/);
    // Only when no upload is under way has every directory that may be asked what it is asked for.
    let underWay = 0;
    await first(uploads, ({ action, hsAddress }) => {
      if (hsAddress !== onion.serviceId || action === "CREATED") return false;
      underWay += action === "UPLOAD" ? 1 : -1;
      return underWay === 0;
    });
    assert.equal(await control.getInfo("onions/current"), onion.serviceId);
    const contents = control.events("HS_DESC_CONTENT");
    await control.hsFetch(`${onion.serviceId}.onion`);
    const content = await first(contents, ({ hsAddress }) => hsAddress === onion.serviceId);
    assert.match(content.body, /^hs-descriptor 3\n/);
    await control.hsPost(`${content.body}\n`, { address: onion.serviceId });
    await control.delOnion(onion.serviceId);
    await assert.rejects(control.delOnion(onion.serviceId), { name: "UnrecognizedEntityError" });
    const again = await control.addOnion({
      ports: [80],
      privateKey: onion.exportPrivateKey(),
      detach: true,
    });
    assert.equal(again.serviceId, onion.serviceId);
    assert.equal(again.exportPrivateKey(), undefined);
    await control.delOnion(again.serviceId);
  });

  it("give every relay of the consensus by lines", async () => {
    let relays = 0;
    for await (const line of control.getInfoLines("ns/all")) if (line.startsWith("r ")) relays++;
    assert.equal(relays, network.authorities.length + network.relays.length);
  });

  it("bring no event that is unknown", () => assert.deepEqual(unknown, []));
});

/** Asks a SOCKS port for a connection, and gives what reads the answer. */
async function startSocksConnect(
  conn: Conn,
  address: string,
  port: number,
): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  const writer = conn.writable.getWriter();
  const reader = conn.readable.getReader();
  await writer.write(Uint8Array.of(5, 1, 0));
  assert.deepEqual((await reader.read()).value, Uint8Array.of(5, 0));
  const ip = address.split(".").map(Number);
  await writer.write(Uint8Array.of(5, 1, 0, 1, ...ip, port >> 8, port & 255));
  return reader;
}
