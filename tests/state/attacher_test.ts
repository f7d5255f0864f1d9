import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AttachDecision, type Attacher, DO_NOT_ATTACH } from "../../lib/state/attacher.ts";
import { PriorityAttacher } from "../../lib/state/priority_attacher.ts";
import type { Stream } from "../../lib/state/stream.ts";
import type { ConnectOptions } from "../../lib/tor/connect.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { type Answers, ScriptedState } from "./_scripted_state.ts";

const OPTION = "__LeaveStreamsUnattached";
const CIRCUITS = { "circuit-status": ["7 BUILT", "8 LAUNCHED"], "process/pid": ["812"] };

/** A scripted Tor that can be attached to, and what it was told of streams. */
class AttachableTor implements AsyncDisposable {
  readonly scripted: ScriptedState;
  readonly errors: unknown[];

  private constructor(scripted: ScriptedState, errors: unknown[]) {
    this.scripted = scripted;
    this.errors = errors;
  }

  static async open(
    { prior = `${OPTION}=0`, answers = CIRCUITS, ...options }:
      & { prior?: string; answers?: Answers }
      & ConnectOptions = {},
  ): Promise<AttachableTor> {
    const errors: unknown[] = [];
    const onError = (error: unknown) => errors.push(error);
    const scripted = await ScriptedState.open({ answers, onError, ...options });
    scripted.port.always(/^(?:SETCONF|RESETCONF|ATTACHSTREAM|CLOSESTREAM)/).reply("250 OK");
    scripted.port.always(`GETCONF ${OPTION}`).replyWith(() => `250 ${prior}`);
    return new AttachableTor(scripted, errors);
  }

  /** What was changed so far. */
  get changes(): string[] {
    return this.scripted.port.received.map(({ line }) => line)
      .filter((line) => /^(?:SETCONF|RESETCONF|ATTACHSTREAM|CLOSESTREAM)/.test(line))
      .map((line) => line.replace(OPTION, "OPTION").replaceAll('"', ""));
  }

  async send(...events: readonly string[]): Promise<void> {
    await this.scripted.send(...events);
    // What an attacher says is told to Tor in a later turn.
    await this.scripted.send();
    await this.scripted.send();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scripted[Symbol.asyncDispose]();
  }
}

/** An attacher that decides so, and the streams that it was offered. */
function deciding(decide: (stream: Stream) => AttachDecision | Promise<AttachDecision>) {
  const offered: string[] = [];
  const attacher: Attacher = {
    attachStream(stream) {
      offered.push(`${stream.id} ${stream.state}`);
      return decide(stream);
    },
  };
  return { offered, attacher };
}

describe("an attacher", () => {
  it("is offered every new and every detached stream, once, until it is unset", async () => {
    await using tor = await AttachableTor.open();
    const { state } = tor.scripted;
    const seven = state.circuits.get(7)!;
    const { offered, attacher } = deciding(({ targetPort }) => targetPort === 80 ? seven : null);
    await tor.send("STREAM 1 NEW 0 a.example:80 PURPOSE=USER");
    await state.setAttacher(attacher);
    await tor.send(
      "STREAM 2 NEW 0 a.example:80 PURPOSE=USER",
      "STREAM 2 CONTROLLER_WAIT 0 a.example:80",
      "STREAM 3 NEWRESOLVE 0 a.example:0 PURPOSE=DNS_REQUEST",
      "STREAM 3 CONTROLLER_WAIT 0 a.example:0",
    );
    await tor.send("STREAM 2 SENTCONNECT 7 a.example:80", "STREAM 3 SENTRESOLVE 8 a.example:0");
    await tor.send(
      "STREAM 2 DETACHED 7 a.example:80 REASON=END",
      "STREAM 2 CONTROLLER_WAIT 7 a.example:80",
    );
    await state.setAttacher(undefined);
    await tor.send("STREAM 4 NEW 0 a.example:80 PURPOSE=USER");
    assert.deepEqual(offered, ["2 NEW", "3 NEWRESOLVE", "2 DETACHED"]);
    assert.deepEqual(tor.changes, [
      ...["SETCONF OPTION=1", "ATTACHSTREAM 2 7", "ATTACHSTREAM 3 0", "ATTACHSTREAM 2 7"],
      "SETCONF OPTION=0",
    ]);
    assert.deepEqual(tor.errors, []);
  });

  it("is not offered what Tor attaches by itself, or what is bound elsewhere", async () => {
    await using tor = await AttachableTor.open();
    const { state } = tor.scripted;
    const { offered, attacher } = deciding(() => null);
    await state.setAttacher(attacher);
    const exit = `192.0.2.1.$${"A".repeat(40)}.exit:9001`;
    await tor.send(
      `STREAM 1 NEW 0 ${exit} PURPOSE=DIR_FETCH CLIENT_PROTOCOL=UNKNOWN SESSION_GROUP=-2`,
      `STREAM 2 NEW 0 ${exit} PURPOSE=DIR_UPLOAD`,
      "STREAM 3 NEW 0 192.0.2.1:80 PURPOSE=DIRPORT_TEST",
      `STREAM 4 DETACHED 7 ${exit} SESSION_GROUP=-2`,
      "STREAM 5 DETACHED 7 (Tor_internal):0",
      'STREAM 6 NEW 0 a:1 PURPOSE=USER SOCKS_USERNAME="<torS0X>0" ' +
        'SOCKS_PASSWORD="torcon circuit 0123 1"',
    );
    assert.deepEqual([offered, tor.changes], [[], ["SETCONF OPTION=1"]]);
  });

  it("leaves to Tor what it fails at, and is reported", async () => {
    await using tor = await AttachableTor.open();
    const { state } = tor.scripted;
    const answers: (() => AttachDecision | Promise<AttachDecision>)[] = [
      () => {
        throw new Error("at once");
      },
      () => Promise.reject(new Error("later")),
      () => "seven" as never,
    ];
    await state.setAttacher({ attachStream: () => answers.shift()!() });
    for (const id of [1, 2, 3]) await tor.send(`STREAM ${id} NEW 0 a:1 PURPOSE=USER`);
    assert.deepEqual(tor.changes.slice(1), [1, 2, 3].map((id) => `ATTACHSTREAM ${id} 0`));
    assert.deepEqual(tor.errors.map(String), [
      "Error: at once",
      "Error: later",
      "TypeError: Cannot attach stream 3 NEW a:1: the attacher gave string",
    ]);
  });

  it("may choose a circuit that is yet to be built, and gets no other", async () => {
    await using tor = await AttachableTor.open();
    const { state, port } = tor.scripted;
    const [seven, eight] = [state.circuits.get(7)!, state.circuits.get(8)!];
    const { attacher } = deciding(({ targetPort }) => targetPort === 8 ? eight : seven);
    await state.setAttacher(attacher);
    await tor.send("STREAM 1 NEW 0 a:8 PURPOSE=USER");
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1"]);
    await tor.send("CIRC 8 BUILT");
    assert.equal(tor.changes.at(-1), "ATTACHSTREAM 1 8");
    await tor.send("CIRC 8 CLOSED REASON=DESTROYED", "STREAM 2 NEW 0 a:8 PURPOSE=USER");
    assert.equal(tor.changes.at(-1), "CLOSESTREAM 2 5");
    port.always("ATTACHSTREAM 3 7").reply('552 Unknown circuit "7"');
    await tor.send("STREAM 3 NEW 0 a:7 PURPOSE=USER");
    assert.equal(tor.changes.at(-1), "CLOSESTREAM 3 5");
    assert.deepEqual(tor.errors.map(String), [
      "TorError: Cannot attach stream 2 NEW a:8 to circuit 8: it was closed",
      "TorError: Cannot attach stream 3 NEW a:7 to circuit 7: it was closed",
    ]);
    // Tor manages it after all; the stream is gone; it was not there any more to be closed.
    port.always("ATTACHSTREAM 4 7").reply("555 Connection is not managed by controller.");
    port.always("ATTACHSTREAM 5 7").reply('552 Unknown stream "5"');
    port.always(/^CLOSESTREAM 5/).reply('552 Unknown stream "5"');
    const before = tor.changes.length;
    await tor.send("STREAM 4 NEW 0 a:7 PURPOSE=USER", "STREAM 5 NEW 0 a:7 PURPOSE=USER");
    assert.deepEqual(tor.changes.slice(before), [
      ...["ATTACHSTREAM 4 7", "ATTACHSTREAM 5 7", "CLOSESTREAM 5 5"],
    ]);
    assert.equal(tor.errors.length, 2);
  });

  it("gives back what it left alone or is yet to decide on, when it is unset", async () => {
    await using tor = await AttachableTor.open({ prior: OPTION });
    const { state } = tor.scripted;
    const late = deferred<AttachDecision>();
    const { attacher } = deciding(({ id }) => id === 1 ? DO_NOT_ATTACH : late.promise);
    await state.setAttacher(attacher);
    await tor.send("STREAM 1 NEW 0 a:1 PURPOSE=USER", "STREAM 2 NEW 0 a:1 PURPOSE=USER");
    await state.setAttacher(undefined);
    const told = ["SETCONF OPTION=1", "RESETCONF OPTION", "ATTACHSTREAM 1 0", "ATTACHSTREAM 2 0"];
    assert.deepEqual(tor.changes, told);
    late.resolve(state.circuits.get(7)!);
    await tor.send();
    assert.deepEqual(tor.changes, told);
  });

  it("takes in what Tor tells late of the time before the option was reset", async () => {
    await using tor = await AttachableTor.open();
    const { state, port } = tor.scripted;
    const { attacher } = deciding(() => null);
    await state.setAttacher(attacher);
    port.always('SETCONF __LeaveStreamsUnattached="0"')
      .reply("250 OK", "650 STREAM 9 NEW 0 a:1 PURPOSE=USER");
    await state.setAttacher(undefined);
    await tor.send();
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1", "SETCONF OPTION=0", "ATTACHSTREAM 9 0"]);
  });

  it("gives all back when the state is disposed", async () => {
    await using tor = await AttachableTor.open();
    const { state } = tor.scripted;
    await state.setAttacher({ attachStream: () => DO_NOT_ATTACH });
    await tor.send("STREAM 1 NEW 0 a:1 PURPOSE=USER");
    await state[Symbol.asyncDispose]();
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1", "SETCONF OPTION=0", "ATTACHSTREAM 1 0"]);
    await assert.rejects(state.setAttacher({ attachStream: () => null }), /the state has ended/);
  });

  it("gives all back by another connection where this one is lost", async () => {
    await using tor = await AttachableTor.open();
    const { state, port } = tor.scripted;
    await state.setAttacher({ attachStream: () => DO_NOT_ATTACH });
    await tor.send("STREAM 1 NEW 0 a:1 PURPOSE=USER");
    const lost = port.connections;
    await port.closeConnections();
    await port.waitFor("ATTACHSTREAM 1 0");
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1", "SETCONF OPTION=0", "ATTACHSTREAM 1 0"]);
    const [another] = port.connections;
    assert.ok(another === undefined || !lost.includes(another));
    await another?.closed;
  });

  it("is asked again after a connection is restored", async () => {
    const answers: Record<string, string[]> = { ...CIRCUITS };
    await using tor = await AttachableTor.open({
      answers,
      reconnect: { initialDelay: 1, maxDelay: 5 },
    });
    const { state, port } = tor.scripted;
    const { offered, attacher } = deciding(() => null);
    await state.setAttacher(attacher);
    answers["stream-status"] = ["1 NEW 0 a:1", "2 SUCCEEDED 7 a:1"];
    await port.closeConnections();
    await port.waitFor("ATTACHSTREAM 1 0");
    assert.deepEqual(offered, ["1 NEW"]);
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1", "SETCONF OPTION=1", "ATTACHSTREAM 1 0"]);
    await state.setAttacher(undefined);
    assert.equal(tor.changes.at(-1), "SETCONF OPTION=0");
  });

  it("has the option set again where others reset it, and theirs is the value given back", async () => {
    await using tor = await AttachableTor.open({ prior: `${OPTION}=1` });
    const { state } = tor.scripted;
    await state.setAttacher({ attachStream: () => null });
    await tor.scripted.port.send(
      "650-CONF_CHANGED\r\n650-SocksPort=9050\r\n650 OK\r\n" +
        `650-CONF_CHANGED\r\n650-${OPTION}=0\r\n650 OK\r\n`,
    );
    await tor.send();
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1", "SETCONF OPTION=1"]);
    await state.setAttacher(undefined);
    assert.equal(tor.changes.at(-1), "SETCONF OPTION=0");
  });

  it("is not set where Tor refuses the option", async () => {
    await using tor = await AttachableTor.open();
    const { state, port } = tor.scripted;
    port.expect('SETCONF __LeaveStreamsUnattached="1"').reply("510 Command filtered");
    const { offered, attacher } = deciding(() => null);
    await assert.rejects(state.setAttacher(attacher), { code: 510 });
    await tor.send("STREAM 1 NEW 0 a:1 PURPOSE=USER");
    assert.deepEqual(offered, []);
  });
});

describe("PriorityAttacher", () => {
  const stream = {} as Stream;
  const none = new Map<number, never>();

  it("asks by priority, and of equals the first, until one chooses", async () => {
    const asked: string[] = [];
    const named = (name: string, decision: AttachDecision = null): Attacher => ({
      attachStream() {
        asked.push(name);
        return decision;
      },
    });
    const attacher = new PriorityAttacher();
    assert.equal(await attacher.attachStream(stream, none), null);
    const stop = new AbortController();
    attacher.add(named("low", DO_NOT_ATTACH), { priority: -1 });
    attacher.add(named("first"));
    const remove = attacher.add(named("second"));
    attacher.add(named("high"), { priority: 5, signal: stop.signal });
    assert.equal(await attacher.attachStream(stream, none), DO_NOT_ATTACH);
    assert.deepEqual(asked.splice(0), ["high", "first", "second", "low"]);
    stop.abort();
    remove();
    attacher.add(named("never"), { signal: stop.signal });
    attacher.add(named("chosen", DO_NOT_ATTACH), { priority: 1 });
    await attacher.attachStream(stream, none);
    assert.deepEqual(asked, ["chosen"]);
  });

  it("asks the next one where one fails", async () => {
    const errors: unknown[] = [];
    const attacher = new PriorityAttacher({ onError: (error) => errors.push(error) });
    attacher.add({ attachStream: () => Promise.reject(new Error("broken")) }, { priority: 1 });
    attacher.add({ attachStream: () => DO_NOT_ATTACH });
    assert.equal(await attacher.attachStream(stream, none), DO_NOT_ATTACH);
    assert.deepEqual(errors.map(String), ["Error: broken"]);
  });
});
