import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import { TimeoutError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { NetworkProgress } from "../../lib/testing/private_network_options.ts";
import { formatTorrc } from "../../lib/testing/torrc.ts";
import { startLoneTor } from "../../lib/testing/lone_tor.ts";
import { isAlive, torsIn } from "./_processes.ts";
import { socksConnect, socksResolve } from "./_socks.ts";

/** Bun gives a test 5 s, and a hook no more than that whatever it is told; a start takes 12. */
const SLOW = { timeout: 120_000 };

describe("PrivateNetwork", () => {
  const runtime = detectRuntime();
  const progress: NetworkProgress[] = [];
  let starting: Promise<PrivateNetwork> | undefined;

  /** The network of all tests here, which the first of them starts. */
  function network(): Promise<PrivateNetwork> {
    starting ??= PrivateNetwork.start({
      dns: {
        "www.example": ["127.0.0.1", "::1"],
        "outside.example": "192.0.2.1",
        "v6.example": "::1",
        "192.0.2.7": "seven.example",
      },
      onProgress: (step) => progress.push(step),
      timeout: 100_000,
    });
    return starting;
  }

  async function control(address: string): Promise<ControlConnection> {
    return await ControlConnection.connect({ control: address, runtime: await runtime });
  }

  after(async () => await (await starting)?.[Symbol.asyncDispose]());

  it("starts three authorities, three exits and a client", SLOW, async () => {
    const { authorities, relays, clients, client, directory } = await network();
    assert.deepEqual(
      [...authorities, ...relays, ...clients].map(({ nickname }) => nickname),
      ["authority1", "authority2", "authority3", "relay1", "relay2", "relay3", "client1"],
    );
    assert.equal(client, clients[0]);
    const { mode } = (await (await runtime).stat(directory))!;
    assert.equal(mode, (await runtime).platform === "win32" ? undefined : 0o700);
  });

  it("tells how far it is", SLOW, async () => {
    await network();
    const phases = [...new Set(progress.map(({ phase }) => phase))];
    assert.deepEqual(phases, ["keys", "relays", "consensus", "bootstrap", "ready"]);
    const ready = progress.filter(({ percent }) => percent === 100).map(({ nickname }) => nickname);
    assert.equal(new Set(ready).size, 7);
    assert.ok(progress.every(({ elapsed }, i) => elapsed >= (progress[i - 1]?.elapsed ?? 0)));
  });

  it("has every tor ready, on both kinds of control port", SLOW, async () => {
    const { authorities, relays, clients } = await network();
    for (const node of [...authorities, ...relays, ...clients]) {
      for (const address of [node.controlPort, node.controlSocket ?? node.controlPort]) {
        await using tor = await control(address);
        assert.match(await tor.getInfo("status/bootstrap-phase"), /PROGRESS=100 /);
        assert.equal(Number(await tor.getInfo("process/pid")), node.pid);
      }
    }
  });

  it("has no tor that learns to give up circuits after milliseconds", SLOW, async () => {
    const { authorities, relays, clients } = await network();
    for (const node of [...authorities, ...relays, ...clients]) {
      await using tor = await control(node.control);
      const lines = await tor.getConf(["LearnCircuitBuildTimeout", "CircuitBuildTimeout"]);
      assert.deepEqual(lines.map(({ value }) => value), ["0", "10"]);
    }
  });

  it("has relays that are what it says", SLOW, async () => {
    const { authorities, relays, client } = await network();
    for (const relay of relays) {
      await using tor = await control(relay.control);
      assert.equal(await tor.getInfo("fingerprint"), relay.fingerprint);
    }
    await using tor = await control(client.control);
    const consensus = await tor.getInfo("ns/all");
    for (const { nickname, address, orPort } of [...authorities, ...relays]) {
      assert.match(consensus, new RegExp(`^r ${nickname} .* ${address} ${orPort} `, "m"));
    }
    if ((await runtime).platform === "linux") {
      const addresses = [...authorities, ...relays].map(({ address }) => address);
      assert.deepEqual(addresses, [1, 2, 3, 4, 5, 6].map((n) => `127.${n}.0.1`));
    }
  });

  it("has a client that takes a password and a cookie", SLOW, async () => {
    const { client } = await network();
    const own = await runtime;
    for (const method of ["HASHEDPASSWORD", "SAFECOOKIE", "COOKIE"] as const) {
      await using _tor = await ControlConnection.connect({
        control: client.control,
        runtime: own,
        password: client.password,
        authentication: [method],
      });
    }
  });

  it("tells by which exit a stream left, on TCP and Unix SOCKS ports", SLOW, async () => {
    const { relays, client } = await network();
    const own = await runtime;
    await using tor = await control(client.control);
    for (const { exclusivePort: port, fingerprint, nickname } of relays) {
      assert.ok(port !== undefined);
      await using _listener = await own.listen({ hostname: "127.0.0.1", port });
      for (const socks of [client.socksPort, client.socksSocket ?? client.socksPort]) {
        const streams = tor.events("STREAM");
        await streams.ready;
        const succeeded = (async () => {
          for await (const event of streams) {
            if (event.status === "SUCCEEDED" && event.targetPort === port) return event.circuitId;
          }
          return assert.fail("no stream");
        })();
        const { code, conn } = await socksConnect(own, socks, { hostname: "127.0.0.1", port });
        await conn.close();
        assert.equal(code, 0);
        const circuits = await tor.getInfo("circuit-status");
        const id = await succeeded;
        const path = new RegExp(`^${id} BUILT (\\S+)`, "m").exec(circuits)?.[1];
        assert.equal(path?.split(",").at(-1), `$${fingerprint}~${nickname}`);
      }
    }
  });

  it("resolves names and addresses through the exits, and nowhere else", SLOW, async () => {
    const { client, dns } = await network();
    const own = await runtime;
    await using tor = await control(client.control);
    const answers = tor.events("ADDRMAP");
    const resolve = async (address: string, reverse = false) => {
      await tor.resolve(address, { reverse });
      const { value } = await answers.next();
      assert.equal(value.address, address);
      return value.newAddress;
    };
    assert.equal(await resolve("www.example"), "127.0.0.1");
    assert.deepEqual(await socksResolve(own, client.socksPort, "v6.example"), [
      ...new Array(15).fill(0),
      1,
    ]);
    assert.equal(await resolve("192.0.2.7", true), "seven.example");
    assert.equal(await resolve("none.example"), undefined);
    await dns.add({ "late.example": "127.0.0.9" });
    assert.equal(await resolve("late.example"), "127.0.0.9");

    const queries = await dns.queries();
    assert.deepEqual(
      new Set(queries.map(({ name }) => name)),
      new Set([
        "www.example",
        "v6.example",
        "7.2.0.192.in-addr.arpa",
        "none.example",
        "late.example",
      ]),
    );
    assert.deepEqual(
      new Set(queries.filter(({ name }) => name === "www.example").map(({ type }) => type)),
      new Set(["A", "AAAA"]),
    );
    await assert.rejects(dns.add({ "bad.example": "x" }), TypeError);
    await assert.rejects(dns.add({ "a..b": "127.0.0.1" }), RangeError);
  });

  it("lets no stream leave this machine", SLOW, async () => {
    const { client } = await network();
    // An address for documentation (RFC 5737), which nobody has.
    for (const hostname of ["192.0.2.1", "outside.example"]) {
      const address = { hostname, port: 80 };
      const { code, conn } = await socksConnect(await runtime, client.socksPort, address);
      await conn.close();
      assert.notEqual(code, 0);
    }
  });

  it("publishes an onion service", SLOW, async () => {
    await using tor = await control((await network()).client.control);
    const events = tor.events("HS_DESC");
    await tor.addOnion({ ports: [80] });
    for await (const event of events) if (event.action === "UPLOADED") break;
  });

  it("takes one more client, with options of its own", SLOW, async () => {
    const shared = await network();
    const own = await runtime;
    const client = await shared.addClient({
      torrc: { SocksPort: "127.0.0.1:auto ExtendedErrors" },
    });
    assert.equal(client.nickname, "client2");
    {
      await using tor = await control(client.control);
      assert.match(await tor.getInfo("status/bootstrap-phase"), /PROGRESS=100 /);
      assert.equal((await tor.getInfo("net/listeners/socks")).split(" ").length, 3);
    }
    await client[Symbol.asyncDispose]();
    assert.equal(isAlive(client.pid), false);
    assert.equal(await own.stat(client.dataDirectory), undefined);
  });

  it("tells the log of a client that does not start", SLOW, async () => {
    const shared = await network();
    await assert.rejects(shared.addClient({ torrc: "NoSuchOption 1", nickname: "bad" }), {
      name: "TorStartError",
      nickname: "bad",
      message: /ended \(code 1\) before its control port was open[^]*Unknown option 'NoSuchOption'/,
    });
  });

  it("gives up a client that does not get ready, with its log", SLOW, async () => {
    const shared = await network();
    const late = new AbortController();
    await assert.rejects(
      shared.addClient({
        torrc: { DisableNetwork: 1 },
        signal: late.signal,
        // Just when it could be ready, however fast the machine is.
        onProgress: () => late.abort(new TimeoutError("Too late", 1)),
      }),
      {
        name: "TorStartError",
        message: /was given up before it had bootstrapped[^]*DisableNetwork/,
      },
    );
    await assert.rejects(
      shared.addClient({ timeout: 1 }),
      // Where the tor runs already, its log comes with it.
      (error: Error) => [error, error.cause].some((one) => one instanceof TimeoutError),
    );
    const reason = new Error("enough");
    const signal = AbortSignal.timeout(500);
    await assert.rejects(shared.addClient({ torrc: { DisableNetwork: 1 }, signal }), signal.reason);
    await assert.rejects(shared.addClient({ signal: AbortSignal.abort(reason) }), reason);
  });

  it("is used by others, who end only what is theirs", SLOW, async () => {
    const shared = await network();
    const attached = await PrivateNetwork.attach(JSON.stringify(shared));
    assert.deepEqual(JSON.stringify(attached), JSON.stringify(shared));
    assert.deepEqual(await attached.dns.queries(), await shared.dns.queries());
    const client = await attached.addClient();
    await attached[Symbol.asyncDispose]();
    assert.equal(isAlive(client.pid), false);
    assert.ok(isAlive(shared.client.pid));
  });

  it("lets a tor of one's own join, with the options that it tells", SLOW, async () => {
    const { clientTorrc, clientOptions } = await network();
    assert.equal(clientTorrc, formatTorrc(clientOptions));
    await using lone = await startLoneTor({ torrc: clientTorrc + "DisableNetwork 0\n" });
    await using tor = await control(lone.control);
    const events = tor.events("STATUS_CLIENT");
    if (!/PROGRESS=100 /.test(await tor.getInfo("status/bootstrap-phase"))) {
      for await (const event of events) {
        if (event.action === "BOOTSTRAP" && event.progress === 100) break;
      }
    }
  });

  it("leaves nothing behind", SLOW, async () => {
    const shared = await network();
    const own = await runtime;
    const description = JSON.stringify(shared);
    const nodes = [...shared.authorities, ...shared.relays, ...shared.clients];
    const client = await shared.addClient();
    await shared[Symbol.asyncDispose]();
    await shared[Symbol.asyncDispose]();
    for (const { pid, dataDirectory } of [...nodes, client]) {
      assert.equal(isAlive(pid), false);
      assert.equal(await own.stat(dataDirectory), undefined);
    }
    assert.deepEqual(torsIn(shared.directory) ?? [], []);
    assert.equal(await own.stat(shared.directory), undefined);
    await assert.rejects(PrivateNetwork.attach(description), /has ended/);
    await assert.rejects(shared.addClient(), { name: "AbortError" });
  });
});
