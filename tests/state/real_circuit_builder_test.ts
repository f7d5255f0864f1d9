import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Circuit } from "../../lib/state/circuit.ts";
import { CircuitBuilder } from "../../lib/state/circuit_builder.ts";
import { CircuitPool } from "../../lib/state/circuit_pool.ts";
import type { Router } from "../../lib/state/router.ts";
import type { TorState } from "../../lib/state/tor_state.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { circuitsOf } from "./_real_circuits.ts";
import { SLOW, startServer } from "../tor/_support.ts";

describe("a CircuitBuilder of a real tor", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let state: TorState;
  const host = "builder.tor.example";
  const unwanted: unknown[] = [];

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [host]: "127.0.0.1" });
    client = await network.addClient();
    tor = await connect({ control: client.control, allowPrivate: true });
    state = await tor.getState({
      onError: (error) => unwanted.push(error),
      onWarning: (message) => unwanted.push(message),
    });
  }, SLOW);
  after(async () => {
    await tor?.[Symbol.asyncDispose]();
    for (const held of [client, network]) await held?.[Symbol.asyncDispose]();
    assert.deepEqual(unwanted, []);
  });

  it("builds by the three relays that it is given, and a fetch takes them", SLOW, async () => {
    const guard: Router = [...state.entryGuards.values()][0]!;
    const another = (nodes: readonly { readonly fingerprint: string }[]) => {
      const { fingerprint } = nodes.find(({ fingerprint }) => fingerprint !== guard.idHex)!;
      return state.routerFromId(`$${fingerprint}`)!;
    };
    const [authority, exit] = [another(network.authorities), another(network.relays)];
    const builder = new CircuitBuilder(state, { guard, middle: [authority], exit });
    const circuit = await builder.build();
    assert.equal(circuit.state, "BUILT");
    assert.deepEqual(circuit.path, [guard, authority, exit]);
    await using server = await startServer((_request, response) => response.end("by three"));
    const used = await circuitsOf({ tor, state }, async () => {
      const response = await circuit.fetch(`http://${host}:${server.port}/`);
      assert.equal(await response.text(), "by three");
    });
    assert.deepEqual(used, [circuit]);
  });

  it("finds the one exit that accepts a port, and a connection leaves by it", SLOW, async () => {
    const { fingerprint, exclusivePort: port } = network.relays[1]!;
    const builder = new CircuitBuilder(state, { exit: { ports: [port!] } });
    for (let i = 0; i < 8; i++) assert.equal((await builder.select())[2]!.idHex, fingerprint);
    const circuit = await builder.build();
    assert.equal(circuit.path.at(-1)!.idHex, fingerprint);
    await using server = await startServer((_request, response) => response.end("alone"), {
      port: port!,
    });
    assert.equal(await (await circuit.fetch(`http://${host}:${port}/`)).text(), "alone");
    assert.equal(server.accepted(), 1);
  });

  it(
    "chooses exits that let out connections, and Tor's first entry guard that fits",
    SLOW,
    async () => {
      const builder = new CircuitBuilder(state);
      const exits = new Set(network.relays.map(({ fingerprint }) => fingerprint));
      for (let i = 0; i < 30; i++) {
        const path = await builder.select();
        assert.equal(new Set(path).size, 3);
        assert.ok(exits.has(path[2]!.idHex));
        const guards = [...state.entryGuards.values()];
        assert.equal(path[0], guards.find((router) => router !== path[2]));
      }
      await assert.rejects(
        new CircuitBuilder(state, { exit: { ports: [80], ipv6: true } }).select(),
        { name: "PathSelectionError", position: "exit" },
      );
    },
  );

  it("holds to what the user of Tor excludes", SLOW, async () => {
    const [never, noExit, exit] = network.relays;
    await tor.control.setConf({
      ExcludeNodes: `$${never!.fingerprint}`,
      ExcludeExitNodes: `${noExit!.nickname},{zz}`,
    });
    const [{ value } = { value: "" }] = await tor.control.getConf("ExcludeExitNodes");
    // Relays in no known country are taken for excluded as soon as a country is, as these here are.
    assert.equal(value, `${noExit!.nickname},{zz},{??}`);
    await assert.rejects(new CircuitBuilder(state).select(), {
      constraint: "is outside of ExcludeExitNodes",
    });
    await tor.control.setConf({ ExcludeExitNodes: `${noExit!.nickname}` });
    for (let i = 0; i < 20; i++) {
      const path = (await new CircuitBuilder(state).select()).map(({ idHex }) => idHex);
      assert.ok(!path.includes(never!.fingerprint), path.join());
      assert.equal(path.at(-1), exit!.fingerprint);
    }
    const given = new CircuitBuilder(state, {
      exit: state.routerFromId(`$${never!.fingerprint}`)!,
    });
    await assert.rejects(given.select(), { constraint: "is outside of ExcludeNodes" });
    await tor.control.resetConf(["ExcludeNodes", "ExcludeExitNodes"]);
    assert.equal((await given.select()).at(-1)!.idHex, never!.fingerprint);
  });

  it(
    "keeps circuits ready, of which one is taken at once and those unused are closed",
    SLOW,
    async () => {
      const builder = new CircuitBuilder(state, { length: 2, guard: "entry" });
      const before = new Set(state.circuits.values());
      let taken: Circuit;
      {
        await using pool = new CircuitPool(builder, { ready: 2 });
        taken = await pool.take();
        assert.equal(taken.state, "BUILT");
        assert.equal(taken.path.length, 2);
        // Whatever Tor has built by its answer has been told before.
        while (pool.size < 2) await tor.control.getInfo("version");
      }
      const ours = [...state.circuits.values()].filter((circuit) =>
        !before.has(circuit) && circuit.purpose === "CONTROLLER"
      );
      assert.deepEqual(ours, [taken]);
      await taken.close();
    },
  );
});
