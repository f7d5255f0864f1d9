import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { DisconnectedError, TimeoutError } from "../../lib/errors/mod.ts";
import { connect } from "../../lib/tor/connect.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { A, B, C, infoReply, scribe, ScriptedState, scriptedTor } from "./_scripted_state.ts";

const RELAY = "r alice qqqqqqqqqqqqqqqqqqqqqqqqqqo AAAAAAAAAAAAAAAAAAAAAAAAAAA " +
  "2038-01-01 00:00:00 192.0.2.1 9001 0";

describe("the state of a Tor", () => {
  it("subscribes first, and asks second, at once", async () => {
    const port = await scriptedTor();
    await using tor = await connect({ control: port.address });
    const before = port.received.length;
    await tor.getState();
    const lines = port.received.slice(before).map(({ line }) => line);
    const events = lines.filter((line) => line.startsWith("SETEVENTS"));
    assert.equal(events.at(-1), "SETEVENTS CIRC CIRC_MINOR STREAM ADDRMAP NEWCONSENSUS GUARD");
    assert.deepEqual(lines.slice(events.length), [
      "GETINFO circuit-status stream-status",
      "GETINFO address-mappings/all",
      "GETINFO ns/all",
      "GETINFO entry-guards",
      "GETINFO process/pid",
    ]);
    await tor[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  it("reads answers that are empty, inline and many", async () => {
    await using empty = await ScriptedState.open();
    assert.deepEqual([empty.state.circuits.size, empty.state.streams.size], [0, 0]);
    assert.equal(empty.state.torPid, undefined);
    await using one = await ScriptedState.open({
      answers: {
        "circuit-status": [`5 BUILT $${A}~alice,$${B}=bob,$${C} PURPOSE=GENERAL`],
        "stream-status": ["9 SUCCEEDED 5 www.example:80"],
        "process/pid": ["812"],
        "ns/all": [RELAY, "s Fast Guard Running Valid", "w Bandwidth=3"],
        "entry-guards": [`$${A}~alice up`],
      },
    });
    const { state } = one;
    const circuit = state.circuits.get(5)!;
    assert.equal(state.torPid, 812);
    assert.deepEqual(circuit.path.map(({ nickname }) => nickname), ["alice", "bob", undefined]);
    assert.equal(circuit.path[0], state.routers.get("alice"));
    assert.equal(circuit.path[0], state.allRouters[0]);
    assert.equal(circuit.path[0]?.ip, "192.0.2.1");
    assert.equal(circuit.path[1], circuit.path[1], "a relay that is made is made once");
    assert.equal(circuit.path[2]?.idHex, C);
    assert.equal(state.streams.get(9)?.circuit, circuit);
    assert.deepEqual([...circuit.streams], [state.streams.get(9)]);
    assert.equal(state.entryGuards.get(A), circuit.path[0]);
    assert.deepEqual([...state.guards.keys()], [A]);
    await using many = await ScriptedState.open({
      answers: {
        "circuit-status": ["5 LAUNCHED", "6 GUARD_WAIT", "7 FUTURE_STATE", "nonsense"],
        "stream-status": ["9 SUCCEEDED 5 a:1", "10 NEW 0 b:2", "11 SENTRESOLVE 6 c:0"],
      },
    });
    assert.deepEqual([...many.state.circuits.keys()], [5, 6, 7]);
    assert.equal(many.state.circuits.get(7)?.state, "FUTURE_STATE");
    assert.deepEqual([...many.state.streams.values()].map(({ circuit }) => circuit?.id), [
      5,
      undefined,
      6,
    ]);
  });

  it("loses nothing that comes before or behind the snapshot, and takes in nothing twice", async () => {
    const port = await scriptedTor({});
    port.always("GETINFO circuit-status stream-status").send(
      [
        // Older than the answer: what it says is newer.
        "650 CIRC 5 EXTENDED $" + A,
        "650 CIRC 6 BUILT $" + A,
        "650 CIRC 6 CLOSED",
        "650 CIRC 8 LAUNCHED",
        "650 STREAM 9 NEW 0 a:1",
        "250+circuit-status=",
        `5 BUILT $${A},$${B}`,
        `7 BUILT $${A}`,
        ".",
        "250-stream-status=9 SUCCEEDED 5 a:1",
        "250 OK",
        // Newer, in the very same bytes.
        "650 CIRC 7 CLOSED REASON=FINISHED",
        "650 CIRC 10 LAUNCHED",
        "650 CIRC 10 BUILT",
        "650 STREAM 11 NEW 0 b:1",
        "650 STREAM 11 SENTCONNECT 10 b:1",
        "650 STREAM 9 CLOSED 5 a:1 REASON=DONE",
        // What Tor tells late of what was over before.
        "650 CIRC 3 CLOSED REASON=FINISHED",
        "650 CIRC_MINOR 3 PURPOSE_CHANGED",
        "650 STREAM 2 CLOSED 3 a:1",
        "",
      ].join("\r\n"),
    );
    await using tor = await connect({ control: port.address });
    await using state = await tor.getState();
    const circuits = [...state.circuits.values()].map(({ id, state }) => `${id} ${state}`);
    assert.deepEqual(circuits, ["5 BUILT", "10 BUILT"]);
    assert.equal(state.circuits.get(5)?.path.length, 2);
    assert.deepEqual([...state.streams.keys()], [11]);
    assert.equal(state.streams.get(11)?.circuit, state.circuits.get(10));
    await tor[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  it("is one object, however often and by how many it is asked for", async () => {
    const port = await scriptedTor();
    await using tor = await connect({ control: port.address });
    const abort = new AbortController();
    const [one, given, two] = [
      tor.getState(),
      tor.getState({ signal: abort.signal }),
      tor.getState(),
    ];
    abort.abort(new Error("enough"));
    await assert.rejects(given, /enough/);
    assert.equal(await one, await two);
    assert.equal(await tor.getState(), await one);
    await (await one)[Symbol.asyncDispose]();
    await port.waitFor("SETEVENTS");
    const again = await tor.getState();
    assert.notEqual(again, await one);
    await tor[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  it("is asked for again after a failure", async () => {
    const port = await scriptedTor();
    port.expect("GETINFO circuit-status stream-status").reply("551 Not now");
    await using tor = await connect({ control: port.address });
    await assert.rejects(tor.getState(), { name: "InternalTorError" });
    assert.equal((await tor.getState()).circuits.size, 0);
    await tor[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  it("does without what a filter hides", async () => {
    const port = await scriptedTor();
    port.always("GETINFO process/pid").reply("510 Command filtered");
    await using tor = await connect({ control: port.address });
    assert.equal((await tor.getState()).torPid, undefined);
    await tor[Symbol.asyncDispose]();
    await port[Symbol.asyncDispose]();
  });

  it("tells entry guards that can be used from those that cannot, in the consensus or not", async () => {
    const answers = {
      "entry-guards": [
        `$${A}~alice up`,
        `$${B}~bob never-connected`,
        `$${C}~carol unlisted 2026-11-22 01:02:03`,
        `$${"D".repeat(40)} down`,
        "nonsense",
      ],
      "ns/all": [RELAY],
    };
    await using scripted = await ScriptedState.open({ answers });
    const { state, port } = scripted;
    assert.deepEqual([...state.entryGuards.keys()], [A, B]);
    assert.equal(state.entryGuards.get(B)?.isInConsensus, false);
    assert.deepEqual(state.unusableEntryGuards, [
      {
        fingerprint: C,
        nickname: "carol",
        status: "unlisted",
        since: new Date("2026-11-22T01:02:03Z"),
      },
      { fingerprint: "D".repeat(40), nickname: undefined, status: "down", since: undefined },
    ]);
    port.expect("GETINFO entry-guards").reply(`250-entry-guards=$${A}~alice down`, "250 OK");
    await scripted.send(`GUARD ENTRY $${A}~alice DOWN`, `GUARD ENTRY $${B}~bob DROPPED`);
    await scripted.send();
    assert.equal(state.entryGuards.size, 0);
    assert.equal(state.unusableEntryGuards.length, 1);
  });

  it("takes in a new consensus, keeps the relays that stay and drops the others", async () => {
    const bob = RELAY.replace("alice qqqq", "bob uuuu");
    await using scripted = await ScriptedState.open({ answers: { "ns/all": [RELAY, bob] } });
    const { state, port } = scripted;
    const [first] = state.allRouters;
    assert.equal(state.allRouters.length, 2);
    await port.send(`650+NEWCONSENSUS\r\n${RELAY}\r\ns Exit Guard\r\n.\r\n650 OK\r\n`);
    await scripted.send();
    await scripted.send();
    assert.deepEqual(state.allRouters, [first]);
    assert.deepEqual([...state.routersByName.keys()], ["alice"]);
    assert.equal(state.guards.get(A), first);
  });

  describe("builds circuits", () => {
    it("of relays, and warns where the first is no entry guard", async () => {
      const warnings: string[] = [];
      await using scripted = await ScriptedState.open({
        answers: { "entry-guards": [`$${A}~alice up`], "ns/all": [RELAY] },
        onWarning: (message) => warnings.push(message),
      });
      const { state, port } = scripted;
      const alice = state.routers.get("alice")!;
      port.expect(`EXTENDCIRCUIT 0 $${A},$${B} purpose=controller`).reply("250 EXTENDED 7");
      const circuit = await state.buildCircuit([alice, `$${B}`], { purpose: "controller" });
      assert.deepEqual([circuit.id, circuit.state, warnings], [7, "LAUNCHED", []]);
      assert.equal(state.circuits.get(7), circuit);
      port.expect(`EXTENDCIRCUIT 0 $${B},$${A}`).reply("250 EXTENDED 8");
      await state.buildCircuit([`$${B}`, alice].map((name) => String(name).replace(/~.*/, "")));
      assert.match(warnings.join(), new RegExp(`\\$${B} is none of Tor's entry guards`));
      port.expect("EXTENDCIRCUIT 0").reply("551 Couldn't start circuit");
      await assert.rejects(state.buildCircuit(), { name: "InternalTorError" });
      await assert.rejects(state.buildCircuit(["not a relay"]), TypeError);
    });

    it("which may be told of before the reply, and may even be over", async () => {
      await using scripted = await ScriptedState.open();
      const { state, port } = scripted;
      const { told, listener } = scribe();
      state.addCircuitListener(listener);
      port.expect("EXTENDCIRCUIT 0").send(
        "650 CIRC 7 LAUNCHED\r\n250 EXTENDED 7\r\n650 CIRC 7 FAILED REASON=NOPATH\r\n",
      );
      const failed = await state.buildCircuit();
      assert.deepEqual([failed.state, failed.isClosed, failed.reason], ["FAILED", true, "NOPATH"]);
      await assert.rejects(failed.whenBuilt(), {
        name: "CircuitFailedError",
        message: "Cannot use circuit 7: it could not be built: NOPATH",
        circuitId: 7,
        reason: "NOPATH",
      });
      port.expect("EXTENDCIRCUIT 0").send("650 CIRC 8 FAILED\r\n250 EXTENDED 8\r\n");
      assert.equal((await state.buildCircuit()).state, "FAILED");
      port.expect("EXTENDCIRCUIT 0").reply("250 EXTENDED 9", "650 CIRC 9 LAUNCHED");
      const last = await state.buildCircuit();
      await scripted.send("CIRC 9 BUILT");
      assert.equal(await last.whenBuilt(), last);
      assert.equal(state.circuits.size, 1);
      assert.deepEqual(told, [
        ...["circuitNew 7", "circuitLaunched 7", "circuitFailed 7 NOPATH"],
        ...["circuitNew 8", "circuitFailed 8"],
        ...["circuitNew 9", "circuitLaunched 9", "circuitBuilt 9"],
      ]);
    });

    it("within a time, and closes what takes too long or is not wanted any more", async () => {
      await using scripted = await ScriptedState.open();
      const { state, port } = scripted;
      port.expect("EXTENDCIRCUIT 0").reply("250 EXTENDED 7", "650 CIRC 7 BUILT");
      assert.equal((await state.buildTimeoutCircuit(undefined, 60_000)).id, 7);
      port.expect("EXTENDCIRCUIT 0").reply("250 EXTENDED 8", "650 CIRC 8 LAUNCHED");
      const closing = port.expect("CLOSECIRCUIT 8").reply("250 OK");
      await assert.rejects(state.buildTimeoutCircuit([], 1), TimeoutError);
      await closing.received;
      await scripted.send("CIRC 8 FAILED REASON=REQUESTED");
      const abort = new AbortController();
      const reply = deferred<void>();
      const asked = port.expect("EXTENDCIRCUIT 0").wait(reply.promise).reply("250 EXTENDED 9");
      const dropped = port.expect("CLOSECIRCUIT 9").reply("250 OK", "650 CIRC 9 CLOSED");
      const building = state.buildCircuit([], { signal: abort.signal });
      await asked.received;
      abort.abort(new Error("enough"));
      await assert.rejects(building, /enough/);
      reply.resolve();
      await dropped.received;
      await assert.rejects(state.buildTimeoutCircuit([], 0), RangeError);
    });
  });

  describe("after a lost connection", () => {
    it("is brought up to date, and tells what is gone and what is new", async () => {
      const answers: Record<string, string[]> = {
        "circuit-status": ["5 BUILT", "6 BUILT", "8 EXTENDED"],
        "stream-status": ["9 SUCCEEDED 5 a:1", "10 SENTCONNECT 6 b:1", "12 SUCCEEDED 5 d:1"],
        "process/pid": ["812"],
      };
      await using scripted = await ScriptedState.open({
        answers,
        reconnect: { initialDelay: 1, maxDelay: 5 },
      });
      const { state, port, tor } = scripted;
      const { told, listener } = scribe();
      const [five, eight] = [state.circuits.get(5)!, state.circuits.get(8)!];
      state.addCircuitListener(listener);
      state.addStreamListener(listener);
      const built = eight.whenBuilt();
      const closing = state.circuits.get(6)!.whenClosed();
      answers["circuit-status"] = ["5 BUILT", "7 BUILT", "8 BUILT"];
      answers["stream-status"] = ["9 SUCCEEDED 5 a:1", "11 SENTCONNECT 7 c:1", "12 NEW 0 d:1"];
      await port.closeConnections();
      await closing;
      await built;
      assert.equal(state.circuits.get(5), five);
      assert.deepEqual([...state.circuits.keys()].sort(), [5, 7, 8]);
      assert.deepEqual([...five.streams].map(({ id }) => id), [9]);
      assert.deepEqual(told, [
        ...["circuitClosed 6", "circuitNew 7", "circuitBuilt 7", "circuitBuilt 8"],
        ...["streamClosed 10", "streamNew 11", "streamAttach 11 7", "streamDetach 12"],
      ]);
      await tor.control.whenConnected();
      await scripted.send("CIRC 7 CLOSED REASON=FINISHED");
      assert.equal(told.at(-1), "circuitClosed 7 FINISHED");
    });

    it("takes nothing for the same of another process of Tor", async () => {
      const answers: Record<string, string[]> = {
        "circuit-status": ["5 BUILT"],
        "process/pid": ["812"],
      };
      await using scripted = await ScriptedState.open({
        answers,
        reconnect: { initialDelay: 1, maxDelay: 5 },
      });
      const { state, port } = scripted;
      const { told, listener } = scribe();
      const before = state.circuits.get(5)!;
      state.addCircuitListener(listener);
      answers["process/pid"] = ["813"];
      const closed = before.whenClosed();
      await port.closeConnections();
      await closed;
      assert.notEqual(state.circuits.get(5), before);
      assert.deepEqual(told, ["circuitClosed 5", "circuitNew 5", "circuitBuilt 5"]);
      assert.equal(state.torPid, 813);
    });

    it("holds back the events that come before the answer", async () => {
      const answers: Record<string, string[]> = { "process/pid": ["812"] };
      await using scripted = await ScriptedState.open({
        answers,
        reconnect: { initialDelay: 1, maxDelay: 5 },
      });
      const { state, port } = scripted;
      const built = deferred<number>();
      state.addCircuitListener({ circuitBuilt: ({ id }) => built.resolve(id) });
      port.expect(/^SETEVENTS/).reply("250 OK", "650 CIRC 4 BUILT");
      port.expect("GETINFO circuit-status stream-status").replyWith(() => [
        ...infoReply(["circuit-status", "stream-status"], {}),
        "650 CIRC 5 BUILT",
      ]);
      await port.closeConnections();
      assert.equal(await built.promise, 5);
      assert.deepEqual([...state.circuits.keys()], [5]);
    });
  });

  it("lets nobody wait for a Tor of which nothing is heard any more", async () => {
    await using scripted = await ScriptedState.open({
      answers: { "circuit-status": ["5 LAUNCHED"] },
    });
    const { state, port } = scripted;
    const circuit = state.circuits.get(5)!;
    const waits = [circuit.whenBuilt(), circuit.whenClosed()];
    for (const wait of waits) wait.catch(() => {});
    await port.closeConnections();
    for (const wait of waits) await assert.rejects(wait, DisconnectedError);
    await assert.rejects(circuit.whenBuilt(), DisconnectedError);
  });

  it("lets nobody wait when it is disposed, and can be disposed twice", async () => {
    await using scripted = await ScriptedState.open({
      answers: { "circuit-status": ["5 LAUNCHED"], "stream-status": ["9 NEW 0 a:1"] },
    });
    const { state, port } = scripted;
    const waits = [state.circuits.get(5)!.whenBuilt(), state.streams.get(9)!.whenClosed()];
    for (const wait of waits) wait.catch(() => {});
    await Promise.all([state[Symbol.asyncDispose](), state[Symbol.asyncDispose]()]);
    await state[Symbol.asyncDispose]();
    for (const wait of waits) await assert.rejects(wait, /the state was disposed/);
    await port.waitFor("SETEVENTS");
  });
});
