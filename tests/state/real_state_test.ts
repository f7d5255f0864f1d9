import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { parseCircuitStatusLine, parseStreamStatusLine } from "../../lib/codec/events/mod.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import type { TorState } from "../../lib/state/tor_state.ts";
import type { PrivateNetwork } from "../../lib/testing/private_network.ts";
import type { StartedClient } from "../../lib/testing/started_client.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { useNetwork } from "../_support/network.ts";
import { build } from "./_real_circuits.ts";
import { SLOW, startServer, type TestServer } from "../tor/_support.ts";

/**
 * Tor answers EXTENDED for a circuit of which it has told LAUNCHED, and GUARD_WAIT where it tells
 * nothing: until a circuit is built the two differ.
 */
const building = (state: string) => /^(?:LAUNCHED|EXTENDED|GUARD_WAIT)$/.test(state) ? "" : state;

/** What a stream that Tor tells of in events is in the answer to `GETINFO stream-status`. */
const COARSE: Readonly<Record<string, string>> = {
  CONTROLLER_WAIT: "NEW",
  DETACHED: "NEW",
  REMAP: "SENTCONNECT",
  XOFF_SENT: "SUCCEEDED",
  XOFF_RECV: "SUCCEEDED",
  XON_SENT: "SUCCEEDED",
  XON_RECV: "SUCCEEDED",
};

/** How long a step of the walk may take, in milliseconds: what does not succeed is a step as well. */
const PATIENCE = 3000;

describe("the state of a real tor", () => {
  let network: PrivateNetwork;
  let client: StartedClient;
  let tor: Tor;
  let state: TorState;
  let server: TestServer;
  const errors: unknown[] = [];

  before(async () => {
    network = await useNetwork();
    await network.dns.add({ "state.tor.example": "127.0.0.1" });
    server = await startServer((_request, response) => response.end("x".repeat(100_000)));
    client = await network.addClient();
    tor = await connect({
      control: client.control,
      allowPrivate: true,
      reconnect: { initialDelay: 1, maxDelay: 5 },
    });
    state = await tor.getState({ onError: (error) => errors.push(error), onWarning: () => {} });
  }, SLOW);
  after(async () => {
    await tor?.[Symbol.asyncDispose]();
    for (const held of [server, client, network]) await held?.[Symbol.asyncDispose]();
    assert.deepEqual(errors, []);
  });

  /** What this program knows, and what Tor answers, each of them as lines. */
  async function both(): Promise<[ours: string[], theirs: string[]]> {
    const ours = () =>
      [
        ...[...state.circuits.values()].map((circuit) => {
          const { id, purpose, confluxId, timeCreated, hsState } = circuit;
          const state = building(circuit.state);
          const path = circuit.path.map(({ idHex }) => idHex);
          const facts = { id, state, path, purpose, confluxId, hsState };
          return JSON.stringify({ ...facts, timeCreated });
        }),
        ...[...state.streams.values()].map(({ id, state, circuit, targetHost, targetAddress }) =>
          JSON.stringify({
            id,
            state: COARSE[state] ?? state,
            circuit: circuit?.confluxId ?? circuit?.id ?? 0,
            target: targetAddress ?? targetHost,
          })
        ),
      ].sort();
    let before: string[];
    let theirs: string[];
    do {
      before = ours();
      const answer = await tor.control.getInfo(["circuit-status", "stream-status"]);
      const lines = (key: string) => answer.get(key)!.split("\n").filter((line) => line !== "");
      // A stream may go over to the other leg of its Conflux set, which Tor tells in no event.
      const sets = new Map(
        lines("circuit-status").map((line) => {
          const { circuitId, confluxId } = parseCircuitStatusLine(line)!;
          return [circuitId, confluxId];
        }),
      );
      theirs = [
        ...lines("circuit-status").map((line) => {
          const circuit = parseCircuitStatusLine(line)!;
          const { circuitId: id, purpose, confluxId, hsState, timeCreated } = circuit;
          const state = building(circuit.status);
          const path = circuit.path.map(({ fingerprint }) => fingerprint);
          const facts = { id, state, path, purpose, confluxId, hsState };
          return JSON.stringify({ ...facts, timeCreated });
        }),
        ...lines("stream-status").map((line) => {
          const { streamId: id, status: state, circuitId, targetAddress } = parseStreamStatusLine(
            line,
          )!;
          const circuit = sets.get(circuitId) ?? circuitId;
          return JSON.stringify({ id, state, circuit, target: targetAddress });
        }),
      ].sort();
      // What Tor tells before it waits for the next command is in by its reply.
      await tor.control.getInfo("version");
      // A moment at which something happens is not a quiet one.
    } while (JSON.stringify(before) !== JSON.stringify(ours()));
    return [before, theirs];
  }

  it("has what Tor has", SLOW, async () => {
    assert.equal(state.torPid, client.pid);
    assert.equal(state.allRouters.length, network.relays.length + network.authorities.length);
    assert.deepEqual(
      new Set(state.authorities.keys()),
      new Set(network.authorities.map(({ nickname }) => nickname)),
    );
    for (const { fingerprint, nickname } of network.relays) {
      const router = state.routers.get(nickname);
      assert.equal(router?.idHex, fingerprint);
      assert.equal(state.routers.get(fingerprint), router);
      assert.equal(state.routersByHash.get(router!.idHash), router);
    }
    assert.ok(state.entryGuards.size > 0);
    for (const guard of state.entryGuards.values()) assert.ok(state.guards.has(guard.idHex));
    const [ours, theirs] = await both();
    assert.deepEqual(ours, theirs);
  });

  it("is what Tor tells, at every quiet moment of a walk", { timeout: 240_000 }, async () => {
    const random = generator(20_261_122);
    const pick = <T>(items: readonly T[]): T | undefined => items[random(items.length)];
    const conns: Conn[] = [];
    const host = "state.tor.example";
    const isolations = () => `${random(5)}`;
    const steps: (() => Promise<unknown>)[] = [
      // Tor may let a circuit wait for a better guard for long.
      () => state.buildTimeoutCircuit(undefined, PATIENCE),
      async () => await (await state.buildCircuit()).close(),
      async () => {
        const first = pick([...state.entryGuards.values()])!;
        const others = state.allRouters.filter((router) => router !== first);
        const [second, third] = others.sort(() => random(3) - 1);
        await state.buildTimeoutCircuit([first, second!, third!], PATIENCE);
      },
      async () => {
        const open = [...state.circuits.values()].filter(({ state }) => state === "BUILT");
        await pick(open)?.close({ ifUnused: true });
      },
      async () => {
        const options = { isolation: isolations(), timeout: PATIENCE };
        conns.push(await tor.streamVia(host, server.port, options));
      },
      async () => await conns.pop()?.close(),
      async () => {
        const url = `http://${host}:${server.port}/`;
        const signal = AbortSignal.timeout(PATIENCE);
        await (await tor.fetch(url, { isolation: isolations(), signal })).text();
      },
      // Nobody listens there: the stream is detached, and tried by other circuits.
      () => tor.streamVia(host, 1, { isolation: isolations(), timeout: PATIENCE }),
      async () => await pick([...state.streams.values()])?.close(),
      async () => {
        const circuits = [...state.circuits.values()];
        const used = circuits.find(({ streams }) => streams.size > 0);
        await used?.close();
      },
      () => tor.control.resolve(host),
    ];
    for (let round = 0; round < 12; round++) {
      const under = Array.from({ length: 1 + random(4) }, () => pick(steps)!());
      await Promise.allSettled(under);
      const [ours, theirs] = await both();
      assert.deepEqual(ours, theirs, `round ${round}`);
      for (const circuit of state.circuits.values()) {
        for (const stream of circuit.streams) assert.equal(state.streams.get(stream.id), stream);
      }
    }
    for (const conn of conns) await conn.close();
  });

  it("is restored after a lost connection, with what is left", SLOW, async () => {
    const circuit = await build(state);
    const closed = await build(state);
    await using other = await connect({ control: client.control });
    const restored = tor.control.events("reconnected");
    const news = new Promise<number>((resolve) =>
      state.addCircuitListener({ circuitNew: ({ id }) => resolve(id) })
    );
    const gone = closed.whenClosed();
    // Tor closes the connection for what is no command of the protocol's at all.
    await tor.control.request("QUIT").catch(() => {});
    const made = other.control.extendCircuit(0);
    await other.control.closeCircuit(closed.id);
    await restored.next();
    await gone;
    await Promise.all([made, news]);
    assert.equal(state.circuits.get(circuit.id), circuit);
    assert.equal(circuit.state, "BUILT");
    const [ours, theirs] = await both();
    assert.deepEqual(ours, theirs);
  });
});

/** Numbers below a limit, always the same ones (xorshift). */
function generator(seed: number): (limit: number) => number {
  let x = seed;
  return (limit) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return limit === 0 ? 0 : (x >>> 0) % limit;
  };
}
