import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CircuitAttemptsError, CircuitFailedError, TimeoutError } from "../../lib/errors/mod.ts";
import type { Circuit } from "../../lib/state/circuit.ts";
import { CircuitBuilder, type CircuitBuilderOptions } from "../../lib/state/circuit_builder.ts";
import type { Router } from "../../lib/state/router.ts";
import { RELAYS, unbuilding } from "./_builder_relays.ts";
import { A, B, C, ScriptedState } from "./_scripted_state.ts";
import { makeState } from "./_synthetic_relays.ts";

describe("a CircuitBuilder builds", () => {
  const path = `$${A},$${B},$${C}`;

  /** A scripted Tor, and a builder by three relays of it that are given. */
  async function open(
    options: CircuitBuilderOptions = {},
  ): Promise<ScriptedState & { builder: CircuitBuilder }> {
    const scripted = await ScriptedState.open({ onWarning: () => {} });
    scripted.port.always(/^GETCONF/).reply("250 ExcludeNodes=");
    const [a, b, c] = [A, B, C].map((id) => scripted.state.routerFromId(`$${id}`)!);
    const given = { guard: a!, middle: [b!], exit: c! };
    return Object.assign(scripted, {
      builder: new CircuitBuilder(scripted.state, { ...given, ...options }),
    });
  }

  it("a circuit, which is built then", async () => {
    await using scripted = await open();
    const { port, builder } = scripted;
    port.expect(`EXTENDCIRCUIT 0 ${path} purpose=controller`)
      .reply("250 EXTENDED 7", "650 CIRC 7 BUILT");
    const circuit = await builder.build();
    assert.deepEqual([circuit.id, circuit.state], [7, "BUILT"]);
    await using general = await open({ purpose: "general" });
    general.port.expect(`EXTENDCIRCUIT 0 ${path} purpose=general`)
      .reply("250 EXTENDED 8", "650 CIRC 8 BUILT");
    assert.equal((await general.builder.build()).id, 8);
  });

  it("another after one that failed", async () => {
    await using scripted = await open();
    const { port, builder } = scripted;
    port.expect(/^EXTENDCIRCUIT/).reply("250 EXTENDED 7", "650 CIRC 7 FAILED REASON=TIMEOUT");
    port.expect(/^EXTENDCIRCUIT/).reply("551 Couldn't start circuit");
    port.expect(/^EXTENDCIRCUIT/).reply("250 EXTENDED 9", "650 CIRC 9 BUILT");
    assert.equal((await builder.build()).id, 9);
  });

  it("as often as is allowed, and tells why each failed", async () => {
    await using scripted = await open({ attempts: 2 });
    const { port, builder } = scripted;
    const reason = "FAILED REASON=DESTROYED REMOTE_REASON=OR_CONN_CLOSED";
    port.expect(/^EXTENDCIRCUIT/).reply("250 EXTENDED 7", `650 CIRC 7 ${reason}`);
    port.expect(/^EXTENDCIRCUIT/).reply("552 No such router");
    const error = await builder.build().then(() => assert.fail(), (error) => error);
    assert.ok(error instanceof CircuitAttemptsError && error instanceof CircuitFailedError);
    const { circuitId, reason: why, remoteReason, attempts, message, cause } = error;
    assert.deepEqual([circuitId, why, remoteReason], [7, "DESTROYED", "OR_CONN_CLOSED"]);
    assert.match(
      message,
      /^Cannot build a circuit, in 2 attempts: .*DESTROYED.*; .*No such router/,
    );
    assert.deepEqual(attempts.map(({ path }) => path), Array(2).fill([`$${A}`, `$${B}`, `$${C}`]));
    assert.deepEqual((cause as AggregateError).errors, attempts.map(({ error }) => error));
    const sent = port.received.filter(({ line }) => line.startsWith("EXTENDCIRCUIT"));
    assert.equal(sent.length, 2);

    port.always(/^EXTENDCIRCUIT/).reply("551 Couldn't start circuit");
    const none = await builder.build().then(() => assert.fail(), (error) => error);
    assert.deepEqual([none.circuitId, none.reason], [0, undefined]);
  });

  it("in the time that an attempt may take, and closes what takes longer", async () => {
    await using scripted = await open({ attempts: 1, timeout: 1 });
    const { port, builder } = scripted;
    port.expect(/^EXTENDCIRCUIT/).reply("250 EXTENDED 7", "650 CIRC 7 LAUNCHED");
    const closing = port.expect("CLOSECIRCUIT 7").reply("250 OK", "650 CIRC 7 CLOSED");
    const error = await builder.build().then(() => assert.fail(), (error) => error);
    assert.ok(error.attempts[0].error instanceof TimeoutError);
    await closing.received;
  });

  it("no more for who has given up, and closes what is not built", async () => {
    await using scripted = await open();
    const { port, builder } = scripted;
    const begun = port.expect(/^EXTENDCIRCUIT/).reply("250 EXTENDED 7", "650 CIRC 7 LAUNCHED");
    const closing = port.expect("CLOSECIRCUIT 7").reply("250 OK", "650 CIRC 7 CLOSED");
    const abort = new AbortController();
    const building = builder.build({ signal: abort.signal });
    await begun.received;
    abort.abort(new Error("enough"));
    await assert.rejects(building, /enough/);
    await closing.received;
    await assert.rejects(builder.build({ signal: abort.signal }), /enough/);
  });

  it("no more for who has given up by a time of their own, which is no failed attempt", async () => {
    await using scripted = await open({ attempts: 1 });
    const { port, builder } = scripted;
    const begun = port.expect(/^EXTENDCIRCUIT/).reply("250 EXTENDED 7", "650 CIRC 7 LAUNCHED");
    port.always("CLOSECIRCUIT 7").reply("250 OK", "650 CIRC 7 CLOSED");
    const abort = new AbortController();
    const building = builder.build({ signal: abort.signal });
    await begun.received;
    const reason = new TimeoutError("Too slow", 5);
    abort.abort(reason);
    await assert.rejects(building, reason);
  });

  it("no more when the connection is lost", async () => {
    await using scripted = await open();
    const { port, builder } = scripted;
    const begun = port.expect(/^EXTENDCIRCUIT/).reply("250 EXTENDED 7", "650 CIRC 7 LAUNCHED");
    const building = builder.build();
    building.catch(() => {});
    await begun.received;
    await port.closeConnections();
    await assert.rejects(building, { name: "DisconnectedError" });
  });

  it("by the next entry guard only where Tor cannot connect to the first", async () => {
    const state = await makeState(RELAYS);
    const guards: (string | undefined)[] = [];
    const failures = [
      { reason: "TIMEOUT" },
      { reason: "DESTROYED", remoteReason: "CONNECTFAILED" },
      { reason: "CONNECTFAILED" },
      { reason: "CHANNEL_CLOSED" },
      { reason: "CONNECTFAILED" },
    ];
    const builder = new CircuitBuilder(
      Object.assign(state, {
        buildTimeoutCircuit: (path: readonly (Router | string)[] = []): Promise<Circuit> => {
          guards.push((path[0] as Router).nickname);
          const failure = failures.shift()!;
          return Promise.reject(new CircuitFailedError("Failed", { circuitId: 7, ...failure }));
        },
      }),
      { attempts: 5 },
    );
    await assert.rejects(builder.build(), CircuitAttemptsError);
    assert.deepEqual(guards, ["g1", "g1", "g1", "g2", "g1"]);
  });

  it("nothing where that makes no sense", async () => {
    const state = unbuilding(await makeState(RELAYS));
    const wrong = [{ attempts: 0 }, { attempts: 1.5 }, { timeout: 0 }, { length: 1 }];
    for (const options of [...wrong, { descriptorTimeout: NaN }]) {
      assert.throws(() => new CircuitBuilder(state, options), RangeError);
    }
  });
});
