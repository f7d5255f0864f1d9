import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scribe, ScriptedState } from "./_scripted_state.ts";

const SOCKS = 'SOCKS_USERNAME="u" SOCKS_PASSWORD="secret" CLIENT_PROTOCOL=SOCKS5 NYM_EPOCH=2 ' +
  "SESSION_GROUP=-4 ISO_FIELDS=SOCKS_USERNAME,NYM_EPOCH";

describe("a stream", () => {
  it("has all that Tor tells of it", async () => {
    await using scripted = await ScriptedState.open({ answers: { "circuit-status": ["7 BUILT"] } });
    const { state } = scripted;
    await scripted.send(
      `STREAM 9 NEW 0 www.example:443 SOURCE_ADDR=127.0.0.1:35032 PURPOSE=USER ${SOCKS} NEWS=1`,
    );
    const stream = state.streams.get(9)!;
    assert.deepEqual({ ...stream.flags }, { NEWS: "1" });
    assert.equal(stream.targetAddress, undefined);
    await scripted.send(
      `STREAM 9 SENTCONNECT 7 www.example:443 ${SOCKS}`,
      `STREAM 9 REMAP 7 192.0.2.7:443 SOURCE=EXIT ${SOCKS}`,
    );
    const { id, state: status, targetHost, targetAddress, targetPort, circuit, source } = stream;
    assert.deepEqual({ id, status, targetHost, targetAddress, targetPort, source }, {
      id: 9,
      status: "REMAP",
      targetHost: "www.example",
      targetAddress: "192.0.2.7",
      targetPort: 443,
      source: "EXIT",
    });
    assert.equal(circuit, state.circuits.get(7));
    const { sourceAddress, sourcePort, purpose, socksUsername, socksPassword } = stream;
    assert.deepEqual([sourceAddress, sourcePort, purpose], ["127.0.0.1", 35032, "USER"]);
    assert.deepEqual([socksUsername, socksPassword], ["u", "secret"]);
    const { clientProtocol, nymEpoch, sessionGroup, isoFields } = stream;
    assert.deepEqual([clientProtocol, nymEpoch, sessionGroup], ["SOCKS5", 2, -4]);
    assert.deepEqual(isoFields, ["SOCKS_USERNAME", "NYM_EPOCH"]);
    const { inspect } = await import("node:util");
    for (const text of [`${stream}`, JSON.stringify(stream), inspect(stream)]) {
      assert.doesNotMatch(text, /secret/);
    }
    assert.equal(`${stream}`, "stream 9 REMAP 192.0.2.7:443");
  });

  it("reads targets and sources of every kind", async () => {
    await using scripted = await ScriptedState.open();
    const relay = `$${"A".repeat(40)}`;
    await scripted.send(
      "STREAM 1 NEW 0 [2001:db8::1]:443 SOURCE_ADDR=[::1]:5 PURPOSE=USER",
      "STREAM 2 NEW 0 x.exitgames.com:80 SOURCE_ADDR=/run/tor/socks PURPOSE=USER",
      "STREAM 3 NEW 0 www.x.exitgames.com:80",
      `STREAM 4 NEW 0 192.0.2.1.${relay}~alice.exit:9001 PURPOSE=DIR_FETCH`,
      "STREAM 5 NEW 0 www.example.alice.exit:80",
      "STREAM 6 NEW 0 (Tor_internal):0 PURPOSE=DIRPORT_TEST",
      "STREAM 7 NEWRESOLVE 0 a.example:0 PURPOSE=DNS_REQUEST",
    );
    const streams = [...scripted.state.streams.values()];
    assert.deepEqual(streams.map(({ targetHost }) => targetHost), [
      ...["2001:db8::1", "x.exitgames.com", "www.x.exitgames.com", "192.0.2.1", "www.example"],
      ...["(Tor_internal)", "a.example"],
    ]);
    assert.deepEqual(streams.map(({ targetExit }) => targetExit?.nickname), [
      ...[undefined, undefined, undefined, "alice", "alice", undefined, undefined],
    ]);
    assert.equal(streams[0]?.targetAddress, "2001:db8::1");
    assert.equal(streams[3]?.targetAddress, "192.0.2.1");
    assert.deepEqual([streams[0]?.sourceAddress, streams[0]?.sourcePort], ["::1", 5]);
    assert.deepEqual([streams[1]?.sourceAddress, streams[1]?.sourcePort], [
      "/run/tor/socks",
      undefined,
    ]);
  });

  it("knows every state, and keeps those that it does not know", async () => {
    await using scripted = await ScriptedState.open();
    const states = [
      ...["NEW", "CONTROLLER_WAIT", "SENTCONNECT", "REMAP", "SUCCEEDED", "XOFF_SENT", "XON_SENT"],
      ...["XOFF_RECV", "XON_RECV", "DETACHED", "NEWRESOLVE", "SENTRESOLVE", "FUTURE"],
    ];
    for (const state of states) {
      await scripted.send(`STREAM 9 ${state} 0 a.example:80`);
      assert.equal(scripted.state.streams.get(9)?.state, state);
    }
    assert.equal(scripted.state.streams.get(9)?.hasSucceeded, true);
  });

  it("tells what becomes of it, and on which circuit it is", async () => {
    await using scripted = await ScriptedState.open({
      answers: { "circuit-status": ["7 BUILT", "8 BUILT"] },
    });
    const { state } = scripted;
    const [all, own, other] = [scribe(), scribe(), scribe()];
    state.addStreamListener({
      streamNew: (stream) => stream.listen(stream.id === 9 ? own.listener : other.listener),
    });
    const stop = state.addStreamListener(all.listener);
    const on = () => [7, 8].map((id) => [...state.circuits.get(id)!.streams].map(({ id }) => id));
    await scripted.send("STREAM 9 NEW 0 a.example:80", "STREAM 9 SENTCONNECT 7 a.example:80");
    assert.deepEqual(on(), [[9], []]);
    await scripted.send("STREAM 9 DETACHED 7 a.example:80 REASON=END REMOTE_REASON=MISC");
    assert.deepEqual(on(), [[], []]);
    assert.equal(state.streams.get(9)?.circuit, undefined);
    // It still tells the circuit that the stream was on.
    await scripted.send("STREAM 9 CONTROLLER_WAIT 7 a.example:80");
    assert.deepEqual(on(), [[], []]);
    await scripted.send("STREAM 9 SENTCONNECT 8 a.example:80", "STREAM 9 REMAP 7 192.0.2.1:80");
    assert.deepEqual(on(), [[9], []], "Tor has moved it");
    await scripted.send(
      "STREAM 9 SUCCEEDED 7 192.0.2.1:80",
      "STREAM 9 XOFF_RECV 7 192.0.2.1:80",
      "STREAM 9 SUCCEEDED 7 192.0.2.1:80",
    );
    const stream = state.streams.get(9)!;
    await scripted.send(
      "STREAM 9 CLOSED 7 192.0.2.1:80 REASON=END REMOTE_REASON=DONE",
      "STREAM 9 SUCCEEDED 99 a.example:80",
    );
    assert.deepEqual(on(), [[], []]);
    assert.deepEqual([stream.isClosed, stream.reason, stream.remoteReason, stream.circuit?.id], [
      ...[true, "END", "DONE", 7],
    ]);
    const told = [
      ...["streamAttach 9 7", "streamDetach 9 END", "streamAttach 9 8", "streamAttach 9 7"],
      ...["streamSucceeded 9", "streamClosed 9 END"],
    ];
    assert.deepEqual(all.told, ["streamNew 9", ...told]);
    assert.deepEqual(own.told, told);
    assert.deepEqual(other.told, []);
    stop();
    all.told.length = 0;
    await scripted.send("STREAM 12 NEW 0 a.example:80");
    assert.deepEqual(all.told, []);
  });

  it("ends once, though Tor tells of a failure twice", async () => {
    await using scripted = await ScriptedState.open();
    const { told, listener } = scribe();
    scripted.state.addStreamListener(listener);
    await scripted.send("STREAM 9 NEW 0 a.example:80");
    const stream = scripted.state.streams.get(9)!;
    await scripted.send(
      "STREAM 9 FAILED 7 a.example:80 REASON=TIMEOUT",
      "STREAM 9 CLOSED 7 a.example:80 REASON=TIMEOUT",
      "STREAM 10 CLOSED 7 a.example:80",
    );
    assert.deepEqual(told, ["streamNew 9", "streamFailed 9 TIMEOUT"]);
    assert.deepEqual([stream.state, scripted.state.streams.size], ["FAILED", 0]);
    await stream.whenClosed();
  });

  it("is closed for a reason by name or number, and can be so twice", async () => {
    await using scripted = await ScriptedState.open({
      answers: {
        "circuit-status": ["7 BUILT"],
        "stream-status": ["9 NEW 0 a.example:80", "10 SUCCEEDED 7 192.0.2.1:80"],
      },
    });
    const { port, state } = scripted;
    const [nine, ten] = [state.streams.get(9)!, state.streams.get(10)!];
    port.expect("CLOSESTREAM 9 7").reply("250 OK");
    const second = port.expect("CLOSESTREAM 9 1").reply('552 Unknown stream "9"');
    const closing = [nine.close("TIMEOUT"), state.closeStream(nine)];
    await second.received;
    await scripted.send("STREAM 9 CLOSED 0 a.example:80 REASON=TIMEOUT");
    await Promise.all(closing);
    await nine.close();
    port.expect("CLOSESTREAM 10 42").reply("250 OK", "650 STREAM 10 CLOSED 7 192.0.2.1:80");
    const [onSeven] = state.circuits.get(7)!.streams;
    assert.equal(onSeven, ten);
    await onSeven?.close(42);
    assert.equal(state.circuits.get(7)!.streams.size, 0);
    assert.equal(ten.isClosed, true);
    await scripted.send("STREAM 11 NEW 0 a.example:80");
    await assert.rejects(state.streams.get(11)!.close(999), RangeError);
  });
});
