import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CircuitFailedError, DisconnectedError } from "../../lib/errors/mod.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import type { Conn } from "../../lib/runtime/types.ts";
import type { StreamBinder } from "../../lib/state/circuit_connections.ts";
import { TorState } from "../../lib/state/tor_state.ts";
import type { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { connect } from "../../lib/tor/connect.ts";
import type { Tor } from "../../lib/tor/tor.ts";
import { deferred } from "../../lib/util/deferred.ts";
import { scriptedTor } from "./_scripted_state.ts";

const OPTION = "__LeaveStreamsUnattached";
const runtime = await detectRuntime();

/** A scripted Tor, and a SOCKS port that the test plays itself. */
class BoundTor implements AsyncDisposable {
  readonly port: ScriptedControlPort;
  readonly tor: Tor;
  readonly state: TorState;
  readonly #binders: StreamBinder[];

  private constructor(port: ScriptedControlPort, tor: Tor, parts: [TorState, StreamBinder[]]) {
    this.port = port;
    this.tor = tor;
    [this.state, this.#binders] = parts;
  }

  static async open(): Promise<BoundTor> {
    const port = await scriptedTor({ "circuit-status": ["7 BUILT", "8 BUILT", "9 LAUNCHED"] });
    port.always(/^(?:SETCONF|RESETCONF|ATTACHSTREAM|CLOSESTREAM)/).reply("250 OK");
    port.always(`GETCONF ${OPTION}`).reply(`250 ${OPTION}=0`);
    const tor = await connect({ control: port.address });
    const binders: StreamBinder[] = [];
    const state = await TorState.open({
      control: tor.control,
      runtime,
      connectBy: (binder) => {
        binders.push(binder);
        throw new Error("The binder is all that the test needs");
      },
    });
    return new BoundTor(port, tor, [state, binders]);
  }

  /** Asks for a stream by a circuit, and tells what the SOCKS port is asked with. */
  async bind(circuitId: number, signal?: AbortSignal): Promise<Dial> {
    const circuit = this.state.circuits.get(circuitId)!;
    await circuit.streamVia("a", 1).catch(() => {});
    const asked = deferred<Omit<Dial, "result" | "conn">>();
    const answer = deferred<Conn>();
    let isClosed = false;
    const conn = {
      close() {
        isClosed = true;
        return Promise.resolve();
      },
    } as Conn;
    const result = this.#binders.at(-1)!.bind((password, scope) => {
      scope.addEventListener("abort", () => answer.reject(new Error("The SOCKS port was left")));
      answer.promise.catch(() => {});
      asked.resolve({
        password,
        answer: () => answer.resolve(conn),
        isClosed: () => isClosed,
        socks: `SOCKS_USERNAME="<torS0X>0" SOCKS_PASSWORD="${password}"`,
      });
      return answer.promise;
    }, { signal });
    result.catch(() => {});
    await Promise.race([asked.promise, result]);
    return { ...await asked.promise, conn, result };
  }

  /** Sends events of streams, and resolves when they were taken in and answered. */
  async send(...events: readonly string[]): Promise<void> {
    await this.port.send(events.map((event) => `650 ${event}\r\n`).join(""));
    for (let i = 0; i < 3; i++) await this.tor.control.getInfo("version");
  }

  /** What was changed so far. */
  get changes(): string[] {
    return this.port.received.map(({ line }) => line)
      .filter((line) => /^(?:SETCONF|RESETCONF|ATTACHSTREAM|CLOSESTREAM)/.test(line))
      .map((line) => line.replace(OPTION, "OPTION").replaceAll('"', ""));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.state[Symbol.asyncDispose]();
    await this.tor[Symbol.asyncDispose]();
    await this.port[Symbol.asyncDispose]();
  }
}

interface Dial {
  readonly password: string;
  /** The fields of STREAM events that tell the credentials. */
  readonly socks: string;
  /** The SOCKS port answers. */
  readonly answer: () => void;
  readonly isClosed: () => boolean;
  readonly conn: Conn;
  readonly result: Promise<Conn>;
}

describe("a stream that is bound to a circuit", () => {
  it("is asked for when Tor leaves streams alone, and given when it went that way", async () => {
    await using tor = await BoundTor.open();
    const dial = await tor.bind(7);
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1"]);
    await tor.send(
      "STREAM 1 NEW 0 other:1 PURPOSE=USER",
      `STREAM 2 NEW 0 a:1 PURPOSE=USER ${dial.socks}`,
      `STREAM 2 CONTROLLER_WAIT 0 a:1 ${dial.socks}`,
    );
    dial.answer();
    await tor.send(`STREAM 2 SENTCONNECT 7 a:1 ${dial.socks}`);
    let isGiven = false;
    void dial.result.then(() => isGiven = true);
    await tor.send();
    assert.equal(isGiven, false, "the SOCKS port alone does not tell the way");
    await tor.send(`STREAM 2 SUCCEEDED 7 a:1 ${dial.socks}`);
    assert.equal(await dial.result, dial.conn);
    await tor.send(`STREAM 2 XOFF_SENT 7 a:1 ${dial.socks}`);
    assert.deepEqual(tor.changes, [
      ...["SETCONF OPTION=1", "ATTACHSTREAM 1 0", "ATTACHSTREAM 2 7", "SETCONF OPTION=0"],
    ]);
    assert.equal(dial.isClosed(), false);
  });

  it("has a password of its own, of a form that others like this one know", async () => {
    await using tor = await BoundTor.open();
    const dials = [await tor.bind(7), await tor.bind(7), await tor.bind(8)];
    assert.equal(new Set(dials.map(({ password }) => password)).size, 3);
    for (const { password } of dials) assert.match(password, /^torcon circuit [0-9A-F]{32} \d+$/);
    for (const [i, { socks, answer }] of dials.entries()) {
      const [id, circuit] = [i + 1, i < 2 ? 7 : 8];
      await tor.send(
        `STREAM ${id} NEW 0 a:1 ${socks}`,
        `STREAM ${id} SUCCEEDED ${circuit} a:1 ${socks}`,
      );
      assert.equal(tor.changes.at(-1), `ATTACHSTREAM ${id} ${circuit}`);
      answer();
    }
    await Promise.all(dials.map(({ result }) => result));
    await tor.send();
    assert.equal(tor.changes.at(-1), "SETCONF OPTION=0");
  });

  it("is closed and refused where Tor sends it another way", async () => {
    await using tor = await BoundTor.open();
    for (const [id, status] of [[1, "SENTCONNECT"], [2, "SUCCEEDED"], [3, "REMAP"]] as const) {
      const dial = await tor.bind(7);
      dial.answer();
      await tor.send(
        `STREAM ${id} NEW 0 a:1 ${dial.socks}`,
        `STREAM ${id} ${status} 8 a:1 ${dial.socks}`,
      );
      await assert.rejects(dial.result, {
        name: "TorError",
        message: "Cannot connect: Tor has sent the stream by circuit 8 and not by circuit 7",
      });
      assert.ok(dial.isClosed());
      assert.ok(tor.changes.includes(`CLOSESTREAM ${id} 5`));
    }
  });

  it("may go by any circuit of a joined set", async () => {
    await using tor = await BoundTor.open();
    await tor.send(
      ...[7, 8].map((id) => `CIRC_MINOR ${id} PURPOSE_CHANGED PURPOSE=X CONFLUX_ID=A`),
    );
    const dial = await tor.bind(7);
    dial.answer();
    await tor.send(`STREAM 1 NEW 0 a:1 ${dial.socks}`, `STREAM 1 SUCCEEDED 8 a:1 ${dial.socks}`);
    assert.equal(await dial.result, dial.conn);
  });

  it("is closed where it cannot be put on the circuit", async () => {
    await using tor = await BoundTor.open();
    const dial = await tor.bind(7);
    tor.port.always("ATTACHSTREAM 1 7").reply("551 Can't attach stream to non-open circuit");
    await tor.send(`STREAM 1 NEW 0 a:1 ${dial.socks}`);
    await assert.rejects(dial.result, (error: Error) => {
      const message = "Cannot connect by circuit 7: the stream cannot be put on it";
      return error.message === message && (error.cause as Error).name === "InternalTorError";
    });
    assert.ok(tor.changes.includes("CLOSESTREAM 1 5"));
    assert.ok(!tor.changes.includes("ATTACHSTREAM 1 0"));
  });

  it("is closed with Tor's reason where that would try another circuit", async () => {
    await using tor = await BoundTor.open();
    const reasons = [
      [1, "END REMOTE_REASON=EXITPOLICY", 4],
      [2, "END REMOTE_REASON=FUTURE", 5],
      [3, "TIMEOUT", 7],
    ] as const;
    for (const [i, reason, number] of reasons) {
      const dial = await tor.bind(7);
      await tor.send(
        `STREAM ${i} NEW 0 a:1 ${dial.socks}`,
        `STREAM ${i} SENTCONNECT 7 a:1 ${dial.socks}`,
        `STREAM ${i} DETACHED 7 a:1 REASON=${reason} ${dial.socks}`,
        `STREAM ${i} CONTROLLER_WAIT 7 a:1 ${dial.socks}`,
      );
      assert.deepEqual(tor.changes.slice(-2), [
        `ATTACHSTREAM ${i} 7`,
        `CLOSESTREAM ${i} ${number}`,
      ]);
    }
  });

  it("fails at once where the circuit goes, or is gone", async () => {
    await using tor = await BoundTor.open();
    const [seven, unbuilt] = [tor.state.circuits.get(7)!, tor.state.circuits.get(9)!];
    const dial = await tor.bind(7);
    await tor.send("CIRC 7 CLOSED REASON=DESTROYED", `STREAM 1 NEW 0 a:1 ${dial.socks}`);
    await assert.rejects(dial.result, (error: unknown) => {
      return error instanceof CircuitFailedError && error.reason === "DESTROYED" &&
        error.message === "Cannot connect by circuit 7: it is closed: DESTROYED";
    });
    assert.equal(seven.isClosed, true);
    assert.ok(tor.changes.includes("CLOSESTREAM 1 5"));
    const waiting = tor.bind(9);
    waiting.catch(() => {});
    await tor.send("CIRC 9 FAILED REASON=TIMEOUT");
    await assert.rejects(waiting, CircuitFailedError);
    assert.equal(unbuilt.state, "FAILED");
  });

  it("is never left to Tor when nobody waits for it any more", async () => {
    await using tor = await BoundTor.open();
    const abort = new AbortController();
    const [given, other] = [await tor.bind(7, abort.signal), await tor.bind(8)];
    abort.abort(new Error("enough"));
    await assert.rejects(given.result, /enough/);
    // The option is still set for the other one: this one would be given to Tor.
    await tor.send(`STREAM 1 NEW 0 a:1 PURPOSE=USER ${given.socks}`);
    assert.deepEqual(tor.changes, ["SETCONF OPTION=1", "CLOSESTREAM 1 5"]);
    await tor.send(`STREAM 2 NEW 0 a:1 ${other.socks}`, `STREAM 2 SUCCEEDED 8 a:1 ${other.socks}`);
    other.answer();
    await other.result;
    await tor.send(`STREAM 3 NEW 0 a:1 PURPOSE=USER ${given.socks}`);
    assert.equal(tor.changes.at(-1), "CLOSESTREAM 3 5");
  });

  it("fails with the state, and with the connection", async () => {
    await using tor = await BoundTor.open();
    const dial = await tor.bind(7);
    await tor.state[Symbol.asyncDispose]();
    await assert.rejects(dial.result, DisconnectedError);
    assert.equal(tor.changes.at(-1), "SETCONF OPTION=0");
    await using another = await BoundTor.open();
    const lost = await another.bind(7);
    await another.port.closeConnections();
    await assert.rejects(lost.result, DisconnectedError);
  });
});
