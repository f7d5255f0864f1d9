import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Circuit } from "../../lib/state/circuit.ts";
import { A, B, C, scribe, ScriptedState } from "./_scripted_state.ts";

const PATH = [`$${A}~alice`, `$${B}=bob`, `$${C}~carol`];

describe("a circuit", () => {
  it("has all that Tor tells of it", async () => {
    await using scripted = await ScriptedState.open({
      answers: {
        "circuit-status": [
          `5 BUILT ${
            PATH.join(",")
          } BUILD_FLAGS=IS_INTERNAL,NEED_CAPACITY PURPOSE=HS_CLIENT_REND ` +
          `HS_STATE=HSCR_JOINED REND_QUERY=abc HS_POW=v1,7 TIME_CREATED=2026-11-21T20:07:59.497211 ` +
          `SOCKS_USERNAME="bob" SOCKS_PASSWORD="x y" CONFLUX_ID=${"61".repeat(16)} ` +
          `CONFLUX_RTT=55708 NEWS=1`,
        ],
      },
    });
    const circuit = scripted.state.circuits.get(5)!;
    const { id, state, purpose, hsState, rendQuery, hsPow, buildFlags, extra } = circuit;
    assert.deepEqual({ id, state, purpose, hsState, rendQuery, hsPow, buildFlags }, {
      id: 5,
      state: "BUILT",
      purpose: "HS_CLIENT_REND",
      hsState: "HSCR_JOINED",
      rendQuery: "abc",
      hsPow: { type: "v1", effort: 7 },
      buildFlags: ["IS_INTERNAL", "NEED_CAPACITY"],
    });
    const { socksUsername, socksPassword, confluxId, confluxRtt, reason, remoteReason } = circuit;
    assert.deepEqual([socksUsername, socksPassword, confluxRtt], ["bob", "x y", 55708]);
    assert.deepEqual([confluxId, reason, remoteReason], ["61".repeat(16), undefined, undefined]);
    assert.deepEqual({ ...extra }, { NEWS: "1" });
    assert.deepEqual(circuit.path.map(({ nickname }) => nickname), ["alice", "bob", "carol"]);
    assert.equal(circuit.timeCreated?.toISOString(), "2026-11-21T20:07:59.497Z");
    assert.equal(`${circuit}`, "circuit 5 BUILT alice>bob>carol");
  });

  it("shows no secret where it is printed", async () => {
    await using scripted = await ScriptedState.open({
      answers: { "circuit-status": ["5 BUILT PURPOSE=GENERAL SOCKS_PASSWORD=secret"] },
    });
    const circuit = scripted.state.circuits.get(5)!;
    const globals = globalThis as { Deno?: { inspect(value: unknown): string } };
    const { inspect } = await import("node:util");
    assert.equal(circuit.socksPassword, "secret");
    for (const text of [`${circuit}`, JSON.stringify(circuit), inspect(circuit)]) {
      assert.doesNotMatch(text, /secret/);
    }
    if (globals.Deno !== undefined) assert.doesNotMatch(globals.Deno.inspect(circuit), /secret/);
  });

  it("knows its age, even over a day", async () => {
    await using scripted = await ScriptedState.open({
      answers: { "circuit-status": ["5 BUILT TIME_CREATED=2026-11-21T20:07:59.500", "6 BUILT"] },
    });
    const { circuits } = scripted.state;
    const now = new Date("2026-11-23T21:08:00.500Z");
    assert.equal(circuits.get(5)?.age(now), ((24 + 25) * 3600 + 1) * 1000);
    assert.ok(circuits.get(5)!.age()! < Infinity);
    assert.equal(circuits.get(6)?.age(), undefined);
  });

  it("tells what becomes of it, to its own listeners and to those of all", async () => {
    const errors: unknown[] = [];
    await using scripted = await ScriptedState.open({
      answers: { "circuit-status": ["4 BUILT"] },
      onError: (error) => errors.push(error),
    });
    const { state } = scripted;
    const [all, own, other] = [scribe(), scribe(), scribe()];
    const stop = new AbortController();
    const failing = {
      circuitNew() {
        throw new Error("at once");
      },
      circuitBuilt: () => Promise.reject(new Error("later")),
    };
    state.addCircuitListener(failing);
    state.addCircuitListener(all.listener, { signal: stop.signal });
    state.addCircuitListener(all.listener); // it is there already
    state.circuits.get(4)!.listen(other.listener);
    state.addCircuitListener({ circuitNew: (circuit) => circuit.listen(own.listener) });
    await scripted.send(
      "CIRC 7 LAUNCHED PURPOSE=GENERAL",
      `CIRC 7 EXTENDED ${PATH[0]} PURPOSE=GENERAL`,
      "CIRC 7 EXTENDED",
      `CIRC 7 EXTENDED ${PATH.slice(0, 2).join(",")}`,
      "CIRC 7 GUARD_WAIT",
      `CIRC 7 BUILT ${PATH.slice(0, 2).join(",")} PURPOSE=GENERAL`,
      "CIRC_MINOR 7 PURPOSE_CHANGED PURPOSE=CONTROLLER OLD_PURPOSE=GENERAL",
    );
    const circuit = state.circuits.get(7)!;
    assert.deepEqual([circuit.state, circuit.purpose], ["BUILT", "CONTROLLER"]);
    assert.equal(circuit.path.length, 2);
    await scripted.send(
      "CIRC 7 CLOSED REASON=DESTROYED REMOTE_REASON=FINISHED",
      "CIRC 7 BUILT PURPOSE=GENERAL",
      "CIRC 7 CLOSED REASON=FINISHED",
    );
    const told = [
      ...["circuitLaunched 7", "circuitExtend 7 alice", "circuitExtend 7 bob", "circuitBuilt 7"],
      "circuitClosed 7 DESTROYED",
    ];
    assert.deepEqual(all.told, ["circuitNew 7", ...told]);
    assert.deepEqual(own.told, told);
    assert.deepEqual(other.told, []);
    assert.deepEqual(errors.slice(0, 2).map(String), ["Error: at once", "Error: later"]);
    assert.deepEqual([circuit.isClosed, circuit.reason, circuit.remoteReason], [
      true,
      "DESTROYED",
      "FINISHED",
    ]);
    stop.abort();
    all.told.length = 0;
    await scripted.send("CIRC 8 LAUNCHED");
    assert.deepEqual(all.told, []);
  });

  it("tells a later listener only of the relays that come after it was built", async () => {
    await using scripted = await ScriptedState.open();
    const [first, rest] = [PATH.slice(0, 2).join(","), PATH.join(",")];
    await scripted.send(
      "CIRC 7 LAUNCHED PURPOSE=GENERAL",
      `CIRC 7 BUILT ${first} PURPOSE=GENERAL`,
    );
    const { told, listener } = scribe();
    scripted.state.addCircuitListener(listener);
    await scripted.send(`CIRC 7 EXTENDED ${rest} PURPOSE=GENERAL`);
    assert.deepEqual(told, ["circuitExtend 7 carol"]);
  });

  it("keeps its path and purpose where Tor leaves them out", async () => {
    await using scripted = await ScriptedState.open();
    await scripted.send(
      "CIRC 7 LAUNCHED PURPOSE=GENERAL BUILD_FLAGS=NEED_UPTIME",
      `CIRC 7 EXTENDED ${PATH[0]}`,
      "CIRC 7 EXTENDED",
    );
    const circuit = scripted.state.circuits.get(7)!;
    assert.deepEqual([circuit.purpose, circuit.path.length], ["GENERAL", 1]);
    await scripted.send("CIRC 7 FAILED REASON=TIMEOUT");
    assert.deepEqual([circuit.purpose, circuit.path.length, circuit.reason], [
      "GENERAL",
      1,
      "TIMEOUT",
    ]);
    assert.deepEqual(circuit.buildFlags, ["NEED_UPTIME"]);
  });

  it("makes nothing of the end of one that is unknown", async () => {
    await using scripted = await ScriptedState.open();
    const { told, listener } = scribe();
    scripted.state.addCircuitListener(listener);
    await scripted.send("CIRC 99 CLOSED", "CIRC 98 FAILED", "CIRC_MINOR 97 PURPOSE_CHANGED");
    assert.deepEqual([told, scripted.state.circuits.size], [[], 0]);
  });

  describe("can be waited for", () => {
    it("until it is built, or cannot be", async () => {
      await using scripted = await ScriptedState.open({
        answers: { "circuit-status": ["5 LAUNCHED", "6 LAUNCHED", "7 LAUNCHED"] },
      });
      const [five, six, seven] = [...scripted.state.circuits.values()];
      const [built, failed] = [five!.whenBuilt(), six!.whenBuilt()];
      const abort = new AbortController();
      const given = seven!.whenBuilt({ signal: abort.signal });
      abort.abort(new Error("enough"));
      await assert.rejects(given, /enough/);
      const failing = assert.rejects(failed, {
        name: "CircuitFailedError",
        message: "Cannot use circuit 6: it could not be built: DESTROYED, NOPATH",
        remoteReason: "NOPATH",
      });
      await scripted.send("CIRC 5 BUILT", "CIRC 6 FAILED REASON=DESTROYED REMOTE_REASON=NOPATH");
      assert.equal(await built, five);
      assert.equal(await five!.whenBuilt(), five);
      await failing;
      await scripted.send("CIRC 5 CLOSED REASON=FINISHED");
      await assert.rejects(five!.whenBuilt(), /^CircuitFailedError: .* it is closed: FINISHED$/);
    });

    it("until it is closed, which can be asked for twice", async () => {
      await using scripted = await ScriptedState.open({
        answers: { "circuit-status": ["5 BUILT"] },
      });
      const { port, state } = scripted;
      const circuit = state.circuits.get(5)!;
      port.expect("CLOSECIRCUIT 5").reply("250 OK");
      const second = port.expect("CLOSECIRCUIT 5").reply('552 Unknown circuit "5"');
      const closing = [circuit.close(), state.closeCircuit(circuit)];
      await second.received;
      assert.equal(circuit.isClosed, false);
      await scripted.send("CIRC 5 CLOSED REASON=REQUESTED");
      assert.deepEqual(await Promise.all(closing), [true, true]);
      assert.equal(await circuit.close(), true);
      await circuit.whenClosed();
    });

    it("and is left where it has streams, if that is asked for", async () => {
      await using scripted = await ScriptedState.open({
        answers: { "circuit-status": ["5 BUILT", "6 BUILT"] },
      });
      const { port, state } = scripted;
      port.always("GETINFO circuit-status").reply("250-circuit-status=5 BUILT", "250 OK");
      port.expect("CLOSECIRCUIT 5 IfUnused").reply("250 OK");
      port.expect("CLOSECIRCUIT 6 IfUnused").reply("250 OK", "650 CIRC 6 CLOSED");
      assert.equal(await state.circuits.get(5)!.close({ ifUnused: true }), false);
      assert.equal(await state.circuits.get(6)!.close({ ifUnused: true }), true);
      port.expect("CLOSECIRCUIT 5").reply("551 Broken");
      await assert.rejects(state.circuits.get(5)!.close(), { name: "InternalTorError" });
    });
  });

  it("cannot be connected by without a SOCKS port", async () => {
    const unused = () => assert.fail();
    const circuit = new Circuit({
      listeners: undefined as never,
      onError: unused,
      router: unused,
      close: unused,
      connect: () => {
        throw new TypeError("none");
      },
    }, 5);
    await assert.rejects(circuit.streamVia("www.example", 80), /none/);
    await assert.rejects(circuit.fetch("http://www.example/"), /none/);
    await assert.rejects(circuit.httpAgent(), /none/);
  });
});
