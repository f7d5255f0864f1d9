import assert from "node:assert/strict";
import { get } from "node:http";
import type { Agent } from "node:http";
import { after, before, describe, it } from "node:test";
import { CircuitFailedError, SocksError } from "../../lib/errors/mod.ts";
import { type AttachDecision, DO_NOT_ATTACH } from "../../lib/state/attacher.ts";
import type { Circuit } from "../../lib/state/circuit.ts";
import type { Stream } from "../../lib/state/stream.ts";
import type { TorState } from "../../lib/state/tor_state.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { build, circuitsOf } from "./_real_circuits.ts";
import { rejection, SLOW, startServer, type TestServer } from "../tor/_support.ts";

const OPTION = "__LeaveStreamsUnattached";

describe("streams on circuits of one's choice, of a real tor", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let state: TorState;
  let server: TestServer;
  const errors: unknown[] = [];
  const unwanted = (error: unknown) => errors.push(error);
  let hearError: (error: unknown) => void = unwanted;
  const host = "attach.tor.example";

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ [host]: "127.0.0.1" });
    client = await network.addClient();
    server = await startServer((request, response) => response.end(`got ${request.url}`));
    tor = await connect({ control: client.control, allowPrivate: true });
    state = await tor.getState({ onError: (error) => hearError(error), onWarning: () => {} });
  }, SLOW);
  after(async () => {
    await tor?.[Symbol.asyncDispose]();
    for (const held of [server, client, network]) await held?.[Symbol.asyncDispose]();
    assert.deepEqual(errors, []);
  });

  /** A circuit whose last relay is the exit of that number. */
  async function circuitBy(exit: number): Promise<Circuit> {
    const exits = network.relays.map(({ fingerprint }) => fingerprint);
    const others = exits.filter((_, i) => i !== exit);
    return await build(state, [...others, exits[exit]!].map((name) => `$${name}`), "controller");
  }

  async function option(): Promise<string | undefined> {
    return (await tor.control.getConf(OPTION))[0]?.value;
  }

  it(
    "fetch by that circuit and no other, side by side, and leave Tor as it was",
    SLOW,
    async () => {
      const circuits = await Promise.all([circuitBy(0), circuitBy(1), circuitBy(2)]);
      const url = `http://${host}:${server.port}`;
      for (const circuit of circuits) {
        const used = await circuitsOf({ tor, state }, async () => {
          assert.equal(await (await circuit.fetch(`${url}/a`)).text(), "got /a");
          const agent = await circuit.httpAgent<Agent>();
          await new Promise((resolve, reject) =>
            get(`${url}/b`, { agent }, (answer) => answer.resume().on("end", resolve))
              .on("error", reject)
          );
          await using _conn = await circuit.streamVia(host, server.port);
        });
        assert.deepEqual(used, [circuit, circuit, circuit]);
      }
      const used = await circuitsOf(
        { tor, state },
        () =>
          Promise.all(circuits.map(async (circuit) => {
            await using _conn = await circuit.streamVia(host, server.port);
          })),
      );
      assert.deepEqual(new Set(used), new Set(circuits));
      assert.equal(await option(), "0");
    },
  );

  it(
    "leave by the exit that was asked for: by one whose policy alone accepts the port",
    SLOW,
    async () => {
      const [right, wrong] = await Promise.all([circuitBy(0), circuitBy(1)]);
      const port = network.relays[0]!.exclusivePort!;
      await using _server = await startServer((_request, response) => response.end("exclusive"), {
        port,
      });
      const url = `http://${host}:${port}/`;
      assert.equal(await (await right.fetch(url)).text(), "exclusive");
      const before = _server.accepted();
      const error = await rejection(wrong.fetch(url));
      assert.ok(error instanceof TypeError && error.cause instanceof SocksError, `${error.cause}`);
      assert.equal(_server.accepted(), before);
      assert.equal(wrong.state, "BUILT");
    },
  );

  it("fail where the circuit is closed before, or while they wait", SLOW, async () => {
    const circuit = await circuitBy(2);
    const before = server.accepted();
    await circuit.close();
    const error = await rejection(circuit.streamVia(host, server.port));
    assert.ok(error instanceof CircuitFailedError);
    const fetched = await rejection(circuit.fetch(`http://${host}:${server.port}/`));
    assert.ok(fetched.cause instanceof CircuitFailedError);
    const unbuilt = await state.buildCircuit();
    const waiting = rejection(unbuilt.streamVia(host, server.port));
    await unbuilt.close();
    assert.ok(await waiting instanceof CircuitFailedError);
    assert.equal(server.accepted(), before);
    assert.equal(await option(), "0");
    await assert.rejects(unbuilt.streamVia(`${"a".repeat(56)}.onion`, 80), TypeError);
  });

  it("go where an attacher says, beside those that are bound", SLOW, async () => {
    const [chosen, bound] = await Promise.all([circuitBy(0), circuitBy(1)]);
    const offered: Stream[] = [];
    let decision: AttachDecision = chosen;
    await state.setAttacher({
      attachStream(stream, circuits) {
        assert.equal(circuits, state.circuits);
        offered.push(stream);
        return Promise.resolve(decision);
      },
    });
    assert.equal(await option(), "1");
    const url = `http://${host}:${server.port}/`;
    // A connection that is kept would open no stream.
    const fetch = async () => await (await tor.fetch(url, { isolation: "per-request" })).text();
    assert.deepEqual(await circuitsOf({ tor, state }, fetch), [chosen]);
    assert.deepEqual(await circuitsOf({ tor, state }, () => bound.fetch(url)), [bound]);
    decision = null;
    const [byTor] = await circuitsOf({ tor, state }, fetch);
    assert.notEqual(byTor, undefined);
    assert.notEqual(byTor, chosen);
    assert.notEqual(byTor, bound);
    assert.deepEqual(offered.map(({ targetHost }) => targetHost), [host, host]);

    decision = DO_NOT_ATTACH;
    const waiting = new Promise<Stream>((resolve) =>
      state.addStreamListener({ streamNew: (stream) => resolve(stream) })
    );
    const byHand = fetch();
    await tor.control.attachStream((await waiting).id, chosen.id);
    await byHand;
    assert.equal((await waiting).circuit, chosen);

    const next = new Promise<Stream>((resolve) => {
      const stop = state.addStreamListener({
        streamNew(stream) {
          stop();
          resolve(stream);
        },
      });
    });
    const givenBack = fetch();
    await next;
    await state.setAttacher(undefined);
    await givenBack;
    assert.equal(await option(), "0");
  });

  it(
    "are offered again when they were detached, and never go by another than was chosen",
    SLOW,
    async () => {
      const [wrong, right] = await Promise.all([circuitBy(1), circuitBy(0)]);
      const port = network.relays[0]!.exclusivePort!;
      await using _server = await startServer((_request, response) => response.end("exclusive"), {
        port,
      });
      const states: string[] = [];
      await state.setAttacher({
        attachStream(stream) {
          states.push(`${stream.state} ${stream.reason} ${stream.remoteReason}`);
          return states.length === 1 ? wrong : right;
        },
      });
      assert.equal(await (await tor.fetch(`http://${host}:${port}/`)).text(), "exclusive");
      assert.deepEqual(states, ["NEW undefined undefined", "DETACHED END EXITPOLICY"]);
      await wrong.close();
      const reported = new Promise<unknown>((resolve) => hearError = resolve);
      await state.setAttacher({ attachStream: () => wrong });
      const error = await rejection(
        tor.fetch(`http://${host}:${server.port}/`, { isolation: "per-request" }),
      );
      assert.ok(error.cause instanceof SocksError);
      // The SOCKS port may tell sooner.
      assert.match(String(await reported), /^TorError: Cannot attach stream .*: it was closed$/);
      hearError = unwanted;
      await state.setAttacher(undefined);
    },
  );

  it("do not include those that Tor makes for itself, which are not stuck", SLOW, async () => {
    const offered: Stream[] = [];
    await state.setAttacher({
      attachStream(stream) {
        offered.push(stream);
        return DO_NOT_ATTACH;
      },
    });
    const made: Stream[] = [];
    const stop = state.addStreamListener({ streamNew: (stream) => made.push(stream) });
    const uploads = tor.control.events("HS_DESC");
    await uploads.ready;
    const onion = await tor.control.addOnion({ ports: [80] });
    for await (const { action } of uploads) if (action === "UPLOADED") break;
    assert.ok(made.some(({ purpose }) => purpose === "DIR_UPLOAD"));
    assert.deepEqual(offered, []);
    await tor.control.delOnion(onion.serviceId);
    stop();
    await state.setAttacher(undefined);
  });

  it("are told apart of several Tors at once, by TCP and Unix sockets", SLOW, async () => {
    await using other = await network.addClient();
    await using otherTor = await connect({ control: other.control, allowPrivate: true });
    const otherState = await otherTor.getState();
    const offered: Stream[] = [];
    await otherState.setAttacher({
      attachStream(stream) {
        offered.push(stream);
        return null;
      },
    });
    const fetchBy = async (circuit: Circuit) => {
      const response = await circuit.fetch(`http://${host}:${server.port}/${circuit.id}`);
      assert.equal(await response.text(), `got /${circuit.id}`);
    };
    await using byTcp = await connect({
      control: client.control,
      socks: client.socksPort,
      allowPrivate: true,
    });
    for (const one of [tor, byTcp]) {
      const sides = [one, otherTor].map(async (tor) => {
        const state = await tor.getState();
        const circuits = await Promise.all([build(state), build(state)]);
        const used = await circuitsOf({ tor, state }, () => Promise.all(circuits.map(fetchBy)));
        assert.deepEqual(new Set(used), new Set(circuits));
      });
      await Promise.all(sides);
    }
    assert.deepEqual(offered, []);
    assert.equal(await option(), "0");
  });
});
