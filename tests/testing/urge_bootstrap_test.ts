import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ControlConnection } from "../../lib/control/connection.ts";
import { detectRuntime } from "../../lib/runtime/mod.ts";
import { ScriptedControlPort } from "../../lib/testing/scripted_control_port.ts";
import { urgeBootstrap } from "../../lib/testing/urge_bootstrap.ts";
import { deferred } from "../../lib/util/deferred.ts";

const ASK = "GETINFO status/bootstrap-phase";

function phase(percent: number): string {
  return `NOTICE BOOTSTRAP PROGRESS=${percent} TAG=tag SUMMARY="at ${percent}"`;
}

/** Runs `body` with a port that lets SETEVENTS pass, and a connection to it. */
async function withPort(
  body: (port: ScriptedControlPort, control: ControlConnection) => Promise<void>,
): Promise<void> {
  await using port = await ScriptedControlPort.start();
  port.always(/^SETEVENTS/).reply("250 OK");
  const runtime = await detectRuntime();
  await using control = await ControlConnection.connect({ control: port.address, runtime });
  await body(port, control);
}

describe("urgeBootstrap", () => {
  it("resolves at once where the tor is ready", () =>
    withPort(async (port, control) => {
      port.expect(ASK).reply(`250-status/bootstrap-phase=${phase(100)}`, "250 OK");
      await urgeBootstrap(control, { isConsensusThere: true });
    }));

  it("follows the events, and tells of them", () =>
    withPort(async (port, control) => {
      const told: unknown[] = [];
      const answered = deferred<void>();
      port.expect(ASK).reply(`250-status/bootstrap-phase=${phase(5)}`, "250 OK")
        .wait(answered.promise)
        .reply(`650 STATUS_CLIENT ${phase(50)}`, `650 STATUS_CLIENT ${phase(100)}`);
      await urgeBootstrap(control, {
        onProgress: ({ percent, summary }) => {
          told.push([percent, summary]);
          answered.resolve();
        },
      });
      assert.deepEqual(told, [[5, "at 5"], [50, "at 50"], [100, "at 100"]]);
    }));

  it("trusts an event more than an answer that is older", () =>
    withPort(async (port, control) => {
      const told: number[] = [];
      port.expect(ASK).reply(
        `650 STATUS_CLIENT ${phase(100)}`,
        `250-status/bootstrap-phase=${phase(95)}`,
        "250 OK",
      );
      await urgeBootstrap(control, { onProgress: ({ percent }) => told.push(percent) });
      assert.deepEqual(told, [100]);
    }));

  it("makes the tor try at once where the consensus is there", () =>
    withPort(async (port, control) => {
      port.expect(ASK).reply(`250-status/bootstrap-phase=${phase(25)}`, "250 OK");
      port.expect("SIGNAL RELOAD").reply("250 OK", `650 STATUS_CLIENT ${phase(100)}`);
      await urgeBootstrap(control, { isConsensusThere: true });
    }));

  it("makes the tor try again when its patience is over", () =>
    withPort(async (port, control) => {
      port.expect(ASK).reply(`250-status/bootstrap-phase=${phase(25)}`, "250 OK");
      port.expect("SIGNAL RELOAD").reply("250 OK");
      port.expect("SIGNAL RELOAD").reply("250 OK", `650 STATUS_CLIENT ${phase(100)}`);
      await urgeBootstrap(control, { patience: 20 });
    }));

  it("is given up by a signal", () =>
    withPort(async (port, control) => {
      const reason = new Error("enough");
      const abort = new AbortController();
      port.expect(ASK).reply(`250-status/bootstrap-phase=${phase(25)}`, "250 OK");
      await assert.rejects(
        urgeBootstrap(control, {
          signal: abort.signal,
          onProgress: () => abort.abort(reason),
        }),
        reason,
      );
      await port.waitFor("SETEVENTS"); // nobody listens any more
    }));
});
